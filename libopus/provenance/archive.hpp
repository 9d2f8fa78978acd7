#pragma once
// The records of a store as lines of JSON, for another OPUS. A line is an object whose member
// "kind" says what it tells; the first one names the format. Secrets are left out.

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <opus/error.hpp>
#include <opus/job.hpp>

#include "libopus/store/archive.hpp"
#include "libopus/store/store.hpp"

namespace opus { inline namespace uws0 { namespace provenance {

/// What a job used: told after the entities.
struct ArchivedInputs {
  JobId job{};
  std::vector<JobInput> inputs{};
};

/// What the code of a job told of its run: told after the job.
struct ArchivedTelling {
  JobId job{};
  std::string json{};
};

/// The first line.
struct ArchiveHead {};

/// Of a job neither inputs nor results are told in its own line.
using ArchiveRecord = std::variant<ArchiveHead, store::SavedDescription, Job, ArchivedTelling,
                                   store::ArchivedEntity, ArchivedInputs>;

// Without a newline.
std::string to_archive_line(const ArchiveRecord& record);

/// invalid_argument names the member that is wrong, what was expected and what came.
Result<ArchiveRecord> parse_archive_line(std::string_view line);

}}}  // namespace opus::uws0::provenance
