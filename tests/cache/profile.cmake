toca_add_test(tst_profile DIR cache LABELS unit LIBS toca::cache)
