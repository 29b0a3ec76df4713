foreach(part cache_memory_row caching_model plan_strip parameter_row policy_groups policy_chooser threshold_model threshold_card caching_panel)
  list(APPEND ui_sources ${CMAKE_CURRENT_SOURCE_DIR}/caching/${part}.cpp)
  list(APPEND ui_headers ${CMAKE_CURRENT_SOURCE_DIR}/caching/${part}.h)
endforeach()
