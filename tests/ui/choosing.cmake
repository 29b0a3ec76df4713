# Races, and the threshold response.
if(TOCA_WINDOW)
  toca_add_test(tst_race DIR ui LABELS gui LIBS toca::ui toca::app)
  toca_add_test(tst_race_panel DIR ui LABELS window LIBS toca::app)
  toca_add_test(tst_threshold_card DIR ui LABELS gui LIBS toca::ui toca::app)
endif()
