# The caching session and its policies, with LibTorch.
toca_add_test(tst_caching_session DIR cache LABELS unit LIBS toca::engine TORCH)
toca_add_test(tst_toca_run DIR cache LABELS unit LIBS toca::engine TORCH)
toca_add_test(tst_token_scores DIR cache LABELS unit LIBS toca::engine TORCH)
toca_add_test(tst_duca_run DIR cache LABELS unit LIBS toca::engine TORCH)
toca_add_test(tst_taylorseer_run DIR cache LABELS unit LIBS toca::engine TORCH)
toca_add_test(tst_trace_writer DIR cache LABELS unit LIBS toca::engine TORCH)
