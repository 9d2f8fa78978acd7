// The rigs of the executors whose jobs run on a cluster.
#pragma once

#include <functional>

#include "tests/executors/rigs.hpp"
#include "tests/executors/slurm_cluster.hpp"

namespace opus_test {

/// Jobs on a real cluster of one node, which all tests of the program share.
class ClusterRig {
 public:
  ClusterRig(const ClusterRig&) = delete;
  ClusterRig& operator=(const ClusterRig&) = delete;

  opus::Executor& executor() { return *executor_; }
  Recorder& recorder() { return *recorder_; }
  SlurmCluster& cluster() { return SlurmCluster::instance(); }
  opus::Task task(Act act);
  opus::Task shell(const std::string& script) { return shell_task(folder_.path(), script); }
  opus::Outcome run(const opus::Task& task);
  void let_time_pass() {}
  const std::filesystem::path& folder() const { return folder_.path(); }
  /// The service's process ends, as far as the executor can tell, and a new one comes.
  void leave();
  void come_back();

 protected:
  using Make = std::function<std::unique_ptr<opus::Executor>()>;
  explicit ClusterRig(Make make) : make_(std::move(make)) { come_back(); }
  ~ClusterRig();
  /// As tests want it: with our cluster, and quick.
  static opus::BatchConfig with_cluster(opus::BatchConfig config);

 private:
  TempFolder folder_{};
  Make make_;
  std::unique_ptr<Recorder> recorder_{};
  std::unique_ptr<opus::Executor> executor_{};
};

class SlurmRig : public ClusterRig {
 public:
  static constexpr Traits k_traits{.burst = 60};
  explicit SlurmRig(opus::SlurmExecutorConfig config = {});
};

/// The real qsub, qstat and qdel that come with Slurm: a small Torque.
class TorqueRig : public ClusterRig {
 public:
  static constexpr Traits k_traits{.burst = 10};
  explicit TorqueRig(opus::PbsExecutorConfig config = {});
};

/// A folder of programs that stand before Slurm's.
class Fakes {
 public:
  void put(const std::string& name, const std::string& script) const;
  void remove(const std::string& name) const { std::filesystem::remove(folder_ / name); }
  opus::SlurmExecutorConfig config(const SlurmCluster& cluster = SlurmCluster::instance()) const;
  /// What a fake has left in a file of this name.
  std::string said(const std::string& name) const { return TempFolder::read(folder_ / name); }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

 private:
  TempFolder folder_{};
};

/// A real sshd on loopback, whose sessions have the cluster's commands.
class LoginNode {
 public:
  LoginNode();
  opus::SlurmExecutorConfig config() const;

 private:
  TempFolder folder_{};
  ClusterScript sshd_;
};

/// A code that leaves a line for each time it runs.
opus::Task counted(SlurmRig& rig);
std::string times(const opus::Task& task);

}  // namespace opus_test
