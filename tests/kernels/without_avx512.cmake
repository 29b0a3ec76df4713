# The kernels' tests once more with the versions that this machine would not pick: those for processors with AVX2 and for
# the oldest ones. The tests are linked with the kernels compiled for one instruction set, not compiled again.
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT TOCA_SANITIZE)
  get_target_property(kernel_sources toca_kernels SOURCES)
  list(FILTER kernel_sources INCLUDE REGEX "_cpu\\.cpp$")
  list(FILTER kernel_sources EXCLUDE REGEX "trained_") # LibTorch compares those
  list(TRANSFORM kernel_sources PREPEND ${PROJECT_SOURCE_DIR}/kernels/)
  # Options of single sources are known in their own folder only.
  get_source_file_property(exact ${PROJECT_SOURCE_DIR}/kernels/cpu/token_scores_cpu.cpp
    DIRECTORY ${PROJECT_SOURCE_DIR}/kernels COMPILE_OPTIONS)
  set_source_files_properties(${PROJECT_SOURCE_DIR}/kernels/cpu/cache_codec_cpu.cpp
    ${PROJECT_SOURCE_DIR}/kernels/cpu/token_scores_cpu.cpp PROPERTIES COMPILE_OPTIONS "${exact}")
  set(levels x86-64)
  file(STRINGS /proc/cpuinfo with_avx2 REGEX "^flags.* fma .*movbe .*f16c .*bmi1 .*avx2 .*bmi2 " LIMIT_COUNT 1)
  if(with_avx2)
    list(APPEND levels x86-64-v3)
  endif()
  foreach(level IN LISTS levels)
    string(REPLACE "-" "_" suffix ${level})
    add_library(toca_kernels_${suffix} STATIC ${kernel_sources})
    target_link_libraries(toca_kernels_${suffix} PRIVATE toca::options)
    target_include_directories(toca_kernels_${suffix} PRIVATE ${PROJECT_SOURCE_DIR})
    target_compile_definitions(toca_kernels_${suffix} PRIVATE TOCA_ONE_INSTRUCTION_SET)
    target_compile_options(toca_kernels_${suffix} PRIVATE -march=${level})
    foreach(test tst_attention_scores tst_blocks tst_cache_codec tst_codec_blocks tst_kernels tst_norm_modulate tst_taylor
        tst_token_scores_kernel)
      set(name ${test}_${suffix})
      add_executable(${name} $<TARGET_OBJECTS:${test}>)
      target_link_libraries(${name} PRIVATE toca_kernels_${suffix} toca::options Qt6::Test)
      set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests LINKER_LANGUAGE CXX)
      add_test(NAME ${name} COMMAND ${name})
      get_test_property(${test} ENVIRONMENT environment)
      set_tests_properties(${name} PROPERTIES LABELS unit TIMEOUT 300 ENVIRONMENT "${environment}")
    endforeach()
  endforeach()
endif()
