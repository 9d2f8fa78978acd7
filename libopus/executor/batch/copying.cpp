// Where no file system is shared: what jobs need goes there before their submission, and what they
// leave comes back before their end is told.
#include <utility>

#include "libopus/core/files.hpp"
#include "libopus/executor/batch/batch_executor.hpp"

namespace opus { inline namespace uws0 { namespace batch {

namespace {

using namespace std::chrono_literals;

constexpr auto k_remove_again = 30s;

}  // namespace

/// For the service's calls only. A folder for all that has gone meanwhile is made again.
Result<void> BatchExecutor::lay_out(const RemoteFiles::Paths& directories) {
  if (!remote_.copies()) return {};
  for (const auto& directory : directories) OPUS_UWS_CHECK(remote_.translate(directory));
  if (!std::exchange(remote_ready_, false))
    OPUS_UWS_CHECK(
        remote_.make_ready(config_.runner.empty() ? local_runner_ : std::filesystem::path{}));
  if (const auto pushed = remote_.push(directories); !pushed)
    return Error{Errc::unavailable, "the files of a job cannot be copied to where it is to run: " +
                                        pushed.error().message};
  remote_ready_ = true;
  return {};
}

/// One command for all jobs that have begun, or are over.
void BatchExecutor::pull_news() {
  RemoteFiles::Paths begun;
  {
    const Lock lock{mutex_};
    for (const auto& [job, known] : tasks_)
      if (!known.record_since && !known.fetched &&
          (known.told_started || known.running > 0 || known.over_since))
        begun.push_back(known.directory);
  }
  if (begun.empty()) return;
  const auto at = Clock::now();
  const auto pulled = remote_.pull(begun);
  if (stopping_) return;
  if (pulled) {
    if (std::exchange(pull_failed_, false)) log(LogLevel::info, "files of jobs are copied again");
  } else if (!std::exchange(pull_failed_, true)) {
    log(LogLevel::warning,
        "files of jobs cannot be copied, their ends wait: " + pulled.error().message);
  }
  // What is there and cannot be read will not be readable the next time either.
  if (pulled || pulled.error().code == Errc::not_found) pulled_at_ = at;
}

bool BatchExecutor::has_come(const std::string& job) {
  const Lock lock{mutex_};
  const auto found = tasks_.find(job);
  if (found == tasks_.end() || found->second.fetched) return true;
  if (std::exchange(found->second.fetching, true)) return false;
  to_fetch_.emplace(job, found->second.directory);
  copy_wake_.notify_one();
  return false;
}

void BatchExecutor::want_gone(const std::filesystem::path& directory) {
  const Lock lock{mutex_};
  to_remove_.push_back(directory);
  remove_at_ = Clock::now();
  copy_wake_.notify_one();
}

/// The thread for what may take long.
void BatchExecutor::copy() {
  Lock lock{mutex_};
  while (!stopping_) {
    const bool remove_now = !to_remove_.empty() && Clock::now() >= remove_at_;
    if (to_fetch_.empty() && !remove_now) {
      if (to_remove_.empty())
        copy_wake_.wait(lock);
      else
        copy_wake_.wait_until(lock, remove_at_);
      continue;
    }
    const auto wanted = std::exchange(to_fetch_, {});
    auto garbage = remove_now ? std::exchange(to_remove_, {}) : RemoteFiles::Paths{};
    lock.unlock();
    const auto come = fetch(wanted);
    garbage.insert(garbage.end(), come.begin(), come.end());
    const auto removed = garbage.empty() ? Result<void>{} : remote_.remove(garbage);
    if (!removed && !stopping_) log(LogLevel::warning, removed.error().message);
    lock.lock();
    if (removed) continue;
    to_remove_.insert(to_remove_.end(), garbage.begin(), garbage.end());
    remove_at_ = Clock::now() + k_remove_again;
  }
}

/// Those that have come.
RemoteFiles::Paths BatchExecutor::fetch(
    const std::map<std::string, std::filesystem::path>& wanted) {
  RemoteFiles::Paths directories;
  for (const auto& [job, directory] : wanted) directories.push_back(directory);
  if (directories.empty()) return {};
  const auto fetched = remote_.fetch(directories);
  if (stopping_) return {};
  const bool partly = !fetched && fetched.error().code == Errc::not_found;
  if (partly && wanted.size() > 1) {  // whose files those are says its own copy
    directories.clear();
    for (const auto& one : wanted) {
      const auto alone = fetch({one});
      directories.insert(directories.end(), alone.begin(), alone.end());
    }
    return directories;
  }
  for (const auto& [job, directory] : wanted) {
    if (!fetched)
      log(LogLevel::warning, "job " + job + ": " + (partly ? "some of its files" : "its files") +
                                 " cannot be copied: " + fetched.error().message);
    const bool here = fetched || partly;
    // So that they do not come twice, whatever happens before the end of the job is recorded.
    if (here)
      if (const auto marked = write_file_atomically(directory / k_fetched_name, "", 0600); !marked)
        log(LogLevel::warning, marked.error().message);
    const Lock lock{mutex_};
    const auto found = tasks_.find(job);
    if (found == tasks_.end()) continue;
    found->second.fetching = false;
    found->second.fetched = here;
    if (here) fresh_.push_back(job);
  }
  wake();
  return fetched || partly ? directories : RemoteFiles::Paths{};
}

}}}  // namespace opus::uws0::batch
