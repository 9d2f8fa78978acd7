#pragma once
// The kinds of values a configuration has, from and to text.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <opus/error.hpp>

#include "server/config.hpp"

namespace opus { inline namespace uws0 { namespace server {

/// A number of bytes, as opposed to any number.
struct Bytes {
  std::uint64_t* value;
};

/// A text that is not shown.
struct Secret {
  std::string* value;
};

/// Where a value is kept; which of them says what kind it is.
using Field =
    std::variant<std::string*, std::filesystem::path*, std::vector<std::filesystem::path>*,
                 std::vector<std::string>*, bool*, unsigned*, std::uint64_t*, Bytes, Secret,
                 std::chrono::seconds*, std::chrono::milliseconds*, LogLevel*, LogFormat*>;

/// invalid_argument: "expected ..., got '...'".
Result<void> assign(const Field& field, const std::vector<std::string>& values,
                    const std::filesystem::path& folder);

/// As a TOML value.
std::string to_toml_value(const Field& field);

/// "500ms", "30s", "5m", "2h", "7d", or "0".
Result<std::chrono::milliseconds> parse_duration(std::string_view text);
/// "512", "16KiB", "4MiB", "2GiB".
Result<std::uint64_t> parse_bytes(std::string_view text);

}}}  // namespace opus::uws0::server
