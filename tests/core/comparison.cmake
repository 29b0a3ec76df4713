# Several clips in one.
if(TOCA_MEDIA)
  toca_add_test(tst_comparison_clip DIR core LABELS media LIBS toca::media)
endif()
