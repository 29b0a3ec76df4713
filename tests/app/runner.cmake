if(TOCA_WINDOW)
  toca_add_test(tst_engine_runner DIR app LABELS unit LIBS toca::app)
  toca_add_test(tst_stall_meter DIR app LABELS gui LIBS toca::app)
endif()
