# Kept runs by the program toca, called as a user calls it.
if(TOCA_MEDIA)
  toca_add_test(tst_cli_replay DIR app LABELS unit slow LIBS toca::library toca::plan Qt6::Core TIMEOUT 600)
  add_dependencies(tst_cli_replay toca)
endif()
