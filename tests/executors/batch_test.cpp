// The shared part of the batch executors without a scheduler: options, verdicts, commands.
#include <csignal>

#include "libopus/executor/batch/command.hpp"
#include "libopus/executor/batch/options.hpp"
#include "libopus/executor/batch/verdict.hpp"
#include "libopus/executor/slurm/slurm.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/contains.hpp"

using namespace std::chrono_literals;
using opus::BatchConfig;
using opus::Ending;
using opus::Outcome;
using opus::Task;
using opus::batch::CommandResult;
using opus::batch::Commands;
using opus::batch::Evidence;
using opus::batch::Listed;
using opus::batch::State;
using opus::batch::verdict;

using opus_test::contains;

namespace {

Outcome ended(Ending ending, std::optional<int> code, std::optional<int> signal = {}) {
  Outcome outcome;
  outcome.ending = ending;
  outcome.facts.exit_code = code;
  outcome.facts.signal = signal;
  return outcome;
}

Listed listed(State state, std::string word = "WORD") {
  Listed one;
  one.state = state;
  one.word = std::move(word);
  return one;
}

Evidence evidence() {
  Evidence one;
  one.title = "Slurm";
  return one;
}

std::string faults_of(const Task& task, const BatchConfig& config) {
  const auto options = opus::batch::options_of(task, config, opus::slurm::option_rules());
  return options ? "" : options.error().message;
}

}  // namespace

TEST_CASE("what the runner wrote is the end, whatever the scheduler says") {
  auto all = evidence();
  all.record = ended(Ending::exited, 0);
  CHECK(verdict(all)->ending == Ending::exited);
  all.listed = listed(State::failed);
  CHECK(verdict(all)->facts.exit_code == 0);
  all.record = ended(Ending::time_limit, {}, SIGTERM);
  CHECK(verdict(all)->ending == Ending::time_limit);
  all.record = ended(Ending::signalled, {}, SIGSEGV);
  CHECK(verdict(all)->facts.signal == SIGSEGV);
}

TEST_CASE("of an end that came from outside the scheduler says why, and is waited for") {
  auto all = evidence();
  all.record = ended(Ending::cancelled, {}, SIGTERM);
  CHECK_FALSE(verdict(all));
  all.patience_over = true;
  CHECK(verdict(all)->ending == Ending::cancelled);
  all.patience_over = false;
  const auto because = [&](State state) {
    all.listed = listed(state);
    return verdict(all).value();
  };
  CHECK(contains(because(State::preempted).message, "preemption"));
  CHECK(contains(because(State::time_limit).message, "the time limit that Slurm has"));
  CHECK(because(State::out_of_memory).ending == Ending::out_of_memory);
  CHECK(because(State::node_failed).ending == Ending::lost);
  CHECK(because(State::node_failed).transient);
  CHECK(contains(because(State::requeued).message, "stopped it to run it again later"));
  all.cancel_asked = true;
  CHECK(because(State::cancelled).ending == Ending::cancelled);
  CHECK(because(State::cancelled).message.empty());
}

TEST_CASE("without a word of the runner it takes patience, and then the scheduler's word") {
  auto all = evidence();
  CHECK_FALSE(verdict(all));
  all.listed = listed(State::running);
  all.patience_over = true;
  CHECK_FALSE(verdict(all));
  all.listed = listed(State::failed, "FAILED");
  all.listed->signal = 53;
  all.patience_over = false;
  CHECK_FALSE(verdict(all));
  all.patience_over = true;
  CHECK(verdict(all)->ending == Ending::not_started);
  CHECK(contains(verdict(all)->message,
                 "Slurm reports FAILED, signal 53, and OPUS's runner did not"));
  all.claim = opus::Claim{};
  CHECK(verdict(all)->ending == Ending::lost);
  all.record_fault = "exit.json: it is garbage";
  CHECK(contains(verdict(all)->message, "exit.json: it is garbage"));
}

TEST_CASE("a job that is cancelled before it began ends at once") {
  auto all = evidence();
  all.listed = listed(State::cancelled);
  CHECK(verdict(all)->ending == Ending::cancelled);
  CHECK(contains(verdict(all)->message, "in Slurm itself"));
  all.cancel_asked = true;
  CHECK(verdict(all)->message.empty());
}

TEST_CASE("options are checked by kind and against what the operator allows") {
  BatchConfig config;
  Task task;
  task.options = {{"nodes", "0"}, {"memory", "4"},      {"partition", "a b"},     {"nosuch", "1"},
                  {"gpus", "-1"}, {"exclusive", "yes"}, {"arguments", "--wrap=x"}};
  const auto all = faults_of(task, config);
  for (const char* field : {"nodes: expected a whole number from 1", "memory: expected an amount",
                            "partition: expected a text without blanks", "nosuch: expected one of",
                            "gpus: expected a number of devices", "exclusive: expected true or",
                            "arguments: expected one of the options that the operator allows"})
    CHECK(contains(all, field));
  task.options = {{"nodes", "2"}, {"memory", "4G"}, {"gpus", "a100:2"}, {"partition", "short"}};
  CHECK(faults_of(task, config).empty());
  config.limits = {{"nodes", "1"}, {"memory", "2048M"}, {"gpus", "1"}, {"partition", "long huge"}};
  const auto limited = faults_of(task, config);
  for (const char* text : {"nodes: expected at most 1", "memory: expected at most 2048M",
                           "gpus: expected at most 1", "partition: expected one of long, huge"})
    CHECK(contains(limited, text));
  config.allowed_options = {"memory"};
  CHECK(contains(faults_of(task, config),
                 "nodes: expected one of the options that the operator allows"));
  config = {};
  config.allowed_arguments = {"--nice"};
  task.options = {{"arguments", "--nice=1 --uid=0"}};
  CHECK(contains(faults_of(task, config), "arguments: expected only --nice"));
}

TEST_CASE("the operator's options fill in what the description leaves open, at his own risk") {
  BatchConfig config;
  config.options = {{"partition", "long"}, {"account", "astro"}};
  config.allowed_options = {"partition"};
  Task task;
  task.options = {{"partition", "${QUEUE}"}};
  task.parameters = {{"queue", "short", false}};
  CHECK(opus::batch::options_of(task, config, opus::slurm::option_rules()).value() ==
        opus::batch::Options{{"partition", "short"}, {"account", "astro"}});
}

TEST_CASE("a command's output, exit code and time limit are kept apart") {
  const Commands commands{{}, 20s};
  const auto good = commands.run({"/bin/sh", "-c", "echo out; echo err >&2; exit 3"});
  CHECK(good.end == CommandResult::End::exited);
  CHECK(good.exit_code == 3);
  CHECK(good.out == "out\n");
  CHECK(good.why() == "exit code 3: err");
  CHECK(commands.run({"/bin/sh", "-c", "kill -KILL $$"}).signal == SIGKILL);
  CHECK(contains(commands.run({"/no/such/program"}).why(), "cannot run '/no/such/program'"));
  // Who leaves something behind that keeps his output open is done all the same.
  CHECK(commands.run({"/bin/sh", "-c", "sleep 5 & echo done"}).out == "done\n");
  const Commands hasty{{}, 50ms};
  CHECK(hasty.run({"/bin/sleep", "1000"}).end == CommandResult::End::timed_out);
  CHECK(hasty.run({"/bin/sh", "-c", "trap '' TERM; sleep 1000; sleep 1000"}).end ==
        CommandResult::End::timed_out);
}

TEST_CASE("a command sees the scheduler's variables and none of the service's secrets") {
  setenv("OPUS_UWS_ADMIN_TOKEN", "secret", 1);
  setenv("SBATCH_ACCOUNT", "other", 1);
  setenv("SLURM_CONF", "/etc/slurm/slurm.conf", 1);
  const auto seen = Commands{{}, 20s}.run({"/usr/bin/env"}).out;
  unsetenv("OPUS_UWS_ADMIN_TOKEN");
  unsetenv("SBATCH_ACCOUNT");
  unsetenv("SLURM_CONF");
  CHECK_FALSE(contains(seen, "secret"));
  CHECK_FALSE(contains(seen, "SBATCH_ACCOUNT"));
  CHECK(contains(seen, "SLURM_CONF=/etc/slurm/slurm.conf\n"));
  CHECK(contains(seen, "LC_ALL=C\n"));
}

TEST_CASE("an interrupt ends the command that runs and those that follow") {
  Commands commands{{}, 60s};
  commands.interrupt();
  CHECK(commands.run({"/bin/sleep", "1000"}).end == CommandResult::End::interrupted);
  commands.resume();
  CHECK(commands.run({"/bin/true"}).is_good());
}

TEST_CASE("what goes through a shell arrives as it is (OPUS S2, S3)") {
  const std::string text = "it's \"$HOME\" `x` \\ \x1f\n end";
  const auto out =
      Commands{{}, 20s}.run({"/bin/sh", "-c", "printf %s " + opus::batch::shell_quoted(text)}).out;
  CHECK(out == text);
}
