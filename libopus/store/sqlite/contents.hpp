#pragma once
// Uploads by content and by time, and files to be deleted. Inside a transaction of the caller.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <opus/entity.hpp>
#include <opus/error.hpp>

#include "libopus/store/sqlite/db.hpp"

namespace opus { inline namespace uws0 { namespace store { namespace sqlite {

Result<std::vector<EntityId>> read_uploads_with(Connection& connection, std::string_view sha256);
Result<std::vector<EntityId>> read_expired_uploads(Connection& connection, TimePoint until,
                                                   std::size_t limit);
Result<std::optional<TimePoint>> read_next_expiry(Connection& connection);
Result<std::vector<std::string>> read_garbage(Connection& connection);
Result<void> add_garbage_row(Connection& connection, std::string_view path);
Result<void> forget_garbage_row(Connection& connection, std::string_view path);

}}}}  // namespace opus::uws0::store::sqlite
