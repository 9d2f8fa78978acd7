#include "server/rest/events/list_events.hpp"

#include <utility>

#include <opus/time.hpp>

#include "server/rest/events/sse.hpp"
#include "server/rest/json_text.hpp"
#include "server/rest/text.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

constexpr std::size_t k_piece_of_list = 16 << 10;

}  // namespace

ListEvents::ListEvents(Host& host, std::chrono::milliseconds heartbeat,
                       std::shared_ptr<ListFeed> feed, std::string epoch, std::string description,
                       Client client, std::string_view last_id)
    : EventStream(host, heartbeat),
      feed_(std::move(feed)),
      epoch_(std::move(epoch)),
      description_(std::move(description)),
      client_(std::move(client)) {
  if (last_id.empty()) return;
  // An id is "epoch.number", of the first change that the client has not heard of.
  const auto dot = last_id.find('.');
  const auto number =
      parse_integer(dot == last_id.npos ? std::string_view() : last_id.substr(dot + 1));
  if (last_id.substr(0, dot) == epoch_ && number && *number >= 0 &&
      static_cast<std::uint64_t>(*number) <= feed_->next())
    next_ = static_cast<std::uint64_t>(*number);
  else
    missed_ = true;
}

ListEvents::~ListEvents() { feed_->listeners().remove(this); }

void ListEvents::join() { feed_->listeners().add(this); }

BodyStream::State ListEvents::events(std::string& piece) {
  if (!next_) {
    next_ = feed_->next();
    add(piece, missed_ ? "gap" : "state",
        JsonText()
            .begin_object()
            .field("description", description_)
            .field("href", client_.links.list_url(description_))
            .end_object()
            .take());
  }
  const std::size_t begin = piece.size();
  for (const std::uint64_t end = feed_->next(); *next_ < end;) {
    const auto change = feed_->at(*next_);
    if (!change) {  // forgotten meanwhile
      next_.reset();
      missed_ = true;
      return events(piece);
    }
    ++*next_;
    if (!client_.visible.shows(change->owner)) continue;
    add_change(piece, *change);
    if (piece.size() - begin >= k_piece_of_list) return State::more;
  }
  return State::waiting;
}

void ListEvents::add_change(std::string& piece, const ListChange& change) const {
  JsonText data;
  data.begin_object()
      .field("jobId", change.id.value)
      .field("href", client_.links.job_url(description_, change.id))
      .text_or_null("from", change.from ? to_string(*change.from) : "")
      .field("phase", to_string(change.phase))
      .field("time", to_iso8601(change.at));
  add(piece, change.destroyed ? "destroyed" : "phase", data.end_object().take());
}

void ListEvents::add(std::string& piece, std::string_view name, std::string_view data) const {
  append_event(piece, name, epoch_ + '.' + std::to_string(*next_), data);
}

}}}  // namespace opus::uws0::rest
