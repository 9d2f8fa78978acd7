#pragma once
// A store's provenance as a whole: read to be taken elsewhere, and taken in from there.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <opus/entity.hpp>
#include <opus/error.hpp>
#include <opus/id.hpp>
#include <opus/job.hpp>

namespace opus { inline namespace uws0 { namespace store {

struct SavedDescription;

/// An entity and, of a result, its place in its job.
struct ArchivedEntity {
  Entity entity{};
  std::string result_name{};              ///< in the description
  std::optional<std::int64_t> ordinal{};  ///< nullopt: it is no result
};

/// Everything at one instant, retired jobs too. One thread at a time. `key` is where to go on: 0 at
/// first; an empty answer is the end.
class ArchiveReader {
 public:
  virtual ~ArchiveReader() = default;

  /// Jobs that have ended, in the order they came.
  virtual Result<std::vector<JobId>> ended_jobs_after(std::int64_t& key, std::size_t limit) = 0;
  /// Entities that come from outside or from a job that has ended.
  virtual Result<std::vector<ArchivedEntity>> entities_after(std::int64_t& key,
                                                             std::size_t limit) = 0;
  virtual Result<Job> job(const JobId& id) = 0;
  virtual Result<std::string> record_of(const JobId& id) = 0;
  virtual Result<SavedDescription> description(std::string_view hash) = 0;
};

/// Changes, inside store::Writer's transaction. What is there already stays as it is: false.
class ArchiveWriter {
 public:
  virtual ~ArchiveWriter() = default;

  virtual Result<bool> import_description(const SavedDescription& description) = 0;
  /// As a retired one, without inputs, results and record. Its time to be forgotten counts from its
  /// deletion, or from `at` if it was not deleted. It has ended, else internal.
  virtual Result<bool> import_job(const Job& job, TimePoint at) = 0;
  /// What its code told. not_found: the job; conflict: the job is no retired one.
  virtual Result<bool> import_record(const JobId& job, std::string_view json) = 0;
  /// not_found: its job; conflict: that job is no retired one.
  virtual Result<bool> import_entity(const ArchivedEntity& entity) = 0;
  /// Unless it has inputs. not_found: the job, or an entity; conflict: the job is no retired one.
  virtual Result<bool> import_inputs(const JobId& job, const std::vector<JobInput>& inputs) = 0;
};

}}}  // namespace opus::uws0::store
