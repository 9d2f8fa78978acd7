#pragma once
// The reading half of the store's contract over values in memory.

#include <map>
#include <string>
#include <vector>

#include "libopus/store/store.hpp"

namespace opus_test {

class MemoryReader final : public opus::store::Reader {
 public:
  /// Also keeps the entities of its results.
  void put(const opus::Job& job);
  void put(const opus::Entity& entity) { entities_[entity.id.value] = entity; }
  void put(const opus::store::SavedDescription& description) {
    descriptions_[description.hash] = description;
  }
  void put_record(const opus::JobId& id, const std::string& json) { records_[id.value] = json; }
  void erase(const opus::EntityId& id) { entities_.erase(id.value); }
  void erase(const opus::JobId& id) { jobs_.erase(id.value); }

  /// After `count` more reads every one fails with unavailable.
  void fail_after(std::size_t count) { reads_left_ = count; }
  std::size_t reads() const { return reads_; }
  std::size_t jobs_read() const { return jobs_read_; }  ///< by reach()
  /// reach() brings no more than it must.
  void read_one_by_one() { one_by_one_ = true; }

  opus::Result<opus::Job> job(const opus::JobId& id) override;
  opus::Result<std::vector<opus::JobSummary>> list(const opus::JobFilter& filter) override;
  opus::Result<std::vector<opus::Job>> unfinished_jobs() override;
  opus::Result<std::vector<opus::store::DueJob>> due_destructions(opus::TimePoint until,
                                                                  std::size_t limit) override;
  opus::Result<std::optional<opus::TimePoint>> next_destruction(opus::TimePoint after) override;
  opus::Result<std::vector<opus::store::PastRun>> past_runs(std::string_view description,
                                                            std::size_t limit) override;
  opus::Result<std::vector<opus::JobId>> jobs_that_answer(std::string_view request_hash,
                                                          const std::optional<std::string>& owner,
                                                          std::size_t limit) override;
  opus::Result<std::vector<opus::JobId>> reusers_of(const opus::JobId& id) override;
  opus::Result<std::vector<opus::store::EventRow>> events(const opus::JobId& id) override;
  opus::Result<std::vector<opus::JobCount>> job_counts() override;
  opus::Result<std::optional<opus::TimePoint>> oldest_queued() override;
  opus::Result<opus::store::SavedDescription> description(std::string_view hash) override;
  opus::Result<opus::Entity> entity(const opus::EntityId& id) override;
  opus::Result<std::vector<opus::JobId>> users_of(const opus::EntityId& id) override;
  opus::Result<opus::store::Reached> reach(const opus::store::Reach& reach) override;
  opus::Result<std::string> record_of(const opus::JobId& id) override;
  opus::Result<std::vector<opus::JobId>> retired_jobs_of(std::string_view owner,
                                                         std::size_t limit) override;
  opus::Result<std::unique_ptr<opus::store::Reader>> snapshot() override;

 private:
  opus::Result<void> begin_read();
  void add_foreign_inputs(opus::store::Reached& reached) const;
  template <class Value>
  opus::Result<Value> find(const std::map<std::string, Value, std::less<>>& values,
                           std::string_view key);

  std::map<std::string, opus::Job, std::less<>> jobs_{};
  std::map<std::string, opus::Entity, std::less<>> entities_{};
  std::map<std::string, std::string, std::less<>> records_{};  // by job
  std::map<std::string, opus::store::SavedDescription, std::less<>> descriptions_{};
  std::optional<std::size_t> reads_left_{};
  std::size_t reads_ = 0, jobs_read_ = 0;
  bool one_by_one_ = false;
};

}  // namespace opus_test
