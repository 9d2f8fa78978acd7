#pragma once
// Jobs of a lineage, many at a time.

#include <opus/error.hpp>

#include "libopus/store/sqlite/rows.hpp"
#include "libopus/store/store.hpp"

namespace opus { inline namespace uws0 { namespace store { namespace sqlite {

/// Reader::reach. Inside a transaction of the caller.
Result<Reached> read_reach(Connection& connection, const Reach& reach, Destroyed destroyed);

}}}}  // namespace opus::uws0::store::sqlite
