if(TOCA_WINDOW)
  toca_add_test(tst_lab_window DIR app LABELS window LIBS toca::app toca::engine TIMEOUT 600)
endif()
