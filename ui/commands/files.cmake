foreach(part command_list fuzzy_match command_palette shortcut_keys shortcut_editor)
  list(APPEND ui_sources ${CMAKE_CURRENT_SOURCE_DIR}/commands/${part}.cpp)
  list(APPEND ui_headers ${CMAKE_CURRENT_SOURCE_DIR}/commands/${part}.h)
endforeach()
