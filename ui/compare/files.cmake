foreach(part baseline_store comparison_panel prompt_check speed_meter speed_text step_errors summary_strip)
  list(APPEND ui_sources ${CMAKE_CURRENT_SOURCE_DIR}/compare/${part}.cpp)
  list(APPEND ui_headers ${CMAKE_CURRENT_SOURCE_DIR}/compare/${part}.h)
endforeach()
