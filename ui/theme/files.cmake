list(APPEND ui_sources
  ${CMAKE_CURRENT_SOURCE_DIR}/theme/theme.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/theme/style_sheet.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/theme/icons.cpp
  ${PROJECT_SOURCE_DIR}/resources/icons/icons.qrc)
list(APPEND ui_headers
  ${CMAKE_CURRENT_SOURCE_DIR}/theme/theme.h
  ${CMAKE_CURRENT_SOURCE_DIR}/theme/icons.h)
