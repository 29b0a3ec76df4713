toca_add_test(tst_kernels DIR kernels LABELS unit LIBS toca::kernels)
toca_add_test(tst_taylor DIR kernels LABELS unit LIBS toca::kernels)
toca_add_test(tst_token_scores_kernel DIR kernels LABELS unit LIBS toca::kernels)
# Their faces in cache/exec against LibTorch's own operations.
toca_add_test(tst_score_ops DIR kernels LABELS unit LIBS toca::cache TORCH)
# What the GPU's blocks run, executed on the CPU.
toca_add_test(tst_blocks DIR kernels LABELS unit LIBS toca::kernels)
toca_add_test(tst_codec_blocks DIR kernels LABELS unit LIBS toca::kernels)
# The kernels on a GPU. Skipped where there is none.
if(TOCA_HAS_CUDA)
  find_package(CUDAToolkit REQUIRED)
  toca_add_test(tst_device_kernels DIR kernels LABELS cuda LIBS toca::kernels CUDA::cudart_static)
  set_tests_properties(tst_device_kernels PROPERTIES SKIP_REGULAR_EXPRESSION "SKIP  ")
endif()
