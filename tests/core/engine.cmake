# The engine with the embedded model and with damaged copies of it, and the preview it shows.
if(TOCA_MEDIA)
  toca_add_test(tst_engine DIR core LABELS reference LIBS toca::engine toca::media nlohmann_json::nlohmann_json TIMEOUT 600)
endif()
toca_add_test(tst_engine_requests DIR core LABELS reference LIBS toca::engine TIMEOUT 600)
toca_add_test(tst_model_folder DIR core LABELS reference LIBS toca::engine nlohmann_json::nlohmann_json TORCH TIMEOUT 600)
toca_add_test(tst_preview DIR core LABELS reference LIBS toca::engine TORCH)
# Pictures by DiT and PixArt, and what must hold for every policy with every family.
if(TOCA_MEDIA)
  toca_add_test(tst_picture_engine DIR core LABELS reference LIBS toca::engine toca::media TORCH TIMEOUT 600)
endif()
toca_add_test(tst_every_policy DIR core LABELS reference LIBS toca::engine TORCH TIMEOUT 600)
