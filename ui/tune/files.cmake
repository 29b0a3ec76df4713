foreach(part schedule_editor schedule_view schedule_panel curve_view parameter_bar curves_panel preset_store preset_menu
             target_card tuning_desk)
  list(APPEND ui_sources ${CMAKE_CURRENT_SOURCE_DIR}/tune/${part}.cpp)
  list(APPEND ui_headers ${CMAKE_CURRENT_SOURCE_DIR}/tune/${part}.h)
endforeach()
list(APPEND ui_sources ${CMAKE_CURRENT_SOURCE_DIR}/tune/schedule_view_paint.cpp)
