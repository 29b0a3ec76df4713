# The hand-made schedule.
toca_add_test(tst_schedule_table DIR cache LABELS unit LIBS toca::plan)
toca_add_test(tst_policy_schedule DIR cache LABELS unit LIBS toca::engine TORCH)
# What a tuner sets and asks for before a run.
toca_add_test(tst_point_curve DIR cache LABELS unit LIBS toca::plan)
toca_add_test(tst_module_costs DIR cache LABELS unit LIBS toca::plan)
toca_add_test(tst_targets DIR cache LABELS unit LIBS toca::plan)
toca_add_test(tst_setting_file DIR cache LABELS unit LIBS toca::plan)
