# The program toca, called as a user calls it.
foreach(_test tst_cli tst_cli_manual tst_cli_models tst_cli_plan tst_cli_verify)
  toca_add_test(${_test} DIR app LABELS unit LIBS Qt6::Core TIMEOUT 600)
  add_dependencies(${_test} toca)
endforeach()
if(TOCA_MEDIA)
  toca_add_test(tst_cli_generate DIR app LABELS unit slow LIBS Qt6::Core TIMEOUT 900)
  add_dependencies(tst_cli_generate toca)
endif()
