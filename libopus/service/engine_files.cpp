// Files that belong to no job: uploads whose time is over, and what crashes and deletions left.

#include <algorithm>
#include <utility>

#include "libopus/entity/ingest.hpp"
#include "libopus/service/cleanup.hpp"
#include "libopus/service/engine.hpp"
#include "libopus/service/engine_host.hpp"

namespace opus { inline namespace uws0 { namespace service {
namespace {

constexpr std::size_t k_uploads_at_once = 100;
constexpr std::size_t k_retired_at_once = 100;
constexpr std::chrono::seconds k_retired_interval{600};

/// Deletes the uploads whose time is over. One that a job uses loses its time instead: from then on
/// it goes with its last job.
Result<Changes::Garbage> expire(store::Writer& writer, const std::vector<EntityId>& due,
                                TimePoint now) {
  Changes::Garbage garbage;
  for (const EntityId& id : due) {
    Result<Entity> entity = writer.entity(id);
    if (!entity || !entity->expires || *entity->expires > now) continue;
    OPUS_UWS_TRY(const std::vector<JobId> users, writer.users_of(id));
    if (!users.empty() || !entity->generated_by.empty()) {
      entity->expires.reset();
      OPUS_UWS_CHECK(writer.update_entity(*entity));
      continue;
    }
    OPUS_UWS_TRY(const std::string path, drop_upload(writer, *entity, now));
    if (!path.empty()) garbage.push_back(path);
  }
  return garbage;
}

}  // namespace

void Engine::sweep() {
  // Few, and at once: an upload that comes later must not be taken for one of these.
  for (const EntityId& id : entity::unsettled(parts_.folder.root())) {
    const Result<Entity> known = parts_.store.reader().entity(id);
    if (known)
      entity::settle(id, parts_.folder.root());
    else if (known.error().code == Errc::not_found)
      entity::discard(id, parts_.folder.root());
  }
  files_.post([this] {
    Result<Changes::Garbage> left = parts_.store.contents().garbage();
    if (left)
      on_garbage(*std::move(left));
    else
      log(LogLevel::error, "cannot look for files to delete: " + left.error().message, {});
  });
}

void Engine::on_garbage(Changes::Garbage paths) {
  if (paths.empty()) return;
  post([this, paths = std::move(paths)] { clear_garbage(paths); });
}

void Engine::clear_garbage(const Changes::Garbage& paths) {
  if (paths.empty()) return;
  files_.post([this, paths] {
    Changes::Garbage gone;
    for (const std::string& path : paths) {
      const Result<void> removed = remove_garbage(path, parts_.folder);
      if (removed)
        gone.push_back(path);
      else  // it stays garbage: the next start tries again
        log(LogLevel::warning, "cannot delete files: " + removed.error().message, {{"path", path}});
    }
    parts_.store.write(
        [gone = std::move(gone)](store::Writer& writer) -> Result<void> {
          for (const std::string& path : gone) OPUS_UWS_CHECK(writer.forget_garbage(path));
          return {};
        },
        [](const Result<void>&) {});  // what is not forgotten is deleted once more
  });
}

void Engine::on_expiry(TimePoint when) {
  post([this, when] {
    if (!expiry_at_ || when < *expiry_at_) arm_expiry(when);
  });
}

void Engine::arm_expiry(std::optional<TimePoint> when) {
  expiry_at_ = when;
  if (!when) return;
  at(*when, [this, when] {
    if (expiry_at_ == when) expire_due();
  });
}

void Engine::forget_retired() {
  const std::chrono::seconds kept = parts_.config.provenance_retention;
  if (kept.count() == 0) return;
  const TimePoint now = clock_->now();
  const auto count = std::make_shared<std::size_t>(0);
  parts_.store.write(
      [until = now - kept, count](store::Writer& writer) -> Result<void> {
        OPUS_UWS_TRY(*count, writer.forget_retired(until, k_retired_at_once));
        return {};
      },
      [this, count, kept](const Result<void>& written) {
        if (!written)
          log(LogLevel::warning, "cannot forget deleted jobs yet: " + written.error().message, {});
        const bool more = written && *count == k_retired_at_once;
        post([this, more, kept] {
          const std::chrono::milliseconds later = std::min(kept, k_retired_interval);
          after(more ? std::chrono::milliseconds{1} : later, [this] { forget_retired(); });
        });
      });
}

void Engine::expire_due() {
  const TimePoint now = clock_->now();
  const auto due = parts_.store.contents().expired_uploads(now, k_uploads_at_once);
  if (!due) {
    log(LogLevel::error, "cannot look for uploads to delete: " + due.error().message, {});
    return arm_expiry(now + k_look_again);
  }
  auto garbage = std::make_shared<Changes::Garbage>();
  parts_.store.write(
      [due = *due, now, garbage](store::Writer& writer) -> Result<void> {
        OPUS_UWS_TRY(*garbage, expire(writer, due, now));
        return {};
      },
      [this, garbage](const Result<void>& written) {
        post([this, garbage, written] {
          if (written) clear_garbage(*garbage);
          const auto next = parts_.store.contents().next_expiry();
          const TimePoint later = clock_->now() + k_look_again;
          if (!written || !next)
            arm_expiry(later);
          else
            arm_expiry(*next);
        });
      });
}

}}}  // namespace opus::uws0::service
