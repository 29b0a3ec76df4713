# Methods that reuse, forecast or jump over modules and layers, and the places of the session that they need.
toca_add_test(tst_policy_hooks DIR cache LABELS unit LIBS toca::engine TORCH)
toca_add_test(tst_policy_pab DIR cache LABELS unit LIBS toca::engine TORCH)
toca_add_test(tst_policy_ebcache DIR cache LABELS unit LIBS toca::engine TORCH)
toca_add_test(tst_policy_deltadit DIR cache LABELS unit LIBS toca::engine TORCH)
toca_add_test(tst_policy_fastercache DIR cache LABELS unit LIBS toca::engine TORCH)
toca_add_test(tst_policy_speca DIR cache LABELS unit LIBS toca::engine TORCH)
toca_add_test(tst_policy_clusca DIR cache LABELS unit LIBS toca::engine TORCH)
toca_add_test(tst_policy_harmonica DIR cache LABELS unit LIBS toca::engine TORCH)
