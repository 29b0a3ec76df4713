# Searching schedules; comparing the decisions of two runs.
toca_add_test(tst_schedule_search DIR cache LABELS unit LIBS toca::plan)
toca_add_test(tst_trace_compare DIR cache LABELS unit LIBS toca::plan)
