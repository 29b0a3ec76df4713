if(TOCA_WINDOW)
  toca_add_test(tst_window_fits DIR app LABELS window LIBS toca::app)
  toca_add_test(tst_policy_texts DIR app LABELS unit LIBS toca::ui)
endif()
