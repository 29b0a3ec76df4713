# The player: frame and step scrubbers, comparison views, token overlay.
foreach(stem IN ITEMS canvas_decoration clip_canvas frame_token_mapping picture_operations picture_store player_model
    player_widget scrubber token_overlay_model token_overlay_painter)
  list(APPEND ui_sources ${CMAKE_CURRENT_SOURCE_DIR}/player/${stem}.cpp)
  list(APPEND ui_headers ${CMAKE_CURRENT_SOURCE_DIR}/player/${stem}.h)
endforeach()
list(APPEND ui_sources ${CMAKE_CURRENT_SOURCE_DIR}/player/clip_canvas_paint.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/player/clip_canvas_plates.cpp ${CMAKE_CURRENT_SOURCE_DIR}/player/player_controls.cpp
  ${PROJECT_SOURCE_DIR}/resources/icons/player.qrc)
list(APPEND ui_headers ${CMAKE_CURRENT_SOURCE_DIR}/player/clip_source.h)
