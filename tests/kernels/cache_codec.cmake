toca_add_test(tst_cache_codec DIR kernels LABELS unit LIBS toca::kernels)
