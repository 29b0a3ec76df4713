# Trainings in the window; their samples are real clips.
if(TOCA_WINDOW AND TOCA_MEDIA)
  toca_add_test(tst_training_window DIR ui LABELS window LIBS toca::app toca::library toca::media)
endif()
