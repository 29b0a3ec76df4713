list(APPEND ui_sources
  ${CMAKE_CURRENT_SOURCE_DIR}/selection/cell_painter.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/selection/cell_text.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/selection/map_area.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/selection/token_histogram.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/selection/map_layout.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/selection/map_legend.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/selection/selection_map_model.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/selection/selection_map_paint.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/selection/selection_map_view.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/selection/selection_panel.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/selection/token_grid_model.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/selection/token_grid_panel.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/selection/token_grid_view.cpp)
list(APPEND ui_headers
  ${CMAKE_CURRENT_SOURCE_DIR}/selection/cell_painter.h
  ${CMAKE_CURRENT_SOURCE_DIR}/selection/cell_text.h
  ${CMAKE_CURRENT_SOURCE_DIR}/selection/map_area.h
  ${CMAKE_CURRENT_SOURCE_DIR}/selection/token_histogram.h
  ${CMAKE_CURRENT_SOURCE_DIR}/selection/map_layout.h
  ${CMAKE_CURRENT_SOURCE_DIR}/selection/map_legend.h
  ${CMAKE_CURRENT_SOURCE_DIR}/selection/selection_map_model.h
  ${CMAKE_CURRENT_SOURCE_DIR}/selection/selection_map_view.h
  ${CMAKE_CURRENT_SOURCE_DIR}/selection/selection_panel.h
  ${CMAKE_CURRENT_SOURCE_DIR}/selection/token_grid_model.h
  ${CMAKE_CURRENT_SOURCE_DIR}/selection/token_grid_panel.h
  ${CMAKE_CURRENT_SOURCE_DIR}/selection/token_grid_view.h)
