# The run library, its gallery and the queue.
if(TOCA_WINDOW)
  toca_add_test(tst_run_store DIR ui LABELS unit LIBS toca::app toca::library Qt6::Sql)
  toca_add_test(tst_job_queue DIR ui LABELS unit LIBS toca::app toca::library)
  toca_add_test(tst_runs_window DIR ui LABELS window LIBS toca::app toca::library)
  toca_add_test(tst_killed DIR ui LABELS unit LIBS toca::app toca::library)
  toca_add_test(tst_explore_window DIR ui LABELS window LIBS toca::app toca::library)
endif()
