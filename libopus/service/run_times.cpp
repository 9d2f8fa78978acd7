#include "libopus/service/run_times.hpp"

#include <algorithm>
#include <vector>

namespace opus { inline namespace uws0 { namespace service {

Result<void> RunTimes::load(const std::string& description, store::Reader& reader) {
  {
    const std::lock_guard lock{mutex_};
    if (runs_.find(description) != runs_.end()) return {};
  }
  OPUS_UWS_TRY(const std::vector<store::PastRun> past, reader.past_runs(description, k_runs));
  const std::lock_guard lock{mutex_};
  std::deque<Run>& runs = runs_[description];
  if (!runs.empty()) return {};  // one has ended meanwhile
  for (const store::PastRun& run : past)
    runs.push_back({run.id, run.ended, std::chrono::milliseconds{run.ended - run.started}});
  std::sort(runs.begin(), runs.end(), [](const Run& a, const Run& b) { return a.ended < b.ended; });
  return {};
}

void RunTimes::add(const Job& job) {
  if (job.phase != Phase::completed || !job.started || !job.ended) return;
  const std::lock_guard lock{mutex_};
  const auto found = runs_.find(job.description);
  if (found == runs_.end()) return;  // not offered
  std::deque<Run>& runs = found->second;
  if (!runs.empty() && *job.ended < runs.back().ended) return;
  const auto same_job = [&](const Run& run) { return run.id == job.id; };
  if (std::any_of(runs.begin(), runs.end(), same_job)) return;  // another change of it
  runs.push_back({job.id, *job.ended, std::chrono::milliseconds{*job.ended - *job.started}});
  if (runs.size() > k_runs) runs.pop_front();
}

RunTime RunTimes::median(const std::string& description) const {
  std::vector<std::chrono::milliseconds> times;
  {
    const std::lock_guard lock{mutex_};
    const auto found = runs_.find(description);
    if (found == runs_.end() || found->second.empty()) return std::nullopt;
    for (const Run& run : found->second) times.push_back(run.time);
  }
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  return std::max(*middle, std::chrono::milliseconds{0});
}

}}}  // namespace opus::uws0::service
