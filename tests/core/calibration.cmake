# Identity of weights and calibrations fitted by the engine.
toca_add_test(tst_calibration DIR core LABELS reference LIBS toca::engine TORCH TIMEOUT 600)
