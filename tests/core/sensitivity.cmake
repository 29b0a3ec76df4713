# Sensitivity of tokens, and going back in a run.
toca_add_test(tst_sensitivity DIR core LABELS unit LIBS toca::engine TORCH TIMEOUT 600)
toca_add_test(tst_probe DIR core LABELS reference LIBS toca::engine TIMEOUT 600)
