list(APPEND ui_sources
  ${CMAKE_CURRENT_SOURCE_DIR}/colour/colour_map.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/colour/oklab.cpp)
list(APPEND ui_headers
  ${CMAKE_CURRENT_SOURCE_DIR}/colour/colour_map.h
  ${CMAKE_CURRENT_SOURCE_DIR}/colour/oklab.h)
