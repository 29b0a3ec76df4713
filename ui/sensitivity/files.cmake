foreach(part token_map_view token_map_figure sensitivity_model sensitivity_panel probe_model probe_panel)
  list(APPEND ui_sources ${CMAKE_CURRENT_SOURCE_DIR}/sensitivity/${part}.cpp)
  list(APPEND ui_headers ${CMAKE_CURRENT_SOURCE_DIR}/sensitivity/${part}.h)
endforeach()
