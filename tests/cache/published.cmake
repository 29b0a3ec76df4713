toca_add_test(tst_published_table DIR cache LABELS unit LIBS toca::plan)
toca_add_test(tst_tuning DIR cache LABELS unit LIBS toca::plan)
