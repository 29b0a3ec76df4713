# Methods that hold a measured change against a threshold, their calibration files and their replay.
toca_add_test(tst_threshold_policies DIR cache LABELS unit LIBS toca::engine TORCH)
toca_add_test(tst_threshold_response DIR cache LABELS unit LIBS toca::engine TORCH)
toca_add_test(tst_calibration_file DIR cache LABELS unit LIBS toca::plan)
