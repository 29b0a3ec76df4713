# Video and picture files.
if(TOCA_MEDIA)
  toca_add_test(tst_embedded_text DIR core LABELS unit LIBS toca::media)
  toca_add_test(tst_clip_resize DIR core LABELS unit LIBS toca::media)
  toca_add_test(tst_video_encoder DIR core LABELS unit LIBS toca::media)
  toca_add_test(tst_media_reader DIR core LABELS unit LIBS toca::media)
  toca_add_test(tst_media_corruption DIR core LABELS unit LIBS toca::media)
endif()
