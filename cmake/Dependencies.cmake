# Third-party packages, all from the distribution. What libopus needs, OpusUwsConfig.cmake.in must
# name too (component "static"); what only the server or the tests need is found here as well, so
# that a missing package is reported by name at configure time.
find_package(Threads REQUIRED)
find_package(SQLite3 3.38 REQUIRED)
find_package(OpenSSL 3.0 REQUIRED COMPONENTS Crypto SSL)
find_package(CURL 7.85 REQUIRED)
find_package(tinyxml2 9 CONFIG REQUIRED)

# Header-only and private: only its include path matters, and nothing of it reaches the export.
find_path(OPUS_UWS_RAPIDJSON_INCLUDE_DIR rapidjson/document.h REQUIRED)
mark_as_advanced(OPUS_UWS_RAPIDJSON_INCLUDE_DIR)
add_library(opus_uws_rapidjson INTERFACE)
target_include_directories(opus_uws_rapidjson SYSTEM INTERFACE ${OPUS_UWS_RAPIDJSON_INCLUDE_DIR})

if(OPUS_UWS_SERVER)
  find_package(Boost 1.81 REQUIRED)
  find_package(tomlplusplus 3.3 REQUIRED)
  find_package(CLI11 2.1 REQUIRED)
  find_package(spdlog 1.10 REQUIRED)
  find_package(LibArchive 3.6 REQUIRED)
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(jansson REQUIRED IMPORTED_TARGET jansson>=2.13)
endif()

if(OPUS_UWS_TESTS)
  find_package(Catch2 2.13 REQUIRED)
  # Test programs in Python use modules of the distribution, which only its own interpreter sees.
  if(NOT Python3_EXECUTABLE AND EXISTS /usr/bin/python3)
    set(Python3_EXECUTABLE /usr/bin/python3)
  endif()
  find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
endif()
