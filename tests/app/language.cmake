if(TOCA_WINDOW)
  toca_add_test(tst_language DIR app LABELS gui LIBS toca::app)
endif()
