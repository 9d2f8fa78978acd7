// PBS's answers in both dialects, as they were recorded and as no PBS has ever given them.
#include "libopus/executor/pbs/pbs.hpp"
#include "tests/executors/recorded.hpp"
#include "tests/support/catch.hpp"

using opus::Errc;
using opus::batch::Arguments;
using opus::batch::CommandResult;
using opus::batch::Listed;
using opus::batch::State;
using namespace opus::pbs;
using opus_test::recorded;
using opus_test::said;

namespace {

Listed openpbs(const std::string& state, std::optional<int> substate,
               std::optional<int> exit_status = {}) {
  Attributes job;
  job.native = "1.pbstest";
  job.state = state;
  job.substate = substate;
  job.exit_status = exit_status;
  return listed_of(job, Dialect::openpbs);
}

const Pbs& of_openpbs() {
  static const Pbs one{Dialect::openpbs, {}};
  return one;
}

Errc refusal_of_pbs(const CommandResult& answer) {
  const auto id = of_openpbs().read_submitted(answer);
  REQUIRE_FALSE(id);
  return id.error().code;
}

}  // namespace

TEST_CASE("OpenPBS: an array is submitted by -J, and its jobs have ids and places of their own") {
  opus::pbs::Pbs pbs{Dialect::openpbs, {}};
  opus::batch::Submission array;
  array.count = 3;
  array.tag = "uws-array-1";
  array.script = "/data/array.sh";
  CHECK(pbs.submit_command(array).value() == Arguments{"qsub", "-N", "uws-array-1", "-J", "0-2",
                                                       "-f", "-S", "/bin/sh", "-o", "/dev/null",
                                                       "-e", "/dev/null", "/data/array.sh"});
  CHECK(pbs.most_in_array() > 1);
  CHECK(pbs.element("35[].pbstest", 2) == "35[2].pbstest");
  CHECK(openpbs("R", 42).index == std::nullopt);
  opus::pbs::Attributes attributes;
  attributes.native = "35[2].pbstest";
  CHECK(listed_of(attributes, Dialect::openpbs).index == 2u);
  for (const char* const id : {"35[].pbstest", "35]2[", "35[x]", "35[-1]", "35[99999999999]"}) {
    attributes.native = id;
    CHECK(listed_of(attributes, Dialect::openpbs).index == std::nullopt);
  }
  CHECK(opus::pbs::Pbs(Dialect::torque, {}).most_in_array() == 1);
}

TEST_CASE("OpenPBS: every state that was seen is understood") {
  CHECK(openpbs("Q", 10).state == State::queued);
  CHECK(openpbs("H", 20).state == State::held);
  CHECK(openpbs("H", 22).state == State::queued);  // for a dependency
  CHECK(openpbs("W", 30).state == State::queued);
  CHECK(openpbs("R", 41).state == State::running);
  CHECK(openpbs("R", 42).state == State::running);
  CHECK(openpbs("S", 43).state == State::suspended);
  CHECK(openpbs("E", 51, 3).state == State::ending);
  CHECK(openpbs("F", 92, 0).state == State::completed);
  CHECK(openpbs("F", 93, 3).exit_code == 3);
  CHECK(openpbs("F", 93, 265).signal == 9);
  CHECK(openpbs("F", 91, 271).state == State::cancelled);
  CHECK(openpbs("F", 91).state == State::cancelled);
  CHECK(openpbs("F", 92).state == State::not_started);
  CHECK(openpbs("F", 93, -29).state == State::time_limit);
  CHECK(openpbs("F", 93, -27).state == State::out_of_memory);
  CHECK(openpbs("F", 93, -4).state == State::node_failed);
  CHECK(openpbs("F", 93, -4).reason == "PBS's status -4");
  CHECK(openpbs("M", 94).state == State::unknown);
  CHECK(openpbs("", {}).state == State::unknown);
  CHECK(openpbs("LEVITATING", {}).state == State::unknown);
}

TEST_CASE("OpenPBS: qstat's JSON is read, and no field needs to be there") {
  const auto all = parse_qstat_json(recorded("qstat-openpbs.json"));
  REQUIRE(all);
  REQUIRE(all->size() == 2);
  CHECK(all->at(0).native == "1.pbstest");
  CHECK(all->at(0).tag == "STDIN");
  CHECK(all->at(0).state == State::running);
  CHECK(all->at(0).reason == "Job run at Sun Nov 22 at 05:10 on (pbstest:ncpus=1)");
  CHECK(all->at(1).state == State::failed);
  CHECK(all->at(1).exit_code == 3);
  CHECK(parse_qstat_json(R"({"pbs_version":"23.06.06"})")->empty());
  CHECK(parse_qstat_json(R"({"pbs_version":"1","Jobs":{"1.a":{"job_state":7,"substate":"x"}}})")
            ->front()
            .state == State::unknown);
  CHECK_FALSE(parse_qstat_json(recorded("qstat-openpbs.json").substr(0, 500)));
  CHECK_FALSE(parse_qstat_json(""));
  CHECK_FALSE(parse_qstat_json("{}"));
}

TEST_CASE("Torque: qstat's lines are read, from Torque and from Slurm's qstat") {
  const auto all = parse_qstat_text(recorded("qstat-torque.txt"), Dialect::torque);
  REQUIRE(all);
  REQUIRE(all->size() == 4);
  CHECK(all->at(0).native == "917");
  CHECK(all->at(0).tag == "fromfile");
  CHECK(all->at(0).state == State::running);
  CHECK(all->at(1).state == State::completed);
  CHECK_FALSE(all->at(1).exit_code);
  CHECK(all->at(2).native == "123.server");
  CHECK(all->at(2).state == State::failed);
  CHECK(all->at(2).exit_code == 7);
  CHECK(all->at(3).state == State::held);
  CHECK(parse_qstat_text("", Dialect::torque)->empty());
  CHECK_FALSE(parse_qstat_text("pbs_iff: cannot connect\n", Dialect::torque));
  CHECK(parse_qstat_text("Job Id: 1\n", Dialect::torque)->front().state == State::unknown);
}

TEST_CASE("OpenPBS: of several jobs the lines are read, as JSON has only the first of them") {
  CHECK(of_openpbs().list_command({"7.pbstest"}) ==
        Arguments{"qstat", "-x", "-f", "-F", "json", "7.pbstest"});
  CHECK(of_openpbs().list_command({"7.pbstest", "8.pbstest"}) ==
        Arguments{"qstat", "-x", "-f", "7.pbstest", "8.pbstest"});
  const auto all = of_openpbs().read_list(
      said(153, recorded("qstat-openpbs.txt"), "qstat: Unknown Job Id 999.pbstest"));
  REQUIRE(all);
  REQUIRE(all->size() == 6);
  CHECK(all->at(0).native == "1.pbstest");
  CHECK(all->at(0).state == State::completed);
  CHECK(all->at(1).state == State::failed);
  CHECK(all->at(1).exit_code == 3);
  CHECK(all->at(2).state == State::cancelled);
  CHECK(all->at(2).reason ==
        "Job run at Sun Nov 22 at 23:40 on (pbstest:ncpus=1) and terminated by pbsuser@pbstest");
  CHECK(all->at(3).state == State::held);
  CHECK(all->at(3).tag == "uws-held");
  CHECK(all->at(4).state == State::running);
  CHECK(all->at(5).native == "18[1].pbstest");
  CHECK(all->at(5).index == 1u);
  CHECK(all->at(5).exit_code == 1);
  CHECK_FALSE(of_openpbs().read_list(said(255, "Job Id: 1.pbstest\n", "qstat: End of File")));
}

TEST_CASE("PBS: a list that did not come whole is no list, unknown jobs are missing from it") {
  const auto list = [](const CommandResult& answer) { return of_openpbs().read_list(answer); };
  CHECK(list(said(153, "", "qstat: Unknown Job Id 99999.pbstest"))->empty());
  CHECK(list(said(153, recorded("qstat-openpbs.json"), "qstat: Unknown Job Id 9.p"))->size() == 2);
  CHECK_FALSE(list(said(255, "", "qstat: cannot connect to server pbstest (errno=15010)")));
  CHECK_FALSE(list(said(0, "{\"Jobs\":")));
  const Pbs torque{Dialect::torque, {}};
  CHECK(torque.read_list(said(0, ""))->empty());
  CHECK_FALSE(torque.read_list(said(1, "Connection refused")));
}

TEST_CASE("PBS: the dialect is told by qstat --version") {
  CHECK(dialect_of(said(0, "pbs_version = 23.06.06\n")) == Dialect::openpbs);
  CHECK(dialect_of(said(2, "", "Unknown option: version\nUsage:\n")) == Dialect::torque);
  Pbs pbs{std::nullopt, {}};
  CHECK(pbs.probe_command() == Arguments{"qstat", "--version"});
  CommandResult none;
  CHECK(pbs.read_probe(none).error().code == Errc::unavailable);
  CHECK(pbs.read_probe(said(2, "", "Unknown option: version")));
  CHECK_FALSE(pbs.probe_command());
  CHECK(pbs.list_command({"1"}) == Arguments{"qstat", "-f"});
}

TEST_CASE("PBS: a refusal is for good, for now, or in doubt") {
  CHECK(refusal_of_pbs(said(170, "", "qsub: Unknown queue")) == Errc::invalid_argument);
  CHECK(refusal_of_pbs(said(175, "", "qsub: Bad UID for job execution")) == Errc::invalid_argument);
  CHECK(refusal_of_pbs(said(162, "", "qsub: cannot connect to server pbstest (errno=15010)")) ==
        Errc::unavailable);
  CHECK(refusal_of_pbs(said(38, "", "qsub: would exceed complex's per-user limit")) ==
        Errc::unavailable);
  CHECK(refusal_of_pbs(said(0, "")) == Errc::timed_out);
  CHECK(of_openpbs().read_submitted(said(0, "12.pbstest\n")).value() == "12.pbstest");
  CHECK(of_openpbs().read_submitted(said(0, "35[].pbstest\n")).value() == "35[].pbstest");
  CHECK(of_openpbs().read_done(said(35, "", "qdel: Job has finished 12.pbstest")));
  CHECK(of_openpbs()
            .read_done(said(168, "", "qdel: Request invalid for state of job"))
            .error()
            .code == Errc::unavailable);
  CHECK(of_openpbs().read_done(said(159, "", "qsig: Unauthorized Request")).error().code ==
        Errc::unsupported);
}

TEST_CASE("PBS: each dialect is asked for resources in its own words") {
  opus::batch::Submission submission;
  submission.tag = "uws-1";
  submission.script = "/jobs/1/batch.sh";
  submission.duration = std::chrono::seconds{60};
  submission.options = {{"nodes", "2"},     {"cpus", "8"},      {"memory", "4G"},
                        {"gpus", "a100:1"}, {"queue", "short"}, {"features", "haswell"}};
  CHECK(of_openpbs().submit_command(submission).value() ==
        Arguments{"qsub", "-N", "uws-1", "-r", "n", "-f", "-S", "/bin/sh", "-o", "/dev/null", "-e",
                  "/dev/null", "-l", "walltime=120", "-l",
                  "select=2:ncpus=8:mem=4gb:ngpus=1:haswell", "-q", "short", "/jobs/1/batch.sh"});
  CHECK(Pbs(Dialect::torque, {"-V"}).submit_command(submission).value() ==
        Arguments{"qsub", "-N", "uws-1", "-r", "n", "-o", "/dev/null", "-e", "/dev/null", "-l",
                  "walltime=120", "-l", "nodes=2:ppn=8:gpus=1:haswell", "-l", "mem=4gb", "-q",
                  "short", "-V", "/jobs/1/batch.sh"});
}
