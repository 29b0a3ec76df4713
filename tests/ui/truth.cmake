# Against the uncached run, and what is seen of a run.
if(TOCA_WINDOW)
  toca_add_test(tst_comparison DIR ui LABELS window LIBS toca::app)
  toca_add_test(tst_present DIR ui LABELS window LIBS toca::app)
  toca_add_test(tst_seeing DIR ui LABELS window LIBS toca::app)
  # What the live display costs a run: `./dev build display-cost`.
  add_executable(display-cost EXCLUDE_FROM_ALL bench/display_cost.cpp)
  target_link_libraries(display-cost PRIVATE toca::app toca::engine toca::options Qt6::Test)
  target_include_directories(display-cost PRIVATE ${PROJECT_SOURCE_DIR})
  target_compile_definitions(display-cost PRIVATE QT_NO_KEYWORDS)
endif()
