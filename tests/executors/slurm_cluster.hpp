// A real Slurm of one node, started when a test first asks for it and ended with the program.
#pragma once

#include <string>
#include <vector>

#include "tests/support/temp_folder.hpp"

namespace opus_test {

/// A script of tests/executors/cluster: says "ready", and runs until its stdin ends.
class ClusterScript {
 public:
  /// Throws with what it says instead.
  explicit ClusterScript(std::vector<std::string> command);
  ClusterScript(const ClusterScript&) = delete;
  ClusterScript& operator=(const ClusterScript&) = delete;
  ~ClusterScript();

 private:
  int pid_ = -1, to_ = -1;
};

class SlurmCluster {
 public:
  static SlurmCluster& instance();
  /// Another one, which has an accounting database.
  static SlurmCluster& with_accounting();
  SlurmCluster(const SlurmCluster&) = delete;
  SlurmCluster& operator=(const SlurmCluster&) = delete;

  std::string conf() const { return (folder_ / "slurm.conf").string(); }
  /// What comes before its commands, and before other folders of the PATH if one is given.
  std::vector<std::string> prefix(const std::string& folder_of_fakes = {}) const;
  /// Runs one of its commands; throws when that fails.
  std::string run(const std::string& shell_line) const;
  /// The controller stops to answer, and answers again.
  void freeze();
  void thaw();

 private:
  explicit SlurmCluster(const std::string& setting);
  int controller() const;
  TempFolder folder_{};
  ClusterScript script_;
};

}  // namespace opus_test
