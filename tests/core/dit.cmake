# DiT and its samplers.
toca_add_test(tst_dit DIR core LABELS unit LIBS toca::engine toca::checkpoint TORCH)
toca_add_test(tst_iddpm DIR core LABELS unit LIBS toca::schedulers TORCH)
