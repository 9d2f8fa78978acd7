/// \file
/// OPUS_UWS_API marks what the shared library exports. Everything else is hidden.
#pragma once

#if defined(__GNUC__)
#define OPUS_UWS_API __attribute__((visibility("default")))
#else
#define OPUS_UWS_API
#endif
