// A whole service whose jobs run on a real Slurm.
#include <algorithm>
#include <chrono>

#include <opus/opus.hpp>

#include "tests/executors/cluster_rigs.hpp"
#include "tests/simulation/rig.hpp"
#include "tests/support/catch.hpp"

using namespace opus_test;
using namespace std::chrono_literals;
using opus::Job;
using opus::JobDescription;
using opus::JobId;
using opus::Phase;
using opus::Service;

namespace {

class ServiceRig {
 public:
  explicit ServiceRig(opus::BatchConfig batch = {}) : batch_(std::move(batch)) {
    batch_.command_prefix = SlurmCluster::instance().prefix();
    batch_.poll_interval = 200ms;
    batch_.file_grace = 5s;
    open();
  }
  ~ServiceRig() {
    for (const auto& id : made_) (void)service_->abort(id);
  }

  Service& service() { return *service_; }
  void close() { service_.reset(); }
  void open() {
    service_.emplace(Service::open({.data_dir = folder_ / "data", .max_executing = 1}).value());
    service_->add_executor(opus::make_slurm_executor({.batch = batch_})).value();
    JobDescription description;
    description.name = "sum";
    description.executor = "slurm";
    description.executor_options = {{"cpus", "${threads}"}};
    description.command = {"/bin/sh", "-c", "echo \"$SLURM_CPUS_PER_TASK\" > sum; echo said; $1",
                           "sh", "${then}"};
    description.parameters = {
        {.name = "threads", .datatype = opus::Datatype::integer, .default_value = "1", .min = "1"},
        {.name = "then", .default_value = "true"}};
    description.results = {{.name = "sum", .path = "sum"}};
    service_->define(description).value();
  }
  JobId run(std::vector<std::pair<std::string, std::string>> parameters = {}) {
    const auto job = service_->create({.description = "sum", .parameters = parameters}).value();
    service_->run(job.id).value();
    made_.push_back(job.id);
    return job.id;
  }

 private:
  TempFolder folder_{};
  opus::BatchConfig batch_;
  std::optional<Service> service_{};
  std::vector<JobId> made_{};
};

/// Slurm takes jobs, and starts none.
struct ClosedPartition {
  ClosedPartition() { set("down"); }
  ~ClosedPartition() { set("up"); }
  static void set(const std::string& state) {
    SlurmCluster::instance().run("scontrol update partitionname=main state=" + state);
  }
};

}  // namespace

TEST_CASE("a job on Slurm completes with its results, its native id and where it ran") {
  ServiceRig rig;
  const Job job = until(rig.service(), rig.run({{"threads", "2"}}), Phase::completed);
  CHECK_FALSE(job.native_id.empty());
  CHECK_FALSE(job.facts.host.empty());
  REQUIRE(job.results.size() == 1);
  CHECK(job.results.front().entity.size == 2);
}

TEST_CASE(
    "jobs that wait at Slurm do not count as executing, and are HELD, changed, aborted there") {
  opus::BatchConfig batch;
  batch.extra_arguments = {"--hold"};
  ServiceRig rig{batch};
  std::vector<JobId> jobs;
  for (int i = 0; i < 3; ++i) jobs.push_back(rig.run());
  for (const auto& id : jobs) until(rig.service(), id, Phase::held);
  rig.service().update(jobs[0], {.execution_duration = 7min}).value();
  rig.service().abort(jobs[1]).value();
  until(rig.service(), jobs[1], Phase::aborted);
  rig.service().run(jobs[2]).value();
  until(rig.service(), jobs[2], Phase::completed);
  const auto limit = [&] {
    return SlurmCluster::instance().run("squeue -h -o %l --name=uws-" + jobs[0].value);
  };
  const auto deadline = std::chrono::steady_clock::now() + k_patience;
  while (limit() != "8:00\n" && std::chrono::steady_clock::now() < deadline) continue;
  CHECK(limit() == "8:00\n");
}

TEST_CASE(
    "the owner of jobs that wait at Slurm holds one of an array, which runs after its release") {
  std::optional<ClosedPartition> closed{std::in_place};
  ServiceRig rig;
  opus::SweepRequest request;
  request.job = {.description = "sum", .parameters = {{"threads", "1,1"}}, .run = true};
  const auto sweep = rig.service().create_sweep(request).value();
  const auto native = [&](std::size_t i) {
    eventually([&] { return !rig.service().get(sweep.jobs[i])->native_id.empty(); });
    return rig.service().get(sweep.jobs[i])->native_id.value;
  };
  const std::string held = native(0);
  CHECK(held.find('_') != std::string::npos);
  CHECK(rig.service().hold(sweep.jobs[0])->phase == Phase::held);
  const auto reason = [&](const std::string& id) {
    return SlurmCluster::instance().run("squeue -h -r -o %r -j " + id);
  };
  eventually([&] { return reason(held).find("JobHeld") == 0; });
  rig.close();
  rig.open();
  closed.reset();
  until(rig.service(), sweep.jobs[1], Phase::completed);
  CHECK(rig.service().get(sweep.jobs[0])->phase == Phase::held);
  rig.service().run(sweep.jobs[0]).value();
  until(rig.service(), sweep.jobs[0], Phase::completed);
  CHECK(native(0) == held);  // it was never submitted again
}

TEST_CASE("the jobs of a sweep go to Slurm as one array, whatever may execute here at once") {
  ServiceRig rig;
  opus::SweepRequest request;
  request.job = {.description = "sum", .parameters = {{"threads", "1,2,1"}}, .run = true};
  const auto sweep = rig.service().create_sweep(request).value();
  REQUIRE(sweep.jobs.size() == 3);
  // Not all want as many CPUs: those of one are in an array.
  std::vector<std::string> ids;
  for (const auto& id : sweep.jobs)
    ids.push_back(until(rig.service(), id, Phase::completed).native_id.value);
  CHECK(ids[1].find('_') == std::string::npos);
  // Whose place is the first is whose files were ready first.
  const auto [first, last] = std::minmax(ids[0], ids[2]);
  CHECK(first.substr(first.find('_')) == "_0");
  CHECK(last == first.substr(0, first.find('_')) + "_1");
}

TEST_CASE("a job on Slurm goes on while there is no service, and its end is told to the next one") {
  ServiceRig rig;
  const auto running = rig.run({{"then", "sleep 2"}});
  until(rig.service(), running, Phase::executing);
  rig.close();
  rig.open();
  CHECK(until(rig.service(), running, Phase::completed).results.size() == 1);
}
