# Runs that belong together: races and sweeps of the program toca.
if(TOCA_MEDIA)
  toca_add_test(tst_cli_race DIR app LABELS unit slow LIBS Qt6::Core TIMEOUT 600)
  add_dependencies(tst_cli_race toca)
  toca_add_test(tst_cli_sweep DIR app LABELS unit slow LIBS Qt6::Core TIMEOUT 600)
  add_dependencies(tst_cli_sweep toca)
endif()
