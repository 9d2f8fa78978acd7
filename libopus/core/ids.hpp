#pragma once
// New ids: UUIDv7 (RFC 9562), 48 bits of milliseconds, then randomness from the kernel. Ids made by
// one process within one millisecond are still ascending.

#include <optional>
#include <string>
#include <string_view>

#include <opus/export.hpp>
#include <opus/time.hpp>

namespace opus { inline namespace uws0 {

/// Threads: any. Lower case, 36 characters.
OPUS_UWS_API std::string make_uuid7(TimePoint at);

/// Exactly the form make_uuid7 writes: safe as a path element and a URL segment.
OPUS_UWS_API bool is_uuid7(std::string_view text) noexcept;

}}  // namespace opus::uws0
