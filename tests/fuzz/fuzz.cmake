# libFuzzer targets, with clang and -DTOCA_FUZZ=ON (./dev fuzz):
#   build/fuzz/bin/fuzz_safetensors -max_total_time=120 CORPUS tests/fuzz/safetensors
if(TOCA_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "TOCA_FUZZ needs clang: configure with -DCMAKE_CXX_COMPILER=clang++.")
  endif()
  # Compiled here once more, not linked from toca::checkpoint: the parsers themselves must be instrumented.
  foreach(name fuzz_safetensors fuzz_json_config fuzz_pickle)
    add_executable(${name} ${PROJECT_SOURCE_DIR}/tests/fuzz/${name}.cpp
      ${PROJECT_SOURCE_DIR}/core/base/error.cpp
      ${PROJECT_SOURCE_DIR}/core/base/atomic_file.cpp
      ${PROJECT_SOURCE_DIR}/core/checkpoint/byte_source.cpp
      ${PROJECT_SOURCE_DIR}/core/checkpoint/json_config.cpp
      ${PROJECT_SOURCE_DIR}/core/checkpoint/pickle.cpp
      ${PROJECT_SOURCE_DIR}/core/checkpoint/pickle_builder.cpp
      ${PROJECT_SOURCE_DIR}/core/checkpoint/pickle_globals.cpp
      ${PROJECT_SOURCE_DIR}/core/checkpoint/pickle_machine.cpp
      ${PROJECT_SOURCE_DIR}/core/checkpoint/pickle_scalars.cpp
      ${PROJECT_SOURCE_DIR}/core/checkpoint/pickle_tensors.cpp
      ${PROJECT_SOURCE_DIR}/core/checkpoint/pickle_text.cpp
      ${PROJECT_SOURCE_DIR}/core/checkpoint/pickle_tree.cpp
      ${PROJECT_SOURCE_DIR}/core/checkpoint/pytorch_file.cpp
      ${PROJECT_SOURCE_DIR}/core/checkpoint/zip_directory.cpp
      ${PROJECT_SOURCE_DIR}/core/base/printable.cpp
      ${PROJECT_SOURCE_DIR}/core/base/safetensors_header.cpp)
    target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
    target_link_libraries(${name} PRIVATE nlohmann_json::nlohmann_json toca::options)
    target_compile_options(${name} PRIVATE -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined -g)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer,address,undefined)
  endforeach()
endif()
