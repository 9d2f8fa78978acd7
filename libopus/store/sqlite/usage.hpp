#pragma once
// Numbers and sizes by owner.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "libopus/store/sqlite/db.hpp"

namespace opus { inline namespace uws0 { namespace store { namespace sqlite {

enum class UsageOf { waiting, executing };

Result<std::uint64_t> count_jobs_of(Connection& connection, UsageOf which,
                                    const std::optional<std::string>& owner,
                                    std::string_view description);
Result<std::uint64_t> read_disk_bytes(Connection& connection,
                                      const std::optional<std::string>& owner);

}}}}  // namespace opus::uws0::store::sqlite
