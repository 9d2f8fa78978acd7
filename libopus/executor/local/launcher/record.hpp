#pragma once
// started.json and exit.json: how they are written so that they are whole or absent.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <opus/executor.hpp>

#include "libopus/core/descriptor.hpp"

namespace opus { inline namespace uws0 { namespace local {

/// Milliseconds since 1970, UTC.
std::int64_t wall_clock_ms();
/// Milliseconds of a clock that nobody sets.
std::int64_t steady_clock_ms();

struct ExitRecord {
  std::string job{};
  Ending ending = Ending::lost;
  std::optional<int> exit_code{}, signal{};
  std::optional<std::int64_t> started_ms{}, ended_ms{};
  std::optional<std::int64_t> user_ms{}, system_ms{}, max_rss_bytes{};
  std::string isolation{};
  std::vector<std::pair<std::string, std::string>> allocation{};  ///< RunFacts::allocation
  std::string message{};  ///< cut where the record would be too long
  bool transient = false;
};

/// At most k_max_record bytes, so that a record goes through a pipe in one piece.
std::string to_json(const ExitRecord& record);
inline constexpr std::size_t k_max_record = 3500;

/// The folder of a job, open.
class JobFolder {
 public:
  explicit JobFolder(const std::string& path);
  explicit operator bool() const noexcept { return static_cast<bool>(folder_); }

  enum class Claim { mine, taken, failed };
  /// Creates started.json, or finds that somebody has. failed: errno says why. `native`: the
  /// allocation it runs in, or empty.
  Claim claim(std::string_view job, std::uint64_t start_ticks, std::string_view native = {});

  /// The number in a small file; nullopt where there is none.
  std::optional<std::uint32_t> read_number(const char* name) const;

  /// Takes the disk space of exit.json while there is some. False: errno says why.
  bool reserve_record();
  /// Makes exit.json appear. False: errno says why.
  bool write_record(const std::string& json);

 private:
  Descriptor folder_{};
  Descriptor record_{};  ///< exit.json before it has its name
};

}}}  // namespace opus::uws0::local
