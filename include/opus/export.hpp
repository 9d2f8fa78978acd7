/// \file
/// OPUS_UWS_API marks what the shared library exports. Everything else is hidden; OPUS_UWS_LOCAL
/// hides what is declared inside an exported class.
#pragma once

#if defined(__GNUC__)
#define OPUS_UWS_API __attribute__((visibility("default")))
#define OPUS_UWS_LOCAL __attribute__((visibility("hidden")))
#else
#define OPUS_UWS_API
#define OPUS_UWS_LOCAL
#endif
