# The player: mapping of frames to tokens and state without widgets, then the widgets offscreen.
if(TOCA_WINDOW)
  toca_add_test(tst_frame_token_mapping DIR ui LABELS unit LIBS toca::ui)
  toca_add_test(tst_player_model DIR ui LABELS unit LIBS toca::ui)
  toca_add_test(tst_player DIR ui LABELS gui LIBS toca::ui)
  toca_add_test(tst_clip_canvas DIR ui LABELS gui LIBS toca::ui)
endif()
