#pragma once
// What keeps a task apart from the rest of the machine: its limits, and bubblewrap.

#include <filesystem>
#include <string>
#include <vector>

#include <opus/error.hpp>
#include <opus/executor.hpp>
#include <opus/executors.hpp>

namespace opus { inline namespace uws0 { namespace local {

/// The tighter of both, limit by limit.
ResourceLimits tighter(const ResourceLimits& a, const ResourceLimits& b);

class Sandbox {
 public:
  /// Looks for bubblewrap, and whether it works here, if the configuration wants it. not_found: it
  /// is not there; unsupported: the kernel does not let it work. Of `data_dir` (empty = none) a
  /// task sees its own job alone, whatever else can be read.
  static Result<Sandbox> make(const LocalExecutorConfig& config,
                              const std::filesystem::path& data_dir = {});

  /// The task under the limits, and in the sandbox if it is to be.
  Task apply(Task task) const;
  /// What apply() does, in words; empty = nothing.
  std::string describe(const Task& task) const;

 private:
  Sandbox(const LocalExecutorConfig& config, const std::filesystem::path& data_dir);
  bool encloses(const Task& task) const noexcept;

  SandboxUse use_;
  ResourceLimits limits_;
  bool network_;
  std::vector<std::string> words_{};  ///< bwrap and its options for every task
};

}}}  // namespace opus::uws0::local
