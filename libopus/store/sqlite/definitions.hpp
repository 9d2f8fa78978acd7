#pragma once
// Rows of table definition: the versions of descriptions. Inside a transaction of the caller.

#include <string_view>
#include <vector>

#include <opus/description_history.hpp>
#include <opus/error.hpp>

#include "libopus/store/sqlite/db.hpp"

namespace opus { inline namespace uws0 { namespace store { namespace sqlite {

Result<std::vector<DescriptionVersion>> read_versions_of(Connection& connection,
                                                         std::string_view name);
Result<std::vector<DescriptionVersion>> read_all_versions(Connection& connection);
Result<std::vector<DescriptionVersion>> read_versions_with(Connection& connection,
                                                           std::string_view hash);
Result<unsigned> count_pending_versions(Connection& connection);
Result<DescriptionVersion> insert_version_row(Connection& connection, DescriptionVersion version);
Result<void> update_version_row(Connection& connection, const DescriptionVersion& version);

}}}}  // namespace opus::uws0::store::sqlite
