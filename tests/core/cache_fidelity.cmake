toca_add_test(tst_cache_fidelity DIR core LABELS reference LIBS toca::engine TORCH TIMEOUT 900)
