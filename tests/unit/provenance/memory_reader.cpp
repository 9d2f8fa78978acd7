#include "tests/unit/provenance/memory_reader.hpp"

#include <algorithm>
#include <set>

namespace opus_test {

using opus::Result;

void MemoryReader::put(const opus::Job& job) {
  jobs_[job.id.value] = job;
  for (const opus::JobResult& result : job.results) put(result.entity);
}

Result<void> MemoryReader::begin_read() {
  if (reads_left_ == 0) return opus::Error{opus::Errc::unavailable, "disk on fire", {}};
  if (reads_left_) --*reads_left_;
  ++reads_;
  return {};
}

template <class Value>
Result<Value> MemoryReader::find(const std::map<std::string, Value, std::less<>>& values,
                                 std::string_view key) {
  OPUS_UWS_CHECK(begin_read());
  const auto found = values.find(key);
  if (found == values.end())
    return opus::Error{opus::Errc::not_found, "no '" + std::string{key} + "'"};
  return found->second;
}

Result<opus::Job> MemoryReader::job(const opus::JobId& id) { return find(jobs_, id.value); }

Result<opus::store::SavedDescription> MemoryReader::description(std::string_view hash) {
  return find(descriptions_, hash);
}

Result<opus::Entity> MemoryReader::entity(const opus::EntityId& id) {
  return find(entities_, id.value);
}

Result<std::vector<opus::JobId>> MemoryReader::users_of(const opus::EntityId& id) {
  OPUS_UWS_CHECK(begin_read());
  std::vector<opus::JobId> users;
  for (const auto& [key, job] : jobs_)
    if (std::any_of(job.inputs.begin(), job.inputs.end(),
                    [&](const opus::JobInput& input) { return input.entity == id; }))
      users.push_back(job.id);
  return users;
}

Result<opus::store::Reached> MemoryReader::reach(const opus::store::Reach& reach) {
  OPUS_UWS_CHECK(begin_read());
  opus::store::Reached reached;
  const std::size_t limit = one_by_one_ ? 1 : reach.limit;
  std::vector<std::string> met;
  const auto meet = [&](const std::string& id) {
    if (met.size() < limit && jobs_.count(id) != 0 &&
        std::find(met.begin(), met.end(), id) == met.end())
      met.push_back(id);
  };
  for (const opus::JobId& id : reach.from) meet(id.value);
  for (std::size_t at = 0; at < met.size(); ++at) {
    const opus::Job& job = jobs_.find(met[at])->second;
    if (!reach.is_known(job.id)) {
      reached.jobs.push_back(job);
      ++jobs_read_;
    }
    for (const opus::JobInput& input : job.inputs)
      if (const auto entity = entities_.find(input.entity.value);
          reach.upstream && entity != entities_.end())
        meet(entity->second.generated_by.value);
    if (reach.upstream) continue;
    for (const auto& [id, user] : jobs_)
      for (const opus::JobInput& input : user.inputs)
        for (const opus::JobResult& result : job.results)
          if (input.entity == result.entity.id) meet(id);
  }
  if (reach.upstream) add_foreign_inputs(reached);
  return reached;
}

void MemoryReader::add_foreign_inputs(opus::store::Reached& reached) const {
  std::set<std::string> generators, told;
  for (const opus::Job& job : reached.jobs) generators.insert(job.id.value);
  for (const opus::Job& job : reached.jobs)
    for (const opus::JobInput& input : job.inputs) {
      const auto entity = entities_.find(input.entity.value);
      if (entity != entities_.end() && told.insert(entity->first).second &&
          generators.count(entity->second.generated_by.value) == 0)
        reached.inputs.push_back(entity->second);
    }
}

Result<std::vector<opus::JobId>> MemoryReader::jobs_that_answer(
    std::string_view request_hash, const std::optional<std::string>& owner, std::size_t limit) {
  OPUS_UWS_CHECK(begin_read());
  std::vector<opus::JobId> found;
  for (const auto& [key, job] : jobs_)
    if (job.request_hash == request_hash && job.phase == opus::Phase::completed &&
        (!job.owner || job.owner == owner) && found.size() < limit)
      found.push_back(job.id);
  return found;
}

Result<std::vector<opus::JobId>> MemoryReader::reusers_of(const opus::JobId& id) {
  OPUS_UWS_CHECK(begin_read());
  std::vector<opus::JobId> found;
  for (const auto& [key, job] : jobs_)
    if (!job.reuse_of.empty() && (id.empty() || job.reuse_of == id)) found.push_back(job.id);
  return found;
}

Result<std::string> MemoryReader::record_of(const opus::JobId& id) {
  return find(records_, id.value);
}

Result<std::vector<opus::JobId>> MemoryReader::retired_jobs_of(std::string_view, std::size_t) {
  return std::vector<opus::JobId>{};
}

Result<std::unique_ptr<opus::store::Reader>> MemoryReader::snapshot() {
  return std::unique_ptr<opus::store::Reader>{std::make_unique<MemoryReader>(*this)};
}

Result<std::vector<opus::JobSummary>> MemoryReader::list(const opus::JobFilter& filter) {
  std::vector<opus::JobSummary> summaries;
  for (auto job = jobs_.rbegin(); job != jobs_.rend(); ++job) {
    const opus::Job& each = job->second;
    const bool phase_fits = filter.phases.empty()
                                ? each.phase != opus::Phase::archived
                                : std::find(filter.phases.begin(), filter.phases.end(),
                                            each.phase) != filter.phases.end();
    if (!phase_fits || (!filter.description.empty() && filter.description != each.description) ||
        (filter.owner && filter.owner != each.owner) ||
        (filter.after && each.created <= *filter.after))
      continue;
    if (!filter.before.empty() && !(each.id < filter.before)) continue;
    if (filter.last && summaries.size() >= *filter.last) break;
    summaries.push_back(
        {each.id, each.description, each.phase, each.run_id, each.owner, each.created});
  }
  return summaries;
}

Result<std::vector<opus::Job>> MemoryReader::unfinished_jobs() {
  std::vector<opus::Job> jobs;
  for (const auto& [key, job] : jobs_)
    if (is_live(job.phase)) jobs.push_back(job);
  return jobs;
}

Result<std::vector<opus::store::DueJob>> MemoryReader::due_destructions(opus::TimePoint until,
                                                                        std::size_t limit) {
  std::vector<opus::store::DueJob> due;
  for (const auto& [key, job] : jobs_)
    if (job.destruction && *job.destruction <= until) due.push_back({job.id, *job.destruction});
  std::sort(due.begin(), due.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  due.resize(std::min(due.size(), limit));
  return due;
}

Result<std::optional<opus::TimePoint>> MemoryReader::next_destruction(opus::TimePoint after) {
  std::optional<opus::TimePoint> next;
  for (const auto& [key, job] : jobs_)
    if (job.destruction && *job.destruction > after)
      next = std::min(next.value_or(*job.destruction), *job.destruction);
  return next;
}

Result<std::vector<opus::JobCount>> MemoryReader::job_counts() {
  std::map<std::pair<std::string, opus::Phase>, std::uint64_t> counts;
  for (const auto& [id, job] : jobs_) ++counts[{job.description, job.phase}];
  std::vector<opus::JobCount> listed;
  for (const auto& [key, count] : counts) listed.push_back({key.first, key.second, count});
  return listed;
}

Result<std::optional<opus::TimePoint>> MemoryReader::oldest_queued() {
  std::optional<opus::TimePoint> oldest;
  for (const auto& [id, job] : jobs_)
    if (job.phase == opus::Phase::queued && job.queued && (!oldest || *job.queued < *oldest))
      oldest = job.queued;
  return oldest;
}

Result<std::vector<opus::store::PastRun>> MemoryReader::past_runs(std::string_view description,
                                                                  std::size_t limit) {
  std::vector<opus::store::PastRun> runs;
  for (auto place = jobs_.rbegin(); place != jobs_.rend() && runs.size() < limit; ++place) {
    const opus::Job& job = place->second;
    if (job.description == description && job.phase == opus::Phase::completed && job.started)
      runs.push_back({job.id, *job.started, *job.ended});
  }
  return runs;
}

Result<std::vector<opus::store::EventRow>> MemoryReader::events(const opus::JobId& id) {
  if (jobs_.count(id.value) == 0)
    return opus::Error{opus::Errc::not_found, "no '" + id.value + "'"};
  return std::vector<opus::store::EventRow>{};
}

}  // namespace opus_test
