foreach(part explain tour)
  list(APPEND ui_sources ${CMAKE_CURRENT_SOURCE_DIR}/guide/${part}.cpp)
  list(APPEND ui_headers ${CMAKE_CURRENT_SOURCE_DIR}/guide/${part}.h)
endforeach()
