if(TOCA_WINDOW)
  toca_add_test(tst_language DIR app LABELS window LIBS toca::app)
endif()
