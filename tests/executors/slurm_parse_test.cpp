// Slurm's answers as they were recorded, and as no Slurm has ever given them.
#include "libopus/executor/slurm/slurm.hpp"
#include "tests/executors/recorded.hpp"
#include "tests/support/catch.hpp"

using opus::Errc;
using opus::batch::Arguments;
using opus::batch::CommandResult;
using opus::batch::Listed;
using opus::batch::State;
using opus::slurm::parse_sacct;
using opus::slurm::parse_squeue;
using opus::slurm::parse_submitted;
using opus::slurm::state_of;
using opus_test::recorded;
using opus_test::said;

namespace {

const opus::slurm::Slurm& slurm() {
  static const opus::slurm::Slurm one{false, {}};
  return one;
}

Errc refusal_of_slurm(const CommandResult& answer) {
  const auto id = slurm().read_submitted(answer);
  REQUIRE_FALSE(id);
  return id.error().code;
}

}  // namespace

TEST_CASE("squeue: every recorded state of Slurm 22.05 is understood") {
  const auto all = parse_squeue(recorded("squeue-states.txt"));
  REQUIRE(all);
  std::map<std::string, Listed> by_tag;
  for (const auto& listed : *all) by_tag[listed.tag] = listed;
  CHECK(by_tag.at("done").state == State::completed);
  CHECK(by_tag.at("failed").state == State::failed);
  CHECK(by_tag.at("failed").exit_code == 3);
  CHECK(by_tag.at("failed").reason == "NonZeroExitCode");
  CHECK(by_tag.at("held").state == State::held);
  CHECK(by_tag.at("requeue-held").state == State::held);
  CHECK(by_tag.at("waiting").state == State::queued);
  CHECK(by_tag.at("running").state == State::running);
  CHECK_FALSE(by_tag.at("running").exit_code);
  CHECK(by_tag.at("suspended").state == State::suspended);
  CHECK(by_tag.at("cancelled").state == State::cancelled);
  CHECK(by_tag.at("cancelled").exit_code == 143);  // its shell's
  CHECK(by_tag.at("cancelled-exec").state == State::cancelled);
  CHECK(by_tag.at("node-fail").state == State::node_failed);
  CHECK(by_tag.at("never").state == State::not_started);
}

TEST_CASE("squeue: states are decided by their words, and unknown ones are values") {
  CHECK(state_of("TIMEOUT", "TimeLimit") == State::time_limit);
  CHECK(state_of("DEADLINE", "DeadLine") == State::time_limit);
  CHECK(state_of("OUT_OF_MEMORY", "OutOfMemory") == State::out_of_memory);
  CHECK(state_of("PREEMPTED", "None") == State::preempted);
  CHECK(state_of("BOOT_FAIL", "") == State::node_failed);
  CHECK(state_of("COMPLETING", "None") == State::ending);
  CHECK(state_of("STOPPED", "None") == State::suspended);
  CHECK(state_of("REQUEUE_HOLD", "") == State::held);
  CHECK(state_of("PENDING", "JobHeldAdmin") == State::held);
  CHECK(state_of("COMPLETED", "JobHeldAdmin") == State::completed);  // reasons go stale
  CHECK(state_of("LEVITATING", "") == State::unknown);
  CHECK(state_of("", "") == State::unknown);
}

TEST_CASE("squeue: no text makes it fail, and what is not whole is not taken for whole") {
  CHECK(parse_squeue("").value().empty());
  CHECK_FALSE(parse_squeue("4711\x1fRUNNING\x1fNone\x1fname"));  // cut
  CHECK_FALSE(parse_squeue("Good morning\n"));
  CHECK(parse_squeue("Welcome to the cluster\n12\x1fRUNNING\x1fNone\x1fx\x1f"
                     "0\x1f\n")
            ->size() == 1);
  const auto short_line = parse_squeue("12\x1fRUNNING\x1fNone\x1fx\n");
  REQUIRE(short_line);
  CHECK(short_line->front().state == State::running);
  const auto again = parse_squeue(
      "12\x1fPENDING\x1f"
      "BeginTime\x1fx\x1f"
      "0\x1f"
      "1\x1f\n");
  CHECK(again->front().restarts == 1);
  CHECK(parse_squeue("40_3\x1fPENDING\x1fNone\x1fx\x1f"
                     "0\x1f\n")
            ->front()
            .native == "40_3");
  CHECK(parse_squeue("12\x1f\x1f\x1f\x1f\x1f\n")->front().state == State::unknown);
  CHECK(parse_squeue("12\x1f"
                     "FAILED\x1f\x1fx\x1f"
                     "99999999999999999999\x1f\n")
            ->front()
            .exit_code == std::nullopt);
}

TEST_CASE(
    "sacct: every recorded end is understood, and tasks of arrays in whatever line they are") {
  const auto all = recorded("sacct.txt");
  const auto past = [&](std::string_view native) { return parse_sacct(all, native).value(); };
  CHECK(past("1_0").state == State::completed);
  CHECK(past("1_2").state == State::failed);
  CHECK(past("1_2").exit_code == 2);
  CHECK(past("1_2").index == 2U);
  CHECK(past("2").state == State::cancelled);
  CHECK(past("2").reason == "CANCELLED by 0");
  CHECK(past("3").state == State::queued);
  CHECK(past("4").state == State::time_limit);
  CHECK(past("5").signal == 9);
  CHECK(past("8").state == State::preempted);
  // Of an array that was cancelled before it began.
  for (const char* native : {"11_0", "11_2", "11_3"}) {
    CHECK(past(native).state == State::cancelled);
    CHECK(past(native).native == native);
    CHECK(past(native).tag == "uws-arr");
  }
  for (const char* native : {"11_1", "11_4", "1_3", "11", "1", "9", "", "11_", "_1", "x"})
    CHECK_FALSE(parse_sacct(all, native));
}

TEST_CASE("sacct: sets of tasks are read with their ranges, steps and limits") {
  const auto is_in = [](const std::string& set, const std::string& index) {
    return parse_sacct("40_[" + set + "]|PENDING|0:0|uws-x\n", "40_" + index).has_value();
  };
  CHECK(is_in("0-3%2", "3"));
  CHECK_FALSE(is_in("0-3%2", "4"));
  CHECK(is_in("0-10:5,20", "5"));
  CHECK_FALSE(is_in("0-10:5,20", "6"));
  CHECK(is_in("0-10:5,20", "20"));
  for (const char* set : {"", ",", "-", "3-", "-3", "0-9:0", "0-9:", "x", "5-1", "1-2-3", "0..."})
    CHECK_FALSE(is_in(set, "3"));
}

TEST_CASE("sacct: the last run counts, with its tail and without") {
  const auto cancelled = parse_sacct("908|CANCELLED by 1002|0:0|uws-x\n", "908");
  REQUIRE(cancelled);
  CHECK(cancelled->state == State::cancelled);
  CHECK(cancelled->reason == "CANCELLED by 1002");
  const auto twice = parse_sacct("7|REQUEUED|0:0|uws-x\n7|FAILED|9:0|uws-x\n", "7");
  REQUIRE(twice);
  CHECK(twice->state == State::failed);
  CHECK(twice->exit_code == 9);
  CHECK_FALSE(parse_sacct("", "7"));
  CHECK_FALSE(parse_sacct("Slurm accounting storage is disabled\n", "7"));
}

TEST_CASE("sbatch: the id is found, with a cluster's name and below a greeting") {
  CHECK(parse_submitted("11\n") == "11");
  CHECK(parse_submitted("933;uwstest\n") == "933");
  CHECK(parse_submitted("Welcome\n12\n") == "12");
  CHECK_FALSE(parse_submitted(""));
  CHECK_FALSE(parse_submitted("Submitted batch job"));
  CHECK_FALSE(parse_submitted("47"));  // half of 4711, may be
}

TEST_CASE("sbatch: a refusal is for good, for now, or in doubt") {
  const auto says = [](const std::string& text) {
    return said(1, "", "sbatch: error: Batch job submission failed: " + text + "\n");
  };
  CHECK(refusal_of_slurm(says("Invalid partition name specified")) == Errc::invalid_argument);
  CHECK(refusal_of_slurm(says("Requested node configuration is not available")) ==
        Errc::invalid_argument);
  CHECK(refusal_of_slurm(says("Unable to contact slurm controller (connect failure)")) ==
        Errc::unavailable);
  CHECK(refusal_of_slurm(says("Resource temporarily unavailable")) == Errc::unavailable);
  CHECK(refusal_of_slurm(says("Socket timed out on send/recv operation")) == Errc::timed_out);
  CHECK(refusal_of_slurm(said(0, "")) == Errc::timed_out);
  CHECK(refusal_of_slurm(said(255, "", "ssh: connect to host login port 22: Connection refused")) ==
        Errc::unavailable);
  CommandResult none;
  none.failure = "cannot run 'sbatch': No such file or directory";
  CHECK(refusal_of_slurm(none) == Errc::unavailable);
  none.end = CommandResult::End::timed_out;
  CHECK(refusal_of_slurm(none) == Errc::timed_out);
}

TEST_CASE(
    "sbatch: values are arguments of their own (OPUS S4), and times are rounded up to minutes") {
  opus::batch::Submission submission;
  submission.tag = "uws-1";
  submission.script = "/jobs/1/batch.sh";
  submission.work_dir = "/jobs/1/a folder; rm -rf";
  submission.output = "/jobs/1/logs/scheduler";
  submission.duration = std::chrono::seconds{61};
  submission.options = {{"partition", "short"},
                        {"gpus", "a100:2"},
                        {"exclusive", "true"},
                        {"arguments", "--nice=7  --mail-type=END"}};
  const opus::slurm::Slurm site{false, {"--wckey=uws"}};
  CHECK(site.submit_command(submission).value() ==
        Arguments{"sbatch", "--parsable", "--no-requeue", "--export=ALL", "--job-name=uws-1",
                  "--comment=uws-1", "--chdir=/jobs/1/a folder; rm -rf",
                  "--output=/jobs/1/logs/scheduler", "--error=/jobs/1/logs/scheduler",
                  "--open-mode=append", "--input=none", "--time=3", "--partition=short",
                  "--gpus-per-node=a100:2", "--exclusive", "--nice=7", "--mail-type=END",
                  "--wckey=uws", "/jobs/1/batch.sh"});
}
