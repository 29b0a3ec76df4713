# Methods that reuse, forecast or jump over modules and layers, and the places of the session that they need.
toca_add_test(tst_policy_hooks DIR cache LABELS unit LIBS toca::engine TORCH)
