# What a build without media support does with clips.
toca_add_test(tst_plain_clips DIR app LABELS unit LIBS toca::api toca::base toca::world PkgConfig::Cairo
  SOURCES ../../app/cli/clip_files_plain.cpp ../../app/cli/console.cpp)
