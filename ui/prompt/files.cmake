foreach(part prompt_model prompt_editor size_controls seed_controls condition_controls class_controls model_dialog system_memory folding_section prompt_panel)
  list(APPEND ui_sources ${CMAKE_CURRENT_SOURCE_DIR}/prompt/${part}.cpp)
  list(APPEND ui_headers ${CMAKE_CURRENT_SOURCE_DIR}/prompt/${part}.h)
endforeach()
