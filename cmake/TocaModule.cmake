# Helpers that give every folder the same shape: one static library per folder, one executable per test file.

# toca_add_module(<name> SOURCES ... HEADERS ... [PUBLIC ...] [PRIVATE ...] [TORCH])
#
# Makes the static library toca_<name> with the alias toca::<name>. HEADERS are checked to compile alone.
# TORCH reuses the one precompiled LibTorch header.
function(toca_add_module name)
  cmake_parse_arguments(arg "TORCH" "" "SOURCES;HEADERS;PUBLIC;PRIVATE" ${ARGN})
  if(arg_SOURCES)
    add_library(toca_${name} STATIC ${arg_SOURCES})
    set(scope PUBLIC)
    target_link_libraries(toca_${name} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE} toca::options)
  else()
    add_library(toca_${name} INTERFACE)
    set(scope INTERFACE)
    target_link_libraries(toca_${name} INTERFACE ${arg_PUBLIC})
  endif()
  add_library(toca::${name} ALIAS toca_${name})
  target_include_directories(toca_${name} ${scope} ${PROJECT_SOURCE_DIR} $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/generated>)
  target_sources(toca_${name} ${scope} FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${arg_HEADERS})
  if(arg_TORCH)
    toca_use_torch(toca_${name})
  endif()
endfunction()

# Links LibTorch and reuses its precompiled header.
function(toca_use_torch target)
  target_link_libraries(${target} PUBLIC toca::torch)
  if(TOCA_PCH)
    target_precompile_headers(${target} REUSE_FROM toca_torch_pch)
    # A precompiled header is only accepted with the flags it was made with.
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  endif()
endfunction()

# toca_add_test(<tst_file_stem> DIR <folder below tests> LABELS <unit|reference|gui|window|slow|lint>... LIBS ... [TORCH] [SOURCES ...] [TIMEOUT s])
#
# Builds tests/<folder>/<stem>.cpp with Qt Test and registers it with ctest. `window` tests get a real X server
# (xvfb-run), all others Qt's offscreen platform. A Qt warning fails the test.
# Qt wants a private folder of this name and warns without one, which would fail the test.
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/tests/runtime ${PROJECT_BINARY_DIR}/tests/moc)
file(CHMOD ${PROJECT_BINARY_DIR}/tests/runtime PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)

function(toca_add_test name)
  cmake_parse_arguments(arg "TORCH" "TIMEOUT;DIR" "LABELS;LIBS;SOURCES" ${ARGN})
  list(TRANSFORM arg_SOURCES PREPEND "${arg_DIR}/")
  add_executable(${name} ${arg_DIR}/${name}.cpp ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LIBS} toca::options Qt6::Test)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_compile_definitions(${name} PRIVATE QT_NO_KEYWORDS TOCA_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
    TOCA_BIN_DIR="${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  # moc by hand: without include folders it takes milliseconds, where AUTOMOC reads all of LibTorch for each test.
  set(moc ${PROJECT_BINARY_DIR}/tests/moc/${name}.moc)
  add_custom_command(OUTPUT ${moc} COMMAND Qt6::moc -o ${moc} ${CMAKE_CURRENT_SOURCE_DIR}/${arg_DIR}/${name}.cpp
    DEPENDS ${arg_DIR}/${name}.cpp COMMENT "moc ${name}" VERBATIM)
  target_sources(${name} PRIVATE ${moc})
  target_include_directories(${name} PRIVATE ${PROJECT_BINARY_DIR}/tests/moc)
  target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-O1>) # compiled sooner; what they test keeps its -O3
  if(arg_TORCH)
    toca_use_torch(${name})
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  if("window" IN_LIST arg_LABELS)
    add_test(NAME ${name} COMMAND xvfb-run -a -s "-screen 0 1600x1000x24" $<TARGET_FILE:${name}>)
    set(platform xcb)
  else()
    add_test(NAME ${name} COMMAND ${name})
    set(platform offscreen)
  endif()
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT}
    ENVIRONMENT "QT_QPA_PLATFORM=${platform};XDG_RUNTIME_DIR=${PROJECT_BINARY_DIR}/tests/runtime;QT_FATAL_WARNINGS=1;OMP_NUM_THREADS=2;GOMP_SPINCOUNT=2000;LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/support/lsan.supp;ASAN_OPTIONS=detect_leaks=1:detect_odr_violation=0;UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1:suppressions=${PROJECT_SOURCE_DIR}/tests/support/ubsan.supp")
endfunction()
