foreach(part live_pace background_tasks run_controller banner status_line workspaces file_kind dock_titles tab_order shortcut_sheet main_window)
  list(APPEND ui_sources ${CMAKE_CURRENT_SOURCE_DIR}/window/${part}.cpp)
  list(APPEND ui_headers ${CMAKE_CURRENT_SOURCE_DIR}/window/${part}.h)
endforeach()
list(APPEND ui_sources ${CMAKE_CURRENT_SOURCE_DIR}/error_text.cpp ${CMAKE_CURRENT_SOURCE_DIR}/elided_label.cpp ${CMAKE_CURRENT_SOURCE_DIR}/policy_texts.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/still_frame.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/window/main_window_actions.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/window/main_window_files.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/window/main_window_library.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/window/main_window_manners.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/window/main_window_runs.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/window/main_window_training.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/window/main_window_tuning.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/window/main_window_compare.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/window/main_window_present.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/window/main_window_lab.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/window/run_background.cpp)
list(APPEND ui_headers ${CMAKE_CURRENT_SOURCE_DIR}/error_text.h ${CMAKE_CURRENT_SOURCE_DIR}/elided_label.h ${CMAKE_CURRENT_SOURCE_DIR}/policy_texts.h
  ${CMAKE_CURRENT_SOURCE_DIR}/policy_text_list.h
  ${CMAKE_CURRENT_SOURCE_DIR}/still_frame.h
  ${CMAKE_CURRENT_SOURCE_DIR}/window/file_services.h)
