# `toca bench`.
toca_add_test(tst_cli_bench DIR app LABELS unit slow LIBS Qt6::Core TIMEOUT 600)
add_dependencies(tst_cli_bench toca)
