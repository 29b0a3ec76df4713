# Against the uncached run, and what is seen of a run.
if(TOCA_WINDOW)
  toca_add_test(tst_comparison DIR ui LABELS window LIBS toca::app)
  toca_add_test(tst_present DIR ui LABELS window LIBS toca::app)
endif()
