# Every outside package, its minimum version and what it is for. `./dev build` installs them on Debian.
find_package(Threads REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED) # case files, configs, reports (nlohmann-json3-dev)
find_package(CLI11 2.1 REQUIRED)          # command lines (libcli11-dev)
find_package(LibTorch 2.7 REQUIRED)       # tensors, GEMMs, convolutions, autograd (PyPI wheel `torch`)
find_package(PkgConfig REQUIRED)
pkg_check_modules(SentencePiece REQUIRED IMPORTED_TARGET sentencepiece>=0.1.97) # tokenizer (libsentencepiece-dev)
pkg_check_modules(Cairo REQUIRED IMPORTED_TARGET cairo>=1.16) # pictures of the world (libcairo2-dev)
if(TOCA_MEDIA)
  # video and picture files (libavcodec-dev, libavformat-dev, libavutil-dev, libswscale-dev); the palette of a GIF
  # (palettegen and paletteuse of libavfilter-dev)
  pkg_check_modules(LibAV REQUIRED IMPORTED_TARGET libavcodec>=59 libavfilter>=8 libavformat>=59 libavutil>=57 libswscale>=6)
endif()
set(_qt_components Core)
if(TOCA_WINDOW)
  list(APPEND _qt_components Gui Widgets Sql Svg PrintSupport)
endif()
if(TOCA_TESTS)
  list(APPEND _qt_components Test)
endif()
find_package(Qt6 6.4 REQUIRED COMPONENTS ${_qt_components}) # window, the library's index and test framework (qt6-base-dev, qt6-svg-dev)
if(TOCA_WINDOW)
  # compiles translations (qt6-l10n-tools)
  find_program(TOCA_LRELEASE lrelease PATHS /usr/lib/qt6/bin /usr/lib/qt6/libexec REQUIRED NO_DEFAULT_PATH)
  # plots (libqcustomplot-dev, libqcustomplot2.1-qt6)
  find_path(QCustomPlot_INCLUDE_DIR qcustomplot.h REQUIRED)
  find_library(QCustomPlot_LIBRARY QCustomPlotQt6 REQUIRED)
  add_library(QCustomPlot::QCustomPlot SHARED IMPORTED)
  set_target_properties(QCustomPlot::QCustomPlot PROPERTIES IMPORTED_LOCATION ${QCustomPlot_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${QCustomPlot_INCLUDE_DIR} INTERFACE_LINK_LIBRARIES "Qt6::Widgets;Qt6::PrintSupport")
endif()

include(CheckLanguage)
if(NOT TOCA_CUDA STREQUAL "OFF")
  check_language(CUDA)
  if(CMAKE_CUDA_COMPILER)
    if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
      # A100, H100 and B200 as they are; the newest also as PTX, which later ones compile when a program starts.
      set(CMAKE_CUDA_ARCHITECTURES 80-real 90-real 100-real 120)
    endif()
    enable_language(CUDA)
    set(CMAKE_CUDA_STANDARD 17)
    set(TOCA_HAS_CUDA ON)
  elseif(TOCA_CUDA STREQUAL "ON")
    message(FATAL_ERROR "TOCA_CUDA=ON, but no nvcc was found. Put it on PATH or set CMAKE_CUDA_COMPILER.")
  endif()
endif()

# Warnings and sanitizers of our own code.
add_library(toca_options INTERFACE)
add_library(toca::options ALIAS toca_options)
target_compile_options(toca_options INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wno-missing-field-initializers>
  $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<BOOL:${TOCA_WERROR}>>:-Werror>)
target_compile_options(toca_options INTERFACE
  $<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=-Wall,-Wextra,-Wshadow -Wreorder -Wdefault-stream-launch -Wext-lambda-captures-this>
  $<$<AND:$<COMPILE_LANGUAGE:CUDA>,$<BOOL:${TOCA_WERROR}>>:--Werror=all-warnings>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 warns about std::string's own operator+ (GCC bug 105651). The others follow data through inlined library
  # code and are often wrong there: they are shown, but do not stop a build.
  target_compile_options(toca_options INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict>
    $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<BOOL:${TOCA_WERROR}>>:-Wno-error=maybe-uninitialized -Wno-error=array-bounds
      -Wno-error=stringop-overflow -Wno-error=stringop-overread>)
endif()
if(TOCA_SANITIZE)
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fsanitize=${TOCA_SANITIZE}> $<$<COMPILE_LANGUAGE:CXX>:-fno-omit-frame-pointer>)
  add_link_options(-fsanitize=${TOCA_SANITIZE})
endif()

# LibTorch and the one precompiled header of all folders that use it.
add_library(toca_torch INTERFACE)
add_library(toca::torch ALIAS toca_torch)
target_link_libraries(toca_torch INTERFACE LibTorch::torch Threads::Threads)
if(TOCA_PCH)
  file(WRITE ${PROJECT_BINARY_DIR}/generated/torch_pch.cpp "// Only carries the precompiled header.\n")
  add_library(toca_torch_pch STATIC ${PROJECT_BINARY_DIR}/generated/torch_pch.cpp)
  target_link_libraries(toca_torch_pch PUBLIC toca::torch PRIVATE toca::options)
  target_precompile_headers(toca_torch_pch PRIVATE <torch/torch.h>)
endif()
