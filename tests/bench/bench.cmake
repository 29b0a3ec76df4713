# Measurements that are made on demand, not with the tests: `./dev build real-size`.
add_executable(real-size EXCLUDE_FROM_ALL bench/real_size.cpp)
target_link_libraries(real-size PRIVATE toca::models toca::cache toca::engine toca::options)
target_include_directories(real-size PRIVATE ${PROJECT_SOURCE_DIR})
toca_use_torch(real-size)
target_compile_options(real-size PRIVATE -fPIC) # as the precompiled header was made: executables get -fPIE

# Time against tokens, layers and threads, with the machine's roofline: `./dev build bench-scaling bench-scaling-plots`.
add_executable(bench-scaling EXCLUDE_FROM_ALL bench/scaling.cpp)
target_link_libraries(bench-scaling PRIVATE toca::engine toca::options nlohmann_json::nlohmann_json)
target_include_directories(bench-scaling PRIVATE ${PROJECT_SOURCE_DIR})
toca_use_torch(bench-scaling)
target_compile_options(bench-scaling PRIVATE -fPIC) # as the precompiled header was made: executables get -fPIE

if(TOCA_WINDOW)
  add_executable(bench-scaling-plots EXCLUDE_FROM_ALL bench/scaling_plots.cpp)
  target_link_libraries(bench-scaling-plots PRIVATE toca::ui toca::options)
  target_include_directories(bench-scaling-plots PRIVATE ${PROJECT_SOURCE_DIR})
endif()

# Each kernel against LibTorch's own operations: `./dev build bench-kernels`.
find_package(benchmark QUIET)
if(benchmark_FOUND)
  add_executable(bench-kernels EXCLUDE_FROM_ALL bench/kernels.cpp)
  target_link_libraries(bench-kernels PRIVATE toca::models toca::cache toca::options benchmark::benchmark)
  target_include_directories(bench-kernels PRIVATE ${PROJECT_SOURCE_DIR})
  toca_use_torch(bench-kernels)
  target_compile_options(bench-kernels PRIVATE -fPIC) # as the precompiled header was made: executables get -fPIE
endif()
