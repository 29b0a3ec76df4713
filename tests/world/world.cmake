# The procedural world and its checker.
toca_add_test(tst_captions DIR world LABELS unit LIBS toca::world)
toca_add_test(tst_scenes DIR world LABELS unit LIBS toca::world)
toca_add_test(tst_checker DIR world LABELS unit LIBS toca::world)
toca_add_test(tst_world_words DIR world LABELS unit LIBS toca::world toca::models TORCH)
toca_add_test(tst_checker_vae DIR world LABELS reference LIBS toca::world toca::engine)
