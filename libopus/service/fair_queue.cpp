#include "libopus/service/fair_queue.hpp"

#include <algorithm>
#include <tuple>

namespace opus { inline namespace uws0 { namespace service {
namespace {

/// The first job at this place or after it.
template <class Jobs> auto first_from(Jobs& jobs, std::int64_t place) {
  return std::lower_bound(jobs.begin(), jobs.end(), place,
                          [](const auto& one, std::int64_t at) { return one.place < at; });
}

}  // namespace

std::size_t FairQueue::Line::size() const {
  std::size_t size = 0;
  for (const auto& [kind, jobs] : kinds) size += jobs.size();
  return size;
}

void FairQueue::push(const Owner& owner, const JobId& id, const std::string& kind) {
  const std::lock_guard lock{mutex_};
  lines_[owner].kinds[kind].push_back({++last_place_, id});
  places_.emplace(id, Place{last_place_, kind});
}

void FairQueue::push_front(const Owner& owner, const JobId& id, const std::string& kind) {
  const std::lock_guard lock{mutex_};
  lines_[owner].kinds[kind].push_front({--first_place_, id});
  places_.emplace(id, Place{first_place_, kind});
}

std::optional<std::map<std::string, FairQueue::Jobs>::const_iterator> FairQueue::first_kind(
    const Owner& owner, const Line& line, const May& may) {
  std::optional<std::map<std::string, Jobs>::const_iterator> first;
  for (auto kind = line.kinds.begin(); kind != line.kinds.end(); ++kind)
    if ((!first || kind->second.front().place < (*first)->second.front().place) &&
        (!may || may(owner, kind->first)))
      first = kind;
  return first;
}

std::optional<FairQueue::Head> FairQueue::head(const May& may) const {
  std::optional<Head> best;
  for (auto line = lines_.begin(); line != lines_.end(); ++line) {
    const bool comes_first =
        !best || std::tie(line->second.running, line->second.last_served) <
                     std::tie(best->line->second.running, best->line->second.last_served);
    if (!comes_first) continue;
    if (const auto kind = first_kind(line->first, line->second, may)) best = Head{line, *kind};
  }
  return best;
}

std::optional<JobId> FairQueue::next(const May& may) const {
  const auto found = head(may);
  if (!found) return std::nullopt;
  return found->kind->second.front().id;
}

std::optional<JobId> FairQueue::pop(const May& may) {
  const std::lock_guard lock{mutex_};
  const auto found = head(may);
  if (!found) return std::nullopt;
  Line& line = lines_.find(found->line->first)->second;
  const auto kind = line.kinds.find(found->kind->first);
  JobId id = std::move(kind->second.front().id);
  places_.erase(id);
  kind->second.pop_front();
  if (kind->second.empty()) line.kinds.erase(kind);
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
  for (auto& [kind, jobs] : line->second.kinds) {
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
  }
  std::erase_if(line->second.kinds, [](const auto& kind) { return kind.second.empty(); });
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
  const auto place = places_.find(id);
  if (line == lines_.end() || place == places_.end()) return false;
  const auto kind = line->second.kinds.find(place->second.kind);
  if (kind == line->second.kinds.end()) return false;
  const auto found = first_from(kind->second, place->second.place);
  if (found == kind->second.end() || found->id != id) return false;
  kind->second.erase(found);
  if (kind->second.empty()) line->second.kinds.erase(kind);
  places_.erase(place);
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
  const auto place = places_.find(id);
  if (place == places_.end()) return std::nullopt;
  const Line& line = mine->second;
  std::size_t index = 0;  // how many of its line come before it
  bool is_here = false;
  for (const auto& [kind, jobs] : line.kinds) {
    const auto from = first_from(jobs, place->second.place);
    index += static_cast<std::size_t>(from - jobs.begin());
    is_here |= from != jobs.end() && from->id == id;
  }
  if (!is_here) return std::nullopt;

  // Each turn raises what its line runs by one, so a job has its turn when its line runs `level`.
  // Of two lines that run as many, the one that has come to that level last was served longer ago.
  const std::size_t level = line.running + index;
  std::size_t before = index;
  for (auto other = lines_.begin(); other != lines_.end(); ++other) {
    const Line& theirs = other->second;
    const std::size_t size = theirs.size();
    if (other == mine || size == 0 || theirs.running > level) continue;
    const std::size_t below = level - theirs.running;  // of theirs, those with a turn below `level`
    before += std::min(size, below);
    const bool same_level = size > below;
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
  if (line->second.kinds.empty() && line->second.running == 0) lines_.erase(line);
}

}}}  // namespace opus::uws0::service
