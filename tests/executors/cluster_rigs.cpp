#include "tests/executors/cluster_rigs.hpp"

#include <algorithm>
#include <cstdio>

namespace opus_test {

using namespace std::chrono_literals;

SlurmRig::SlurmRig(opus::SlurmExecutorConfig config)
    : ClusterRig([config]() mutable {
        config.batch = with_cluster(config.batch);
        return opus::make_slurm_executor(config);
      }) {}

TorqueRig::TorqueRig(opus::PbsExecutorConfig config)
    : ClusterRig([config]() mutable {
        config.batch = with_cluster(config.batch);
        return opus::make_pbs_executor(config);
      }) {}

opus::BatchConfig ClusterRig::with_cluster(opus::BatchConfig config) {
  if (config.command_prefix.empty()) config.command_prefix = SlurmCluster::instance().prefix();
  config.poll_interval = std::min<std::chrono::milliseconds>(config.poll_interval, 200ms);
  config.file_grace = std::min<std::chrono::milliseconds>(config.file_grace, 5s);
  return config;
}

ClusterRig::~ClusterRig() {
  leave();
  // Its folders must not go while something still runs in them.
  std::string names;
  std::error_code ignored;
  for (const auto& job : std::filesystem::directory_iterator{folder_ / "jobs", ignored})
    names += (names.empty() ? "uws-" : ",uws-") + job.path().filename().string();
  try {
    if (!names.empty())
      cluster().run("scancel --full -s KILL --name=" + names + "; scancel --name=" + names);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "jobs stay: %s\n", error.what());
  }
}

opus::Task ClusterRig::task(Act act) {
  switch (act) {
    case Act::succeed: return make_task(folder_.path(), {"/bin/true"});
    case Act::fail: return shell("exit 3");
    case Act::run_until_stopped: return make_task(folder_.path(), {"/bin/sleep", "1000"});
    case Act::write_a_line: return shell("echo a line");
  }
  return {};
}

opus::Outcome ClusterRig::run(const opus::Task& task) {
  executor_->submit(task).value();
  return recorder_->end_of(task.job);
}

void ClusterRig::leave() {
  if (executor_) executor_->stop();
  executor_.reset();
}

void ClusterRig::come_back() {
  recorder_ = std::make_unique<Recorder>();
  executor_ = make_();
  executor_->start(*recorder_).value();
}

void Fakes::put(const std::string& name, const std::string& script) const {
  const auto file = folder_.write(name + ".new", "#!/bin/sh\n" + script + '\n');
  std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  std::filesystem::rename(file, folder_ / name);
}

opus::SlurmExecutorConfig Fakes::config(const SlurmCluster& cluster) const {
  opus::SlurmExecutorConfig config;
  config.batch.command_prefix = cluster.prefix(folder_.path().string());
  return config;
}

LoginNode::LoginNode()
    : sshd_({OPUS_UWS_TEST_SSHD, folder_.path().string(),
             "SLURM_CONF=" + SlurmCluster::instance().conf()}) {}

opus::SlurmExecutorConfig LoginNode::config() const {
  opus::SlurmExecutorConfig config;
  config.batch.command_prefix = {"ssh", "-F", (folder_ / "ssh_config").string(), "login"};
  return config;
}

opus::Task counted(SlurmRig& rig) { return rig.shell("echo ran >> times"); }
std::string times(const opus::Task& task) { return TempFolder::read(task.work_dir / "times"); }

}  // namespace opus_test
