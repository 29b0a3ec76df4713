# Several policies on one request, side by side.
foreach(part race race_table contender_list race_tile race_grid race_panel)
  list(APPEND ui_sources ${CMAKE_CURRENT_SOURCE_DIR}/race/${part}.cpp)
  list(APPEND ui_headers ${CMAKE_CURRENT_SOURCE_DIR}/race/${part}.h)
endforeach()
