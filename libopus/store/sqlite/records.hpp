#pragma once
// What the code of jobs told of their runs. What writes is inside a write transaction of the
// caller.

#include <cstdint>
#include <string>
#include <string_view>

#include <opus/error.hpp>
#include <opus/id.hpp>

#include "libopus/store/sqlite/db.hpp"
#include "libopus/store/sqlite/rows.hpp"

namespace opus { inline namespace uws0 { namespace store { namespace sqlite {

/// Reader::record_of
Result<std::string> read_record(Connection& connection, const JobId& id, Destroyed destroyed);
/// Writer::keep_record; `key` is the job's.
Result<void> write_record(Connection& connection, std::int64_t key, std::string_view json);

}}}}  // namespace opus::uws0::store::sqlite
