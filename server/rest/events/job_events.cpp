#include "server/rest/events/job_events.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <opus/time.hpp>

#include "server/rest/events/sse.hpp"
#include "server/rest/files.hpp"
#include "server/rest/json_text.hpp"
#include "server/rest/text.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

constexpr std::array<std::string_view, 2> k_logs{"stdout", "stderr"};
constexpr std::uint64_t k_piece = 16 << 10;  // of a log in one event

std::string progress_json(const Job& job) {
  if (!job.progress) return "null";
  char digits[32];
  const auto [end, fault] = std::to_chars(std::begin(digits), std::end(digits), *job.progress);
  return fault == std::errc{} ? std::string(digits, end) : "null";
}

/// Without the first bytes of a character whose others are yet to come.
std::size_t whole_characters(std::string_view text) {
  for (std::size_t back = 1; back <= std::min<std::size_t>(3, text.size()); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if ((byte & 0xC0) == 0x80) continue;
    const std::size_t needed = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
    return needed > back ? text.size() - back : text.size();
  }
  return text.size();
}

/// Up to k_piece bytes of a file from there on; empty: there are none.
std::string read_piece(const std::filesystem::path& path, std::uint64_t offset) {
  auto file = OpenFile::open(path);
  if (!file || (*file)->size() <= offset) return {};
  const std::uint64_t length = std::min(k_piece, (*file)->size() - offset);
  return read(FileSlice{*std::move(file), offset, length}).value_or("");
}

/// Where a client begins that knows nothing of the log: not long before its end, at a line's begin.
std::uint64_t tail_of(const std::filesystem::path& path) {
  const auto file = OpenFile::open(path);
  if (!file || (*file)->size() <= JobEvents::k_tail) return 0;
  const std::uint64_t offset = (*file)->size() - JobEvents::k_tail;
  const std::size_t line_end = read_piece(path, offset).find('\n');
  return line_end == std::string::npos ? offset : offset + line_end + 1;
}

}  // namespace

std::optional<JobPosition> JobPosition::parse(std::string_view id) noexcept {
  JobPosition position;
  constexpr std::string_view k_end = ".end";
  if (id.size() > k_end.size() && id.substr(id.size() - k_end.size()) == k_end) {
    position.ended = true;
    id.remove_suffix(k_end.size());
  }
  const char* at = id.data();
  const char* const end = at + id.size();
  for (std::uint64_t* number : {&position.history, &position.logs[0], &position.logs[1]}) {
    if (number != &position.history && (at == end || *at++ != '.')) return std::nullopt;
    const auto [stop, fault] = std::from_chars(at, end, *number);
    if (fault != std::errc{}) return std::nullopt;
    at = stop;
  }
  if (at != end) return std::nullopt;
  return position;
}

std::string JobPosition::id() const {
  return std::to_string(history) + '.' + std::to_string(logs[0]) + '.' + std::to_string(logs[1]) +
         (ended ? ".end" : "");
}

JobEvents::JobEvents(Host& host, std::chrono::milliseconds heartbeat, std::shared_ptr<JobFeed> feed,
                     std::string job_url, std::optional<JobPosition> from)
    : EventStream(host, heartbeat),
      feed_(std::move(feed)),
      job_url_(std::move(job_url)),
      position_(from) {
  if (position_) position_->ended = false;
}

JobEvents::~JobEvents() { feed_->listeners().remove(this); }

void JobEvents::join() { feed_->listeners().add(this); }

BodyStream::State JobEvents::events(std::string& piece) {
  const auto now = feed_->view();
  if (!now) return State::broken;  // the store fails: the client comes back and tries again
  if (now->destroyed) {
    if (!position_) position_.emplace();
    position_->ended = true;
    add(piece, "end",
        JsonText()
            .begin_object()
            .field("reason", "destroyed")
            .key("phase")
            .null()
            .end_object()
            .take());
    return State::ended;
  }
  const Job& job = *now->job;
  if (!position_ || position_->history > now->history->size()) begin(piece, *now);
  add_history(piece, *now, false);
  add_progress(piece, job);
  // What the code has written comes after the news of its start and before that of its end.
  if (job.phase == Phase::pending || job.phase == Phase::queued) return State::waiting;
  const bool over = is_final(job.phase) && !job.stopping;
  for (std::size_t which = 0; which < k_logs.size(); ++which)
    if (add_log(piece, which, over)) return State::more;
  // The history may be ahead of the job: only when that has ended too were the logs whole.
  if (is_final(job.phase)) add_history(piece, *now, true);
  if (!over) return State::waiting;
  position_->ended = true;
  add(piece, "end",
      JsonText()
          .begin_object()
          .field("reason", "final")
          .field("phase", to_string(job.phase))
          .end_object()
          .take());
  return State::ended;
}

void JobEvents::begin(std::string& piece, const JobFeed::View& now) {
  const Job& job = *now.job;
  JobPosition& position = position_.emplace();
  position.history = now.history->size();
  position.logs = {tail_of(feed_->stdout_path()), tail_of(feed_->stderr_path())};
  // The phase is what the history says: the changes that follow go on from there.
  Phase phase = job.phase;
  for (const HistoryEntry& entry : *now.history)
    if (entry.to) phase = *entry.to;
  progress_ = job.progress;
  progress_text_ = job.progress_text;
  add(piece, "state",
      JsonText()
          .begin_object()
          .field("jobId", job.id.value)
          .field("href", job_url_)
          .field("phase", to_string(phase))
          .key("progress")
          .raw(progress_json(job))
          .text_or_null("progressText", job.progress_text)
          .field("stdout", position.logs[0])
          .field("stderr", position.logs[1])
          .end_object()
          .take());
}

/// The changes of phase that the client has not heard of; those to a final phase and what follows
/// only `with_end`.
void JobEvents::add_history(std::string& piece, const JobFeed::View& now, bool with_end) {
  while (position_->history < now.history->size()) {
    const HistoryEntry& entry = (*now.history)[position_->history];
    if (!with_end && entry.to && is_final(*entry.to)) return;
    ++position_->history;
    if (!entry.to) continue;
    add(piece, "phase",
        JsonText()
            .begin_object()
            .text_or_null("from", entry.from ? to_string(*entry.from) : "")
            .field("phase", to_string(*entry.to))
            .field("time", to_iso8601(entry.at))
            .text_or_null("reason", entry.detail)
            .end_object()
            .take());
  }
}

void JobEvents::add_progress(std::string& piece, const Job& job) {
  if (job.progress == progress_ && job.progress_text == progress_text_) return;
  progress_ = job.progress;
  progress_text_ = job.progress_text;
  add(piece, "progress",
      JsonText()
          .begin_object()
          .key("progress")
          .raw(progress_json(job))
          .text_or_null("progressText", job.progress_text)
          .end_object()
          .take());
}

/// Whole lines, or with `whole` all there is; a line that is too long for one event is cut. True:
/// there may be more.
bool JobEvents::add_log(std::string& piece, std::size_t which, bool whole) {
  std::uint64_t& offset = position_->logs[which];
  const std::string text =
      read_piece(which == 0 ? feed_->stdout_path() : feed_->stderr_path(), offset);
  std::size_t size = text.rfind('\n') + 1;  // 0: no line ends here
  if (size == 0 && text.size() == k_piece) size = whole_characters(text);
  if (whole && text.size() < k_piece) size = text.size();
  if (size == 0) return false;
  offset += size;
  add(piece, k_logs[which],
      JsonText()
          .begin_object()
          .field("text", std::string_view(text).substr(0, size))
          .end_object()
          .take());
  return text.size() == k_piece;
}

void JobEvents::add(std::string& piece, std::string_view name, std::string_view data) {
  append_event(piece, name, position_->id(), data);
}

}}}  // namespace opus::uws0::rest
