# Finds LibTorch and makes the imported target `LibTorch::torch` with its headers as system headers. Its CUDA part is
# linked where it is there, unless TOCA_CUDA is OFF.
#
# TOCA_LIBTORCH names the folder that holds include/ and lib/ (the `torch` folder of a wheel, or an unpacked LibTorch
# archive). The wheel's own TorchConfig.cmake insists on a CUDA toolkit, so it is not used.
include(FindPackageHandleStandardArgs)

set(TOCA_LIBTORCH "" CACHE PATH "LibTorch folder (holds include/ and lib/); empty: what ./dev fetched")
if(TOCA_LIBTORCH)
  set(_hints "${TOCA_LIBTORCH}")
else()
  set(_hints "${CMAKE_SOURCE_DIR}/.deps/libtorch/torch")
endif()
# What was found in another folder, before TOCA_LIBTORCH changed, does not count.
if(NOT "${LibTorch_FOUND_IN}" STREQUAL "${_hints}")
  unset(LibTorch_INCLUDE_DIR CACHE)
  unset(LibTorch_CPU_LIBRARY CACHE)
  unset(LibTorch_C10_LIBRARY CACHE)
  unset(LibTorch_CUDA_LIBRARY CACHE)
  unset(LibTorch_CUDA_LINKS CACHE)
  set(LibTorch_FOUND_IN "${_hints}" CACHE INTERNAL "Folder that LibTorch was searched in")
endif()
if(TOCA_LIBTORCH AND NOT EXISTS "${TOCA_LIBTORCH}/include/torch/csrc/api/include/torch/torch.h")
  message(FATAL_ERROR "TOCA_LIBTORCH=${TOCA_LIBTORCH} is no LibTorch: it has no "
    "include/torch/csrc/api/include/torch/torch.h. Name the folder that holds include/ and lib/.")
endif()

find_path(LibTorch_INCLUDE_DIR torch/csrc/api/include/torch/torch.h HINTS ${_hints} PATH_SUFFIXES include NO_DEFAULT_PATH)
find_library(LibTorch_CPU_LIBRARY torch_cpu HINTS ${_hints} PATH_SUFFIXES lib NO_DEFAULT_PATH)
find_library(LibTorch_C10_LIBRARY c10 HINTS ${_hints} PATH_SUFFIXES lib NO_DEFAULT_PATH)
find_library(LibTorch_CUDA_LIBRARY torch_cuda HINTS ${_hints} PATH_SUFFIXES lib NO_DEFAULT_PATH)
mark_as_advanced(LibTorch_INCLUDE_DIR LibTorch_CPU_LIBRARY LibTorch_C10_LIBRARY LibTorch_CUDA_LIBRARY)

set(LibTorch_VERSION "")
if(LibTorch_INCLUDE_DIR)
  set(_version_header "${LibTorch_INCLUDE_DIR}/torch/headeronly/version.h")
  if(NOT EXISTS "${_version_header}")
    set(_version_header "${LibTorch_INCLUDE_DIR}/torch/csrc/api/include/torch/version.h")
  endif()
  if(EXISTS "${_version_header}")
    file(STRINGS "${_version_header}" _lines REGEX "#define TORCH_VERSION_(MAJOR|MINOR|PATCH) ")
    foreach(_part MAJOR MINOR PATCH)
      string(REGEX MATCH "TORCH_VERSION_${_part} ([0-9]+)" _ "${_lines}")
      list(APPEND _numbers "${CMAKE_MATCH_1}")
    endforeach()
    list(JOIN _numbers "." LibTorch_VERSION)
    unset(_numbers)
  endif()
endif()

find_package_handle_standard_args(LibTorch
  REQUIRED_VARS LibTorch_CPU_LIBRARY LibTorch_C10_LIBRARY LibTorch_INCLUDE_DIR
  VERSION_VAR LibTorch_VERSION
  REASON_FAILURE_MESSAGE "run ./dev build (it fetches LibTorch), or give -DTOCA_LIBTORCH=<folder with include/ and lib/>")

if(LibTorch_FOUND AND NOT TARGET LibTorch::torch)
  # Built with the old string ABI it would only fail at the end, when the programs are linked.
  file(STRINGS "${LibTorch_C10_LIBRARY}" _abi LIMIT_COUNT 1 REGEX "_ZN3c105ErrorC[12].*__cxx1112basic_string")
  if(NOT _abi)
    message(FATAL_ERROR "The LibTorch in ${_hints} was built without the C++11 ABI (_GLIBCXX_USE_CXX11_ABI=0) and "
      "cannot be linked. Take one with it: the wheels from 2.7 on, or the 'cxx11-abi' archive.")
  endif()
  add_library(LibTorch::c10 SHARED IMPORTED)
  set_target_properties(LibTorch::c10 PROPERTIES IMPORTED_LOCATION "${LibTorch_C10_LIBRARY}")
  add_library(LibTorch::torch SHARED IMPORTED)
  set_target_properties(LibTorch::torch PROPERTIES
    IMPORTED_LOCATION "${LibTorch_CPU_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${LibTorch_INCLUDE_DIR};${LibTorch_INCLUDE_DIR}/torch/csrc/api/include"
    INTERFACE_LINK_LIBRARIES LibTorch::c10)
  # Nobody calls the CUDA part by name: it announces itself to LibTorch when it is loaded. A wheel holds it without the
  # libraries that it needs itself (cuDNN, NCCL, ...): where they are not installed it cannot be linked.
  if(LibTorch_CUDA_LIBRARY AND NOT TOCA_CUDA STREQUAL "OFF")
    set(_cuda_part "-Wl,--push-state,--no-as-needed" "${LibTorch_CUDA_LIBRARY}" "-Wl,--pop-state")
    include(CheckCXXSourceCompiles)
    set(CMAKE_REQUIRED_LIBRARIES ${_cuda_part} "${LibTorch_CPU_LIBRARY}" "${LibTorch_C10_LIBRARY}")
    set(CMAKE_REQUIRED_QUIET ON)
    check_cxx_source_compiles("int main() { return 0; }" LibTorch_CUDA_LINKS)
    unset(CMAKE_REQUIRED_LIBRARIES)
    unset(CMAKE_REQUIRED_QUIET)
    if(LibTorch_CUDA_LINKS)
      message(STATUS "LibTorch's CUDA part: ${LibTorch_CUDA_LIBRARY}")
      set_property(TARGET LibTorch::torch APPEND PROPERTY INTERFACE_LINK_LIBRARIES ${_cuda_part})
    else()
      message(STATUS "LibTorch's CUDA part is left out: libraries that it needs are not installed")
    endif()
  endif()
endif()
