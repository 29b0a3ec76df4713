toca_add_test(tst_request DIR core LABELS unit LIBS toca::api)
toca_add_test(tst_fidelity DIR core LABELS unit LIBS toca::api)
toca_add_test(tst_report DIR core LABELS unit LIBS toca::api nlohmann_json::nlohmann_json)
