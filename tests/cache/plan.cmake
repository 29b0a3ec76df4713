toca_add_test(tst_geometry DIR cache LABELS unit LIBS toca::plan)
toca_add_test(tst_flops DIR cache LABELS unit LIBS toca::plan)
toca_add_test(tst_parameters DIR cache LABELS unit LIBS toca::plan)
