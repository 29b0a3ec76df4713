# For an audience: full screen, figures.
foreach(part presentation figures figure_desk)
  list(APPEND ui_sources ${CMAKE_CURRENT_SOURCE_DIR}/present/${part}.cpp)
  list(APPEND ui_headers ${CMAKE_CURRENT_SOURCE_DIR}/present/${part}.h)
endforeach()
