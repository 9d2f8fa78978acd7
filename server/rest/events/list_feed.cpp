#include "server/rest/events/list_feed.hpp"

#include <utility>

namespace opus { inline namespace uws0 { namespace rest {

void ListFeed::add(ListChange change) {
  {
    const std::lock_guard lock(mutex_);
    changes_.push_back(std::move(change));
    if (changes_.size() > k_kept) {
      changes_.pop_front();
      ++first_;
    }
  }
  listeners_.wake();
}

std::uint64_t ListFeed::next() const {
  const std::lock_guard lock(mutex_);
  return first_ + changes_.size();
}

std::optional<ListChange> ListFeed::at(std::uint64_t number) const {
  const std::lock_guard lock(mutex_);
  if (number < first_ || number - first_ >= changes_.size()) return std::nullopt;
  return changes_[number - first_];
}

}}}  // namespace opus::uws0::rest
