foreach(part job_dialog job_plan job_queue library_dialog queue_model queue_panel run_desk run_details run_index run_list_model run_store run_tile runs_panel value_list)
  list(APPEND ui_sources ${CMAKE_CURRENT_SOURCE_DIR}/runs/${part}.cpp)
  list(APPEND ui_headers ${CMAKE_CURRENT_SOURCE_DIR}/runs/${part}.h)
endforeach()
