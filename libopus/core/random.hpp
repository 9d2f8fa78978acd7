#pragma once
// Randomness for secrets, from the kernel.

#include <cstddef>
#include <string>

#include <opus/error.hpp>
#include <opus/export.hpp>

namespace opus { inline namespace uws0 {

/// At most 256 bytes. unavailable: the kernel has none to give.
OPUS_UWS_API Result<std::string> random_bytes(std::size_t count);

}}  // namespace opus::uws0
