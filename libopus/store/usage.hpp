#pragma once
// How much an owner has of what may be limited. nullopt = what is nobody's.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <opus/error.hpp>

namespace opus { inline namespace uws0 { namespace store {

/// Inside store::Writer's transaction it counts what that has changed, too. Costs as much as the
/// answer is large; the disk nothing.
class UsageReader {
 public:
  virtual ~UsageReader() = default;

  /// Jobs QUEUED and HELD, of one description or (empty) of all.
  virtual Result<std::uint64_t> waiting_jobs(const std::optional<std::string>& owner,
                                             std::string_view description) = 0;
  virtual Result<std::uint64_t> executing_jobs(const std::optional<std::string>& owner,
                                               std::string_view description) = 0;
  /// Sizes of all entities whose content is here.
  virtual Result<std::uint64_t> disk_bytes(const std::optional<std::string>& owner) = 0;
};

}}}  // namespace opus::uws0::store
