# The engine against the reference cases.
toca_add_test(tst_reference_cases DIR core LABELS reference LIBS toca::verify TIMEOUT 600)
toca_add_test(tst_stdit3_attention DIR core LABELS unit LIBS toca::engine TORCH)
