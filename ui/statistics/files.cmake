list(APPEND ui_sources
  ${CMAKE_CURRENT_SOURCE_DIR}/statistics/figure_file.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/statistics/plot_card.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/statistics/run_statistics_model.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/statistics/statistics_panel.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/statistics/step_plots.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/statistics/time_plots.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/statistics/decision_plot.cpp)
list(APPEND ui_headers
  ${CMAKE_CURRENT_SOURCE_DIR}/statistics/figure_file.h
  ${CMAKE_CURRENT_SOURCE_DIR}/statistics/plot_card.h
  ${CMAKE_CURRENT_SOURCE_DIR}/statistics/plot_parts.h
  ${CMAKE_CURRENT_SOURCE_DIR}/statistics/run_statistics_model.h
  ${CMAKE_CURRENT_SOURCE_DIR}/statistics/statistics_panel.h
  ${CMAKE_CURRENT_SOURCE_DIR}/statistics/step_plots.h)
