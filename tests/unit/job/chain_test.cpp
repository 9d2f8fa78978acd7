// Results of other jobs as inputs: references, what they lead to, and what follows for a job.
#include "libopus/job/chain.hpp"

#include "libopus/job/apply.hpp"
#include "tests/support/catch.hpp"

using namespace opus;
using namespace std::chrono_literals;

namespace {

const TimePoint k_then = TimePoint{std::chrono::sys_days{std::chrono::year{2026} / 3 / 8}};
const JobId k_a{"01890a5d-ac96-774b-bcce-b302099a8057"};
const JobId k_b{"01890a5d-ac96-774b-bcce-b302099a8058"};
const JobId k_c{"01890a5d-ac96-774b-bcce-b302099a8059"};

JobInput input(const std::string& url) { return {.name = "from", .url = url}; }
JobInput input(const JobId& job) { return input("job:" + job.value + "/out"); }

/// COMPLETED, with this result.
Job completed(const JobId& id, const std::string& result = "out") {
  Job job;
  job.id = id;
  job.phase = Phase::completed;
  JobResult& one = job.results.emplace_back();
  one.id = result;
  one.entity.id.value = "entity-" + id.value;
  one.entity.name = "out.txt";
  one.entity.location = "jobs/x";
  return job;
}

Job waiting(std::vector<JobInput> inputs) {
  Job job;
  job.id = k_c;
  job.phase = Phase::held;
  job.queued = k_then - 1h;
  job.inputs = std::move(inputs);
  return job;
}

job::Applied after(Job job, const job::Event& event) {
  return job::apply(std::move(job), event, k_then).value();
}

}  // namespace

TEST_CASE("references are job: job id / result id, and nothing else") {
  const auto ref = job::parse_result_ref("JOB:" + k_a.value + "/map.2");
  REQUIRE(ref);
  CHECK(ref->job == k_a);
  CHECK(ref->result == "map.2");
  CHECK(to_string(*ref) == "job:" + k_a.value + "/map.2");
  for (const std::string& text :
       {std::string{}, std::string{"job:"}, "job:" + k_a.value, "job:" + k_a.value + "/",
        "job:" + k_a.value + "x/map", std::string{"job:/map"}, std::string{"job:1234/map"},
        k_a.value + "/map", std::string{"http://example.org/map"},
        "job:" + std::string(36, 'z') + "/map"})
    CHECK_FALSE(job::parse_result_ref(text));
  CHECK(job::awaited(input(k_a)));
  JobInput supplied = input(k_a);
  supplied.entity.value = "there";
  CHECK_FALSE(job::awaited(supplied));
  CHECK_FALSE(job::awaited(input("http://example.org/map")));
}

TEST_CASE("a job waits for its inputs only while it is HELD") {
  Job job = waiting({input(k_a), input("http://example.org/x"), input(k_b)});
  CHECK(job::waits_for_inputs(job));
  CHECK(job::actions_for(job) == job::Actions{});
  CHECK(job::waiting_for(job) ==
        "result 'out' of job " + k_a.value + ", result 'out' of job " + k_b.value);
  for (const Phase phase : k_phases) {
    job.phase = phase;
    CHECK(job::waits_for_inputs(job) == (phase == Phase::held));
    CHECK(job::waiting_for(job).empty() == (phase != Phase::held));
  }
  job.phase = Phase::held;
  job.inputs.clear();  // HELD by its backend
  CHECK_FALSE(job::waits_for_inputs(job));
  CHECK(job::actions_for(job).run);
}

TEST_CASE("only a job that completed supplies results, and only those that are there") {
  Job origin = completed(k_a);
  CHECK(job::supply_of(origin, "out").entity == &origin.results[0].entity);
  CHECK(job::supply_of(origin, "map").never == "that job ended COMPLETED without it; it has out");
  origin.phase = Phase::archived;
  CHECK(job::supply_of(origin, "out").entity != nullptr);  // kept, because others use it
  origin.results[0].entity.location.clear();
  CHECK(job::supply_of(origin, "out").never == "its content was deleted");
  origin = completed(k_a);
  for (const Phase phase : k_phases) {
    origin.phase = phase;
    const job::Supply supply = job::supply_of(origin, "out");
    const bool good = phase == Phase::completed || phase == Phase::archived;
    CHECK((supply.entity != nullptr) == good);
    CHECK(supply.never.empty() == (phase != Phase::error && phase != Phase::aborted));
  }
  origin.phase = Phase::error;
  origin.error = JobError{ErrorKind::transient, std::string(5000, 'x'), {}};
  CHECK(job::supply_of(origin, "out").never.size() < 300);  // reasons do not pile up
  origin.destroyed = true;
  CHECK(job::supply_of(origin, "out").never == "that job was deleted");
}

TEST_CASE("what another job supplies is filled in; the rest still waits") {
  const Job job = waiting({input(k_a), input(k_b), input(k_a)});
  const job::Settled settled = job::settle(job, completed(k_a));
  CHECK(settled.changed);
  CHECK_FALSE(settled.error);
  CHECK(settled.inputs[0].entity.value == "entity-" + k_a.value);
  CHECK(settled.inputs[0].url == job.inputs[0].url);
  CHECK(settled.inputs[1] == job.inputs[1]);
  CHECK(settled.inputs[2].file_name == "out.txt");
  CHECK_FALSE(job::settle(job, completed(k_c)).changed);
  Job running = completed(k_a);
  running.phase = Phase::executing;
  CHECK_FALSE(job::settle(job, running).changed);

  const job::Settled never = job::settle(job, completed(k_a, "map"));
  REQUIRE(never.error);
  CHECK(never.error->kind == ErrorKind::fatal);
  CHECK(never.error->message == "input from: result 'out' of job " + k_a.value +
                                    " will never exist: that job ended COMPLETED without it; "
                                    "it has map");
}

TEST_CASE("RUN holds a job that must wait, and its last input releases it") {
  Job job;
  job.id = k_c;
  job.phase = Phase::pending;
  const job::Applied run = after(job, job::RunAsked{{}, {input(k_a), input(k_b)}, k_then + 10min});
  CHECK(run.job.phase == Phase::held);
  CHECK(run.job.queued == k_then);
  job = run.job;
  job.queued = k_then - 1h;

  const job::Applied half = after(job, job::InputsArrived{job::settle(job, completed(k_a)).inputs});
  CHECK(half.job.phase == Phase::held);
  CHECK(half.changed);
  const job::Applied whole =
      after(half.job, job::InputsArrived{job::settle(half.job, completed(k_b)).inputs});
  CHECK(whole.job.phase == Phase::queued);
  CHECK(job::actions_for(whole.job).run);
  CHECK_FALSE(after(whole.job, job::InputsArrived{{}}).changed);  // too late
  CHECK_FALSE(after(job, job::InputsArrived{job.inputs}).changed);
}

TEST_CASE("a waiting job ends without anything to stop") {
  const Job job = waiting({input(k_a)});
  for (const job::Event& event : {job::Event{job::AbortAsked{}}, job::Event{job::DestroyAsked{}},
                                  job::Event{job::Archived{}}}) {
    const Job ended = after(job, event).job;
    CHECK(ended.phase == Phase::aborted);
    CHECK_FALSE(ended.stopping);
    CHECK_FALSE(job::actions_for(ended).stop);
  }
  CHECK(after(job, job::Failed{{ErrorKind::fatal, "never", {}}}).job.phase == Phase::error);
}
