# The rules that a compiler does not know, as tests.
find_package(Python3 REQUIRED COMPONENTS Interpreter) # python3
foreach(check includes sources format)
  add_test(NAME lint_${check} COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/lint/check_${check}.py ${PROJECT_SOURCE_DIR})
  set_tests_properties(lint_${check} PROPERTIES LABELS lint TIMEOUT 120)
endforeach()
set_tests_properties(lint_format PROPERTIES SKIP_RETURN_CODE 77)
add_test(NAME lint_itself COMMAND Python3::Interpreter -B ${CMAKE_CURRENT_SOURCE_DIR}/lint/test_lint.py)
set_tests_properties(lint_itself PROPERTIES LABELS lint TIMEOUT 120)
