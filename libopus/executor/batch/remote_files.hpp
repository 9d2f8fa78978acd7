#pragma once
// Where compute nodes do not share our file system: folders of jobs are copied to where they see
// them, and back, by rsync over the words that stand before each command.

#include <filesystem>
#include <string>
#include <vector>

#include <opus/executor.hpp>

#include "libopus/executor/batch/command.hpp"

namespace opus { inline namespace uws0 { namespace batch {

/// One command copies the folders of any number of jobs, which all lie two levels below one folder
/// (jobs/<2 hex>/<job id>), and are laid out below `root` in the same way. Threads: any; each call
/// runs its commands itself.
class RemoteFiles {
 public:
  using Paths = std::vector<std::filesystem::path>;

  /// An empty `root`: the file system is shared, and nothing is ever copied. The last word of
  /// `prefix` is the host, those before it lead there. `quick` is for what should take a moment.
  RemoteFiles(const Arguments& prefix, std::filesystem::path root, std::chrono::milliseconds quick);

  bool copies() const noexcept { return !root_.empty(); }
  /// invalid_argument: prefix or root cannot serve for that.
  Result<void> check() const;

  /// The folder of a job as compute nodes see it.
  std::filesystem::path there(const std::filesystem::path& directory) const;
  /// Where a runner of ours is copied to.
  std::filesystem::path runner_there() const { return root_ / "opus-uws-launcher"; }
  /// The task with every mention of its folder changed to that.
  Task there(const Task& task) const;
  /// The same in the files that its code reads.
  Result<void> translate(const std::filesystem::path& directory) const;

  /// Makes the folder for all, and brings `runner` there unless that is empty.
  Result<void> make_ready(const std::filesystem::path& runner) const;
  /// What these jobs need, and nothing that only their runners write.
  Result<void> push(const Paths& directories) const;
  /// One file of a job, anew.
  Result<void> push_file(const std::filesystem::path& directory, const std::string& name) const;
  /// What there is so far of logs, started.json and exit.json: only what is new is sent.
  Result<void> pull(const Paths& directories) const;
  /// All that the jobs have left but their inputs. not_found: some of it cannot be read.
  Result<void> fetch(const Paths& directories) const;
  /// Deletes the copies.
  Result<void> remove(const Paths& directories) const;

  void interrupt() noexcept;
  void resume() noexcept;

 private:
  Result<void> rsync(const Commands& commands, Arguments options, const Paths& names,
                     std::string from, std::string to) const;

  bool has_host_;
  std::string host_{};
  std::string shell_{};  ///< what rsync runs to get there
  std::filesystem::path root_;
  Commands quick_, patient_, there_;
};

}}}  // namespace opus::uws0::batch
