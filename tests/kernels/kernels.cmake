toca_add_test(tst_kernels DIR kernels LABELS unit LIBS toca::kernels)
