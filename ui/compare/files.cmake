foreach(part baseline_store prompt_check summary_strip)
  list(APPEND ui_sources ${CMAKE_CURRENT_SOURCE_DIR}/compare/${part}.cpp)
  list(APPEND ui_headers ${CMAKE_CURRENT_SOURCE_DIR}/compare/${part}.h)
endforeach()
