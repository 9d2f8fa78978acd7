#pragma once
// The tables behind store::ArchiveReader and ArchiveWriter.

#include <string_view>
#include <vector>

#include "libopus/store/archive.hpp"
#include "libopus/store/sqlite/db.hpp"
#include "libopus/store/store.hpp"

namespace opus { inline namespace uws0 { namespace store { namespace sqlite {

Result<std::vector<JobId>> read_ended_jobs_after(Connection& connection, std::int64_t& key,
                                                 std::size_t limit);
Result<std::vector<ArchivedEntity>> read_entities_after(Connection& connection, std::int64_t& key,
                                                        std::size_t limit);

Result<bool> import_description_row(Connection& connection, const SavedDescription& description);
/// `key` is that of the row of a job that was inserted as it is.
Result<void> retire_imported(Connection& connection, std::int64_t key, const Job& job,
                             TimePoint at);
Result<bool> import_record_row(Connection& connection, const JobId& job, std::string_view json);
Result<bool> import_entity_row(Connection& connection, const ArchivedEntity& archived);
Result<bool> import_input_rows(Connection& connection, const JobId& job,
                               const std::vector<JobInput>& inputs);

}}}}  // namespace opus::uws0::store::sqlite
