# Measurements that are made on demand, not with the tests: `./dev build real-size`.
add_executable(real-size EXCLUDE_FROM_ALL bench/real_size.cpp)
target_link_libraries(real-size PRIVATE toca::models toca::cache toca::engine toca::options)
target_include_directories(real-size PRIVATE ${PROJECT_SOURCE_DIR})
toca_use_torch(real-size)
target_compile_options(real-size PRIVATE -fPIC) # as the precompiled header was made: executables get -fPIE

# Each kernel against LibTorch's own operations: `./dev build bench-kernels`.
find_package(benchmark QUIET)
if(benchmark_FOUND)
  add_executable(bench-kernels EXCLUDE_FROM_ALL bench/kernels.cpp)
  target_link_libraries(bench-kernels PRIVATE toca::models toca::cache toca::options benchmark::benchmark)
  target_include_directories(bench-kernels PRIVATE ${PROJECT_SOURCE_DIR})
  toca_use_torch(bench-kernels)
  target_compile_options(bench-kernels PRIVATE -fPIC) # as the precompiled header was made: executables get -fPIE
endif()
