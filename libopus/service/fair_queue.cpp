#include "libopus/service/fair_queue.hpp"

#include <algorithm>
#include <tuple>

namespace opus { inline namespace uws0 { namespace service {

void FairQueue::push(const Owner& owner, const JobId& id) {
  const std::lock_guard lock{mutex_};
  lines_[owner].jobs.push_back({++last_place_, id});
  places_.emplace(id, last_place_);
}

void FairQueue::push_front(const Owner& owner, const JobId& id) {
  const std::lock_guard lock{mutex_};
  lines_[owner].jobs.push_front({--first_place_, id});
  places_.emplace(id, first_place_);
}

std::deque<FairQueue::Waiting>::const_iterator FairQueue::find_in(const Line& line,
                                                                  const JobId& id) const {
  const auto place = places_.find(id);
  if (place == places_.end()) return line.jobs.end();
  const auto found =
      std::lower_bound(line.jobs.begin(), line.jobs.end(), place->second,
                       [](const Waiting& one, std::int64_t at) { return one.place < at; });
  return found != line.jobs.end() && found->id == id ? found : line.jobs.end();
}

std::map<FairQueue::Owner, FairQueue::Line>::const_iterator FairQueue::next_line() const {
  auto best = lines_.end();
  for (auto line = lines_.begin(); line != lines_.end(); ++line) {
    if (line->second.jobs.empty()) continue;
    if (best == lines_.end() || std::tie(line->second.running, line->second.last_served) <
                                    std::tie(best->second.running, best->second.last_served))
      best = line;
  }
  return best;
}

std::optional<JobId> FairQueue::next() const {
  const auto line = next_line();
  if (line == lines_.end()) return std::nullopt;
  return line->second.jobs.front().id;
}

std::optional<JobId> FairQueue::pop() {
  const std::lock_guard lock{mutex_};
  const auto best = next_line();
  if (best == lines_.end()) return std::nullopt;
  Line& line = lines_.find(best->first)->second;
  JobId id = std::move(line.jobs.front().id);
  places_.erase(id);
  line.jobs.pop_front();
  ++line.running;
  line.last_served = ++served_;
  return id;
}

std::vector<JobId> FairQueue::take(const Owner& owner, std::size_t most,
                                   const std::function<bool(const JobId&)>& is_like) {
  const std::lock_guard lock{mutex_};
  std::vector<JobId> taken;
  const auto line = lines_.find(owner);
  if (line == lines_.end()) return taken;
  // Those that belong together were queued together: where many others come there are no more.
  constexpr std::size_t k_others_in_a_row = 64;
  auto& jobs = line->second.jobs;
  auto kept = jobs.begin(), at = jobs.begin();
  for (std::size_t others = 0;
       at != jobs.end() && taken.size() < most && others < k_others_in_a_row; ++at) {
    if (is_like(at->id)) {
      others = 0;
      places_.erase(at->id);
      taken.push_back(at->id);
      continue;
    }
    ++others;
    if (kept != at) *kept = std::move(*at);
    ++kept;
  }
  jobs.erase(kept, at);
  forget_if_idle(line);
  return taken;
}

void FairQueue::occupy(const Owner& owner) {
  const std::lock_guard lock{mutex_};
  ++lines_[owner].running;
}

void FairQueue::release(const Owner& owner) {
  const std::lock_guard lock{mutex_};
  const auto line = lines_.find(owner);
  if (line == lines_.end() || line->second.running == 0) return;
  --line->second.running;
  forget_if_idle(line);
}

bool FairQueue::remove(const Owner& owner, const JobId& id) {
  const std::lock_guard lock{mutex_};
  const auto line = lines_.find(owner);
  if (line == lines_.end()) return false;
  const auto found = find_in(line->second, id);
  if (found == line->second.jobs.end()) return false;
  line->second.jobs.erase(found);
  places_.erase(id);
  forget_if_idle(line);
  return true;
}

std::size_t FairQueue::waiting() const {
  const std::lock_guard lock{mutex_};
  return places_.size();
}

std::optional<std::size_t> FairQueue::position(const Owner& owner, const JobId& id) const {
  const std::lock_guard lock{mutex_};
  const auto mine = lines_.find(owner);
  if (mine == lines_.end()) return std::nullopt;
  const Line& line = mine->second;
  const auto found = find_in(line, id);
  if (found == line.jobs.end()) return std::nullopt;
  const auto index = static_cast<std::size_t>(found - line.jobs.begin());

  // Each turn raises what its line runs by one, so a job has its turn when its line runs `level`.
  // Of two lines that run as many, the one that has come to that level last was served longer ago.
  const std::size_t level = line.running + index;
  std::size_t before = index;
  for (auto other = lines_.begin(); other != lines_.end(); ++other) {
    const Line& theirs = other->second;
    if (other == mine || theirs.jobs.empty() || theirs.running > level) continue;
    const std::size_t below = level - theirs.running;  // of theirs, those with a turn below `level`
    before += std::min(theirs.jobs.size(), below);
    const bool same_level = theirs.jobs.size() > below;
    const auto rank = [](const auto& entry) {
      return std::tuple(-static_cast<std::int64_t>(entry.second.running), entry.second.last_served);
    };
    if (same_level &&
        (rank(*other) < rank(*mine) || (rank(*other) == rank(*mine) && other->first < mine->first)))
      ++before;
  }
  return before + 1;
}

void FairQueue::forget_if_idle(std::map<Owner, Line>::iterator line) {
  if (line->second.jobs.empty() && line->second.running == 0) lines_.erase(line);
}

}}}  // namespace opus::uws0::service
