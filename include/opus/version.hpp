/// \file
/// Version of the headers a host compiles against, and of the library it runs with.
#pragma once

// The project version of CMakeLists.txt; the test "version" keeps the two equal.
#define OPUS_UWS_VERSION_MAJOR 0
#define OPUS_UWS_VERSION_MINOR 1
#define OPUS_UWS_VERSION_PATCH 0
#define OPUS_UWS_VERSION "0.1.0"
