# The trainer: gradients of every module, optimisers, losses, states, and whole trainings of tiny models.
toca_add_test(tst_module_gradients DIR training LABELS unit LIBS toca::training TORCH)
toca_add_test(tst_training_optimizer DIR training LABELS unit LIBS toca::training TORCH)
toca_add_test(tst_training_losses DIR training LABELS unit LIBS toca::training TORCH)
toca_add_test(tst_trainer DIR training LABELS unit LIBS toca::training TORCH)
toca_add_test(tst_train_models DIR training LABELS slow LIBS toca::training toca::world)
