// A store in a folder of its own, and jobs to put into it.
#pragma once

#include <opus/testing.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libopus/store/sqlite/sqlite_store.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/contains.hpp"
#include "tests/support/temp_folder.hpp"

namespace opus_test {

using opus::Phase;
using opus::TimePoint;

/// Milliseconds after an instant in 2026 that all tests start from.
TimePoint at(std::int64_t milliseconds);
opus::EntityId new_entity_id();

/// PENDING, with as little as a job can have.
opus::Job plain_job(std::int64_t created = 0);
/// QUEUED, with something in every member that a job can have before it runs.
opus::Job full_job(const opus::EntityId& input);
/// What `job` generated: the id of the result, the name of its file, the content's length.
opus::JobResult result_of(const opus::Job& job, const std::string& id, std::uint64_t size = 10);
opus::Entity upload(const std::string& name);
inline constexpr const char* k_description_hash = "5f1c";

/// The history with which a job in this phase is inserted.
std::vector<opus::store::EventRow> created(const opus::Job& job);
/// The one line that tells of a move.
std::vector<opus::store::EventRow> moved(Phase from, Phase to);

class StoreRig {
 public:
  explicit StoreRig(opus::store::StoreConfig config = {});

  opus::store::Store& operator*() const { return *store_; }
  opus::store::Store* operator->() const { return store_.get(); }
  const std::filesystem::path& folder() const { return folder_.path(); }
  std::filesystem::path database() const { return folder_ / "opus.db"; }

  void insert(const opus::Job& job);
  void insert(const opus::Entity& entity);
  void save_description();
  /// `after` with its new version.
  opus::Result<opus::Job> update(const opus::Job& before, const opus::Job& after,
                                 std::vector<opus::store::EventRow> events);
  /// PENDING -> ... -> COMPLETED with these results.
  opus::Job complete(const opus::Job& job, std::vector<opus::JobResult> results);
  opus::Job job(const opus::JobId& id) const { return store_->reader().job(id).value(); }

  void close() { store_.reset(); }
  /// Closes the store and opens it again, without faults.
  void reopen();

 private:
  TempFolder folder_;
  std::unique_ptr<opus::store::Store> store_;
};

/// The ids of a list, in its order.
std::vector<opus::JobId> ids_of(const std::vector<opus::JobSummary>& jobs);

}  // namespace opus_test
