#pragma once
// The table `share`.

#include <cstddef>
#include <string_view>
#include <vector>

#include "libopus/store/shares.hpp"
#include "libopus/store/sqlite/db.hpp"

namespace opus { inline namespace uws0 { namespace store { namespace sqlite {

Result<std::vector<ShareRow>> read_shares(Connection& connection, const JobId& job);
Result<ShareRow> read_share(Connection& connection, std::string_view id);
Result<void> insert_share_row(Connection& connection, const ShareRow& row, std::size_t most);
Result<Share> delete_share_row(Connection& connection, const JobId& job, std::string_view id);

}}}}  // namespace opus::uws0::store::sqlite
