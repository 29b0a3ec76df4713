toca_add_test(tst_norm_modulate DIR kernels LABELS unit LIBS toca::kernels)
toca_add_test(tst_attention_scores DIR kernels LABELS unit LIBS toca::kernels)
# The faces of the kernels and the packed layers against LibTorch's own operations.
toca_add_test(tst_fused_ops DIR kernels LABELS unit LIBS toca::models TORCH)
