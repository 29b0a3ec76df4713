foreach(part explore_panel pareto tuner tuner_card)
  list(APPEND ui_sources ${CMAKE_CURRENT_SOURCE_DIR}/explore/${part}.cpp)
  list(APPEND ui_headers ${CMAKE_CURRENT_SOURCE_DIR}/explore/${part}.h)
endforeach()
