toca_add_test(tst_cache_storage DIR cache LABELS unit LIBS toca::plan)
toca_add_test(tst_cache_modes DIR cache LABELS unit LIBS toca::engine TORCH)
