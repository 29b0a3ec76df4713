toca_add_test(tst_kernels DIR kernels LABELS unit LIBS toca::kernels)
toca_add_test(tst_taylor DIR kernels LABELS unit LIBS toca::kernels)
toca_add_test(tst_token_scores_kernel DIR kernels LABELS unit LIBS toca::kernels)
# Their faces in cache/exec against LibTorch's own operations.
toca_add_test(tst_score_ops DIR kernels LABELS unit LIBS toca::cache TORCH)
