toca_add_test(tst_safetensors DIR core LABELS unit LIBS toca::checkpoint TORCH)
toca_add_test(tst_checkpoint_load DIR core LABELS unit LIBS toca::checkpoint TORCH)
toca_add_test(tst_checkpoint_fuzz DIR core LABELS unit LIBS toca::checkpoint TORCH)
toca_add_test(tst_json_config DIR core LABELS unit LIBS toca::checkpoint TORCH)
