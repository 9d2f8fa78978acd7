#pragma once
// Changes of the store, on the one connection that writes.

#include <cstdint>
#include <optional>
#include <vector>

#include "libopus/store/sqlite/db.hpp"
#include "libopus/store/store.hpp"

namespace opus { inline namespace uws0 { namespace store { namespace sqlite {

/// Works inside the write transaction of its caller; one thread.
class SqliteWriter final : public Writer {
 public:
  explicit SqliteWriter(Connection& connection) : connection_(connection) {}

  /// Runs one change; if it fails, nothing of it stays. A change that overlooks an operation which
  /// failed halfway fails as well.
  Result<void> apply(const Store::Change& change);

  Result<Job> job(const JobId& id) override;
  Result<Entity> entity(const EntityId& id) override;
  Result<std::vector<JobId>> users_of(const EntityId& id) override;
  Result<std::vector<JobId>> waiting_for(const JobId& id) override;

  Result<void> insert_job(const Job& job, const std::vector<EventRow>& events) override;
  Result<Job> update_job(const Job& before, Job after,
                         const std::vector<EventRow>& events) override;
  Result<void> keep_record(const JobId& id, std::string_view json) override;
  Result<void> retire_job(const JobId& id, TimePoint at) override;
  Result<std::size_t> forget_retired(TimePoint until, std::size_t limit) override;
  Result<bool> import_description(const SavedDescription& description) override;
  Result<bool> import_job(const Job& job, TimePoint at) override;
  Result<bool> import_record(const JobId& job, std::string_view json) override;
  Result<bool> import_entity(const ArchivedEntity& entity) override;
  Result<bool> import_inputs(const JobId& job, const std::vector<JobInput>& inputs) override;
  Result<void> delete_job(const JobId& id) override;
  Result<void> save_description(const SavedDescription& description) override;
  Result<void> insert_entity(const Entity& entity) override;
  Result<void> update_entity(const Entity& entity) override;
  Result<void> delete_entity(const EntityId& id) override;

  Result<std::vector<DescriptionVersion>> versions_of(std::string_view name) override;
  Result<std::vector<DescriptionVersion>> versions_with(std::string_view hash) override;
  Result<unsigned> count_pending() override;
  Result<DescriptionVersion> insert_version(DescriptionVersion version) override;
  Result<void> update_version(const DescriptionVersion& version) override;

  Result<void> add_garbage(std::string_view path) override;
  Result<void> forget_garbage(std::string_view path) override;

  Result<void> insert_share(const ShareRow& row, std::size_t most) override;
  Result<Share> delete_share(const JobId& job, std::string_view id) override;

  Result<std::uint64_t> waiting_jobs(const std::optional<std::string>& owner,
                                     std::string_view description) override;
  Result<std::uint64_t> executing_jobs(const std::optional<std::string>& owner,
                                       std::string_view description) override;
  Result<std::uint64_t> disk_bytes(const std::optional<std::string>& owner) override;

 private:
  Result<std::optional<std::int64_t>> generator_of(const Entity& entity);
  template <class Operation> auto whole(Operation operation) -> decltype(operation());

  Connection& connection_;
  std::optional<Error> broken_{};  ///< of the current change: why it must not be kept
};

}}}}  // namespace opus::uws0::store::sqlite
