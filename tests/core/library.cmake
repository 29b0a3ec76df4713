toca_add_test(tst_run_library DIR core LABELS unit LIBS toca::library)
toca_add_test(tst_run_record DIR core LABELS unit LIBS toca::library)

toca_add_test(tst_cost_folder DIR core LABELS unit LIBS toca::library)
toca_add_test(tst_training_log DIR core LABELS unit LIBS toca::library)
