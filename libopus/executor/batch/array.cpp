// Tasks that go to the scheduler as one array. From then on each is a job as any other, with an id
// of its own (123_4).
#include <algorithm>
#include <utility>

#include "libopus/core/files.hpp"
#include "libopus/executor/batch/batch_executor.hpp"
#include "libopus/executor/job_files.hpp"
#include "libopus/executor/local/protocol.hpp"

namespace opus { inline namespace uws0 { namespace batch {

struct BatchExecutor::Member {
  std::size_t number = 0;  ///< among the tasks of the call
  const Task* task = nullptr;
  Submission submission{};
};

std::vector<Result<NativeId>> BatchExecutor::submit_all(std::span<const Task> tasks) {
  Answers answers(tasks.size());
  if (probe() && scheduler_->most_in_array() > 1)
    for (auto& members : alike(tasks))
      if (members.size() > 1) submit_array(std::move(members), answers);
  std::vector<Result<NativeId>> all;
  all.reserve(tasks.size());
  for (std::size_t i = 0; i < tasks.size(); ++i)
    all.push_back(answers[i] ? *std::move(answers[i]) : submit(tasks[i]));
  return all;
}

/// Those that can be in one array: with the same wishes, and not there yet. Faults are submit()'s.
std::vector<std::vector<BatchExecutor::Member>> BatchExecutor::alike(std::span<const Task> tasks) {
  std::vector<std::vector<Member>> groups;
  const std::size_t most = std::min<std::size_t>(k_most_in_array, scheduler_->most_in_array());
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const Task& task = tasks[i];
    {
      const Lock lock{mutex_};
      if (tasks_.find(task.job.value) != tasks_.end()) continue;
    }
    auto submission = submission_of(task);
    if (!submission || read_claim(task.directory / local::k_claim_name)) continue;
    const auto fits = [&](const std::vector<Member>& group) {
      const Submission& first = group.front().submission;
      return group.size() < most && first.options == submission->options &&
             first.duration == submission->duration;
    };
    auto group = std::find_if(groups.begin(), groups.end(), fits);
    if (group == groups.end()) group = groups.emplace(groups.end());
    group->push_back({i, &task, *std::move(submission)});
  }
  return groups;
}

void BatchExecutor::submit_array(std::vector<Member> members, Answers& answers) {
  const std::string tag = array_tag();
  const std::filesystem::path first = members.front().task->directory;
  auto mark = SubmissionMark::begin(first, ArrayPlace{tag, 0});
  if (!mark) return;
  std::vector<Member> all;
  std::vector<std::filesystem::path> directories, seen;
  for (auto& member : members) {
    const auto& directory = member.task->directory;
    const ArrayPlace place{tag, static_cast<unsigned>(all.size())};
    if (!write_runner_files(*member.task, remote_.there(*member.task), runner_, config_.kill_grace))
      continue;
    if (directory != first && !SubmissionMark::join(directory, place, first)) continue;
    directories.push_back(directory);
    seen.push_back(remote_.there(directory));
    all.push_back(std::move(member));
  }
  const auto refused = [&] {
    for (const auto& directory : directories) SubmissionMark::leave(directory);
    mark->refused();
  };
  Submission array = all.empty() ? Submission{} : all.front().submission;
  array.count = static_cast<unsigned>(all.size());
  array.tag = tag;
  array.script = remote_.there(first) / k_array_script_name;
  array.output = "/dev/null";
  array.work_dir = "/";
  if (all.size() < 2 || directories.front() != first ||
      !write_file_atomically(first / k_array_script_name, array_script(seen, runner_), 0700))
    return refused();
  if (const auto there = lay_out(directories); !there) {
    refused();
    for (const auto& member : all) answers[member.number] = Result<NativeId>{Error{there.error()}};
    return;
  }

  const auto native = hand_in(array, *mark);
  if (!native && native.error().code != Errc::timed_out) {
    refused();
    log(LogLevel::info, std::string{scheduler_->title()} + " does not take " +
                            std::to_string(all.size()) +
                            " jobs as one array: " + native.error().message);
    if (native.error().code == Errc::unavailable)
      for (const auto& member : all)
        answers[member.number] = Result<NativeId>{Error{native.error()}};
    return;  // else what is wrong with each says its own submission
  }
  if (!native) log(LogLevel::warning, native.error().message + "; looking for the array " + tag);
  for (unsigned i = 0; i < all.size(); ++i) {
    std::string id = native ? scheduler_->element(*native, i) : std::string{};
    answers[all[i].number] = Result<NativeId>{NativeId{id}};
    know(*all[i].task, std::move(all[i].submission), std::move(id), ArrayPlace{tag, i});
  }
}

BatchExecutor::ByKey BatchExecutor::by_key(std::vector<Listed> all) {
  ByKey ours;
  ours.reserve(all.size());
  for (auto& listed : all) {
    if (!is_our_tag(listed.tag)) continue;
    const auto key = listed.index ? key_of({listed.tag, *listed.index}) : listed.tag;
    ours[key].push_back(std::move(listed));
  }
  return ours;
}

/// It may be there twice: an array in doubt may turn up after it was submitted by itself.
std::vector<const Listed*> BatchExecutor::of_job(const ByKey& all, const std::string& tag,
                                                 const std::optional<ArrayPlace>& place) {
  std::vector<const Listed*> found;
  const auto add = [&](const std::string& key) {
    const auto at = all.find(key);
    if (at == all.end()) return;
    for (const auto& listed : at->second) found.push_back(&listed);
  };
  add(tag);
  if (place) add(key_of(*place));
  return found;
}

}}}  // namespace opus::uws0::batch
