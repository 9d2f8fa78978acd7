# The Python of the test environment, with the packages of tests/requirements.txt; scripts/test makes
# it. Tests run their scripts by ${opus_uws_venv_python}, which fails when it is missing.
set(OPUS_UWS_TEST_PYTHON ${PROJECT_SOURCE_DIR}/build/venv/bin/python CACHE FILEPATH
  "Python interpreter with the packages of tests/requirements.txt")
mark_as_advanced(OPUS_UWS_TEST_PYTHON)
set(opus_uws_venv_python ${PROJECT_SOURCE_DIR}/tests/support/venv_python ${OPUS_UWS_TEST_PYTHON})

# opus_uws_test(<name> SOURCES <file>... [LINKS <target>...] [KIND <kind>] [TIMEOUT <seconds>]
#               [CONCURRENT])
#
# One Catch2 program and one ctest of that name. KIND is its ctest label (default: the folder below
# tests/ it is in). Programs of kind api, server and clients link the shared library and see public
# headers only; the others link the static library and see libopus/ as well.
# CONCURRENT: threads meet here; only these tests are built and run under the thread sanitizer.
# OPUS_UWS_LAUNCHER points at the launcher of this build tree unless the environment says otherwise.
function(opus_uws_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "CONCURRENT" "KIND;TIMEOUT" "SOURCES;LINKS")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES)
    message(FATAL_ERROR "opus_uws_test(${name}): needs SOURCES; unknown: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT TARGET opus_uws)
    message(STATUS "test ${name} waits for the library")
    return()
  endif()
  if(OPUS_UWS_SANITIZE STREQUAL "thread" AND NOT arg_CONCURRENT)
    return()
  endif()
  if(NOT arg_KIND)
    cmake_path(RELATIVE_PATH CMAKE_CURRENT_SOURCE_DIR
      BASE_DIRECTORY ${PROJECT_SOURCE_DIR}/tests OUTPUT_VARIABLE arg_KIND)
    string(REGEX REPLACE "/.*" "" arg_KIND "${arg_KIND}")
  endif()
  set(target test-${name})
  add_executable(${target} ${arg_SOURCES} $<TARGET_OBJECTS:opus_uws_catch_main>)
  opus_uws_configure(${target})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR})
  if(arg_KIND MATCHES "^(api|server|clients)$")
    set(library opus_uws)
  else()
    set(library opus_uws_static)
  endif()
  target_link_libraries(${target} PRIVATE ${arg_LINKS} ${library} Catch2::Catch2 Threads::Threads)
  opus_uws_test_compilation(${target})
  add_test(NAME ${name} COMMAND ${target})
  opus_uws_test_properties(${name} "${arg_KIND}" "${arg_TIMEOUT}")
endfunction()

# The library under test is optimised; Catch2's assertions only take long to optimise.
function(opus_uws_test_compilation target)
  target_compile_options(${target} PRIVATE $<$<CONFIG:Debug>:-O0>)
  if(OPUS_UWS_UNITY_TESTS)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
  endif()
endfunction()

# opus_uws_command_test(<name> COMMAND <argument>... KIND <kind> [TIMEOUT <seconds>])
#
# A ctest that is a program or script of its own; it finds the launcher in the environment. Not
# registered under the thread sanitizer.
function(opus_uws_command_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "KIND;TIMEOUT" "COMMAND")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_COMMAND OR NOT arg_KIND)
    message(FATAL_ERROR "opus_uws_command_test(${name}): needs COMMAND and KIND")
  endif()
  if(OPUS_UWS_SANITIZE STREQUAL "thread")
    return()
  endif()
  add_test(NAME ${name} COMMAND ${arg_COMMAND})
  opus_uws_test_properties(${name} "${arg_KIND}" "${arg_TIMEOUT}")
endfunction()

function(opus_uws_test_properties name kind timeout)
  # A limit ends what hangs. It says nothing of speed: on a busy machine all takes ten times as long.
  if(NOT timeout)
    set(timeout 300)
  endif()
  if(OPUS_UWS_SANITIZE)
    math(EXPR timeout "${timeout} * 5")
  endif()
  set_tests_properties(${name} PROPERTIES LABELS "${kind}" TIMEOUT ${timeout}
    ENVIRONMENT "UBSAN_OPTIONS=print_stacktrace=1;TSAN_OPTIONS=second_deadlock_stack=1")
  if(TARGET opus-uws-launcher)
    set_property(TEST ${name} APPEND PROPERTY
      ENVIRONMENT OPUS_UWS_LAUNCHER=$<TARGET_FILE:opus-uws-launcher>)
  endif()
endfunction()
