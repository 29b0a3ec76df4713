# The program toca, called as a user calls it.
toca_add_test(tst_cli DIR app LABELS unit LIBS Qt6::Core TIMEOUT 600)
add_dependencies(tst_cli toca)
if(TOCA_MEDIA)
  toca_add_test(tst_cli_generate DIR app LABELS unit slow LIBS Qt6::Core TIMEOUT 900)
  add_dependencies(tst_cli_generate toca)
endif()
