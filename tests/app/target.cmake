# Targets of the program toca: planned, measured, kept.
if(TOCA_MEDIA)
  toca_add_test(tst_cli_target DIR app LABELS unit slow LIBS Qt6::Core TIMEOUT 600)
  add_dependencies(tst_cli_target toca)
endif()
