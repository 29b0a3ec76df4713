# PixArt-alpha and its sampler.
toca_add_test(tst_dpm_solver DIR core LABELS unit LIBS toca::schedulers TORCH)
toca_add_test(tst_pixart DIR core LABELS unit LIBS toca::engine nlohmann_json::nlohmann_json TORCH)
toca_add_test(tst_text_encoder_part DIR core LABELS reference LIBS toca::engine TORCH)
