#pragma once
// The columns of table `job` that may change, each with the member of Job it keeps: the one list
// from which the statements are made that read, insert and update a job.

#include <span>
#include <string>
#include <string_view>

#include <opus/job.hpp>

#include "libopus/store/sqlite/db.hpp"

namespace opus { inline namespace uws0 { namespace store { namespace sqlite {

struct JobColumn {
  std::string_view name;
  void (*bind)(Query& query, int index, const Job& job);
  void (*read)(const Query& query, int column, Job& job);
  bool (*same)(const Job& a, const Job& b);
};

/// Without `version`, which every update counts up, and what is fixed at creation: id, description
/// with version and hash, owner, creation time.
std::span<const JobColumn> job_columns() noexcept;

}}}}  // namespace opus::uws0::store::sqlite
