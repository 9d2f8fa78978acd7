#include "libopus/service/fair_queue.hpp"

#include <algorithm>
#include <tuple>

namespace opus { inline namespace uws0 { namespace service {

void FairQueue::push(const Owner& owner, const JobId& id) {
  lines_[owner].jobs.push_back(id);
  ++waiting_;
}

void FairQueue::push_front(const Owner& owner, const JobId& id) {
  lines_[owner].jobs.push_front(id);
  ++waiting_;
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
  return line->second.jobs.front();
}

std::optional<JobId> FairQueue::pop() {
  const auto best = next_line();
  if (best == lines_.end()) return std::nullopt;
  Line& line = lines_.find(best->first)->second;
  JobId id = std::move(line.jobs.front());
  line.jobs.pop_front();
  ++line.running;
  line.last_served = ++served_;
  --waiting_;
  return id;
}

void FairQueue::occupy(const Owner& owner) { ++lines_[owner].running; }

void FairQueue::release(const Owner& owner) {
  const auto line = lines_.find(owner);
  if (line == lines_.end() || line->second.running == 0) return;
  --line->second.running;
  forget_if_idle(line);
}

bool FairQueue::remove(const Owner& owner, const JobId& id) {
  const auto line = lines_.find(owner);
  if (line == lines_.end()) return false;
  auto& jobs = line->second.jobs;
  const auto found = std::find(jobs.begin(), jobs.end(), id);
  if (found == jobs.end()) return false;
  jobs.erase(found);
  --waiting_;
  forget_if_idle(line);
  return true;
}

void FairQueue::forget_if_idle(std::map<Owner, Line>::iterator line) {
  if (line->second.jobs.empty() && line->second.running == 0) lines_.erase(line);
}

}}}  // namespace opus::uws0::service
