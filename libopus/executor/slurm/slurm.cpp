#include "libopus/executor/slurm/slurm.hpp"

#include <algorithm>
#include <array>

#include "libopus/core/strings.hpp"

namespace opus { inline namespace uws0 { namespace slurm {

using batch::Arguments;
using batch::CommandResult;
using batch::Listed;
using batch::OptionKind;
using std::chrono::seconds;

namespace {

struct Option {
  std::string_view name;
  OptionKind kind;
  std::string_view flag;
};
constexpr std::array k_options{
    Option{"partition", OptionKind::word, "--partition="},
    Option{"account", OptionKind::word, "--account="},
    Option{"qos", OptionKind::word, "--qos="},
    Option{"reservation", OptionKind::word, "--reservation="},
    Option{"features", OptionKind::word, "--constraint="},
    Option{"nodes", OptionKind::count, "--nodes="},
    Option{"tasks", OptionKind::count, "--ntasks="},
    Option{"cpus", OptionKind::count, "--cpus-per-task="},
    Option{"memory", OptionKind::amount, "--mem="},
    Option{"gpus", OptionKind::device, "--gpus-per-node="},
    Option{"licenses", OptionKind::word, "--licenses="},
    Option{"exclusive", OptionKind::flag, "--exclusive"},
    Option{"arguments", OptionKind::arguments, ""},
};

/// Slurm counts in minutes. One more, so that the runner, which counts in seconds from the start of
/// the code, comes first and can say that it was the execution duration.
std::string minutes_of(seconds limit) {
  if (limit.count() <= 0) return "UNLIMITED";
  return std::to_string(std::chrono::ceil<std::chrono::minutes>(limit).count() + 1);
}

bool says(const CommandResult& answer, std::string_view text) {
  return answer.err.find(text) != std::string::npos || answer.out.find(text) != std::string::npos;
}

bool says_any(const CommandResult& answer, const std::vector<std::string_view>& texts) {
  return std::any_of(texts.begin(), texts.end(),
                     [&](std::string_view text) { return says(answer, text); });
}

/// What sbatch has not even sent, or the controller has turned away for now.
bool was_turned_away(const CommandResult& answer) {
  return says_any(answer,
                  {"connect failure", "temporarily unable to accept",
                   "Resource temporarily unavailable", "Connection refused", "Unable to resolve",
                   "Protocol authentication error", "Job violates accounting/QOS policy", "QOSMax",
                   "AssocMax", "Slurm controller is in standby", "Slurm backup controller"});
}

bool is_in_doubt(const CommandResult& answer) {
  return answer.end == CommandResult::End::timed_out ||
         answer.end == CommandResult::End::interrupted ||
         answer.end == CommandResult::End::killed || answer.exit_code == -1 ||
         says_any(answer, {"Socket timed out", "Zero Bytes were transmitted",
                           "Unable to contact slurm controller", "Communication connection",
                           "Unexpected message received", "Connection reset"});
}

/// Before the reason there stands who says it, and on lines of their own what went wrong on the
/// way.
std::string said_last(const CommandResult& answer) {
  std::string_view text = trim(trim(answer.err).empty() ? answer.out : answer.err);
  if (const auto line = text.rfind('\n'); line != text.npos) text.remove_prefix(line + 1);
  for (const std::string_view start : {"sbatch: ", "error: ", "Batch job submission failed: "})
    if (text.starts_with(start)) text.remove_prefix(start.size());
  return printable(text, 300);
}

}  // namespace

const std::vector<batch::OptionRule>& option_rules() {
  static const auto rules = [] {
    std::vector<batch::OptionRule> all;
    for (const auto& option : k_options) all.push_back({option.name, option.kind});
    return all;
  }();
  return rules;
}

Result<Arguments> Slurm::submit_command(const batch::Submission& submission) const {
  // --no-requeue: a job runs at most once. --export=ALL is what sbatch does anyway, and its
  // environment is the small one of Commands; anything else would make nodes load login shells.
  Arguments command{"sbatch",
                    "--parsable",
                    "--no-requeue",
                    "--export=ALL",
                    "--job-name=" + submission.tag,
                    "--comment=" + submission.tag,
                    "--chdir=" + submission.work_dir.string(),
                    "--output=" + submission.output.string(),
                    "--error=" + submission.output.string(),
                    "--open-mode=append",
                    "--input=none"};
  if (submission.duration.count() > 0)
    command.push_back("--time=" + minutes_of(submission.duration));
  if (submission.count > 1) command.push_back("--array=0-" + std::to_string(submission.count - 1));
  for (const auto& option : k_options) {
    const auto given = submission.options.find(std::string{option.name});
    if (given == submission.options.end()) continue;
    if (option.kind == OptionKind::flag) {
      if (given->second == "true") command.emplace_back(option.flag);
    } else if (option.kind == OptionKind::arguments) {
      for (auto& argument : batch::arguments_in(given->second))
        command.push_back(std::move(argument));
    } else {
      command.push_back(std::string{option.flag} + given->second);
    }
  }
  command.insert(command.end(), extra_arguments_.begin(), extra_arguments_.end());
  command.push_back(submission.script.string());
  return command;
}

Result<std::string> Slurm::read_submitted(const CommandResult& answer) const {
  if (answer.end == CommandResult::End::not_started)
    return Error{Errc::unavailable, "sbatch: " + answer.why()};
  if (answer.is_good() || answer.is_silent_about_its_end())
    if (auto id = parse_submitted(answer.out)) return *std::move(id);
  const bool in_doubt = answer.is_good() || answer.cut || is_in_doubt(answer);
  if (was_turned_away(answer) && answer.end == CommandResult::End::exited)
    return Error{Errc::unavailable, "Slurm does not take the job at present: " + said_last(answer)};
  if (in_doubt)
    return Error{Errc::timed_out, "sbatch did not say whether Slurm took the job: " + answer.why()};
  // ssh's own failures: it has run nothing.
  if (answer.exit_code == 255 && says(answer, "ssh"))
    return Error{Errc::unavailable, "Slurm cannot be reached: " + said_last(answer)};
  return Error{Errc::invalid_argument, "Slurm refuses the job: " + said_last(answer)};
}

std::string Slurm::element(const std::string& array, unsigned index) const {
  return array + '_' + std::to_string(index);
}

std::optional<Arguments> Slurm::list_command(const std::vector<std::string>&) const {
  // -r: a task of an array on each line. All fields in full width, with a separator that cannot be
  // part of them.
  return Arguments{"squeue",
                   "--me",
                   "-h",
                   "-r",
                   "-t",
                   "all",
                   "-O",
                   "JobArrayID:\x1f,State:\x1f,Reason:\x1f,Name:\x1f,exit_code:\x1f,"
                   "RestartCnt:\x1f"};
}

Result<std::vector<Listed>> Slurm::read_list(const CommandResult& answer) const {
  if (!answer.is_good() && !(answer.is_silent_about_its_end() && answer.err.empty()))
    return Error{Errc::unavailable, "squeue: " + answer.why()};
  auto all = parse_squeue(answer.out);
  if (all) return *std::move(all);
  return Error{Errc::unavailable,
               "squeue: the answer is not whole: " + printable(trim(answer.out), 100)};
}

std::optional<Arguments> Slurm::past_command(const std::string& native) const {
  if (!accounting_) return std::nullopt;
  // The whole array: tasks that ended before they began have a line together, and none for
  // themselves.
  const auto id = native.substr(0, native.find('_'));
  return Arguments{"sacct", "-X", "-n", "-P", "-j", id, "-o", "JobID,State,ExitCode,JobName"};
}

std::optional<Listed> Slurm::read_past(const CommandResult& answer,
                                       const std::string& native) const {
  return answer.is_good() ? parse_sacct(answer.out, native) : std::nullopt;
}

Arguments Slurm::cancel_command(const std::string& native) const { return {"scancel", native}; }

Arguments Slurm::hold_command(const std::string& native) const {
  return {"scontrol", "hold", native};
}

Arguments Slurm::release_command(const std::string& native) const {
  return {"scontrol", "release", native};
}

Arguments Slurm::limit_command(const std::string& native, seconds limit) const {
  return {"scontrol", "update", "JobId=" + native, "TimeLimit=" + minutes_of(limit)};
}

Result<void> Slurm::read_done(const CommandResult& answer) const {
  if (answer.is_good()) return {};
  // What has ended cannot be changed any more, and needs not be.
  if (says_any(answer, {"Invalid job id", "Job/step already completing or completed"})) return {};
  const bool reached = answer.end == CommandResult::End::exited &&
                       !says_any(answer, {"Unable to contact", "Socket timed out"});
  return Error{reached ? Errc::unsupported : Errc::unavailable, "Slurm: " + answer.why()};
}

}}}  // namespace opus::uws0::slurm
