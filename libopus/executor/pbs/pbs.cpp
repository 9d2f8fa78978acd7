#include "libopus/executor/pbs/pbs.hpp"

#include <algorithm>
#include <array>

#include "libopus/core/strings.hpp"

namespace opus { inline namespace uws0 { namespace pbs {

using batch::Arguments;
using batch::CommandResult;
using batch::Listed;
using batch::OptionKind;
using std::chrono::seconds;

namespace {

// A client's exit code is the last byte of the server's error number.
constexpr int k_unknown_job = 153;
constexpr int k_finished_job = 35;
constexpr int k_wrong_state = 168;  ///< starting or ending: later
constexpr int k_too_many = 38;      ///< of this user in the queue
constexpr int k_no_server = 162;
constexpr int k_no_server_qstat = 255;
/// The runner counts from the start of the code and shall be first.
constexpr seconds k_slack{60};
constexpr std::size_t k_longest_reason = 300;
constexpr unsigned k_most_in_array = 1000;

bool says(const CommandResult& answer, std::string_view text) {
  return answer.err.find(text) != std::string::npos || answer.out.find(text) != std::string::npos;
}

bool is_unreachable(const CommandResult& answer) {
  return answer.exit_code == k_no_server || answer.exit_code == k_no_server_qstat ||
         says(answer, "cannot connect to server") || says(answer, "Connection refused") ||
         says(answer, "Unable to contact");
}

std::string value_of(const batch::Submission& submission, const char* name) {
  const auto found = submission.options.find(name);
  return found == submission.options.end() ? std::string{} : found->second;
}

std::string walltime(seconds limit) { return std::to_string((limit + k_slack).count()); }

void add_resource(std::string& list, std::string_view name, const std::string& value) {
  if (value.empty()) return;
  list += list.empty() ? "" : ":";
  list.append(name).append("=").append(value);
}

std::string memory_in_pbs(const std::string& amount) {
  return amount.empty() ? amount : ascii_lower(amount) + 'b';  // "4G" is 4gb
}

std::string count_of_gpus(const std::string& devices) {
  return devices.substr(devices.rfind(':') + 1);
}

/// Nodes, and what each of them is to have.
void add_place(const batch::Submission& submission, Dialect dialect, Arguments& command) {
  const auto nodes = value_of(submission, "nodes");
  const auto tasks = value_of(submission, "tasks");
  const auto cpus = value_of(submission, "cpus");
  const auto memory = memory_in_pbs(value_of(submission, "memory"));
  const auto gpus = count_of_gpus(value_of(submission, "gpus"));
  const auto features = value_of(submission, "features");
  std::string chunk;
  if (dialect == Dialect::openpbs) {
    add_resource(chunk, "ncpus", cpus);
    add_resource(chunk, "mpiprocs", tasks);
    add_resource(chunk, "mem", memory);
    add_resource(chunk, "ngpus", gpus);
    for (const auto& feature : split(features, ':'))
      if (!feature.empty()) chunk += (chunk.empty() ? "" : ":") + feature;
    if (!chunk.empty() || !nodes.empty())
      command.insert(command.end(), {"-l", "select=" + (nodes.empty() ? "1" : nodes) +
                                               (chunk.empty() ? "" : ":" + chunk)});
    return;
  }
  add_resource(chunk, "ppn", cpus.empty() ? tasks : cpus);
  add_resource(chunk, "gpus", gpus);
  if (!features.empty()) chunk += (chunk.empty() ? "" : ":") + features;
  if (!chunk.empty() || !nodes.empty())
    command.insert(command.end(), {"-l", "nodes=" + (nodes.empty() ? "1" : nodes) +
                                             (chunk.empty() ? "" : ":" + chunk)});
  if (!memory.empty()) command.insert(command.end(), {"-l", "mem=" + memory});
}

std::string said_last(const CommandResult& answer) {
  std::string_view text = trim(trim(answer.err).empty() ? answer.out : answer.err);
  if (text.starts_with("qsub: ")) text.remove_prefix(6);
  // Slurm's qsub repeats its command first; the reason comes last.
  if (text.size() > k_longest_reason) text.remove_prefix(text.size() - k_longest_reason);
  return printable(text, k_longest_reason);
}

}  // namespace

const std::vector<batch::OptionRule>& option_rules() {
  static const std::vector<batch::OptionRule> rules{
      {"queue", OptionKind::word},         {"account", OptionKind::word},
      {"nodes", OptionKind::count},        {"tasks", OptionKind::count},
      {"cpus", OptionKind::count},         {"memory", OptionKind::amount},
      {"gpus", OptionKind::device},        {"features", OptionKind::word},
      {"arguments", OptionKind::arguments}};
  return rules;
}

Dialect dialect_of(const CommandResult& version) {
  return says(version, "pbs_version") ? Dialect::openpbs : Dialect::torque;
}

std::optional<Arguments> Pbs::probe_command() const {
  if (known_) return std::nullopt;
  return Arguments{"qstat", "--version"};
}

/// Torque's wants no server, OpenPBS's tells its own version without one: either answers at once.
Result<void> Pbs::read_probe(const CommandResult& answer) {
  if (answer.end != CommandResult::End::exited || is_unreachable(answer))
    return Error{Errc::unavailable, "qstat --version: " + answer.why()};
  dialect_ = dialect_of(answer);
  known_ = true;
  return {};
}

Result<Arguments> Pbs::submit_command(const batch::Submission& submission) const {
  // -r n: a job runs at most once; of an array PBS does not take that, and the claim must do. The
  // runner writes its own files, and the script its own log: PBS's would be copied about
  // afterwards.
  Arguments command{"qsub", "-N", submission.tag};
  if (submission.count > 1)
    command.insert(command.end(), {"-J", "0-" + std::to_string(submission.count - 1)});
  else
    command.insert(command.end(), {"-r", "n"});
  if (dialect_ == Dialect::openpbs)  // Slurm's qsub has no -S; -f: no process is left behind
    command.insert(command.end(), {"-f", "-S", "/bin/sh"});
  command.insert(command.end(), {"-o", "/dev/null", "-e", "/dev/null"});
  if (submission.duration.count() > 0)
    command.insert(command.end(), {"-l", "walltime=" + walltime(submission.duration)});
  add_place(submission, dialect_, command);
  if (const auto queue = value_of(submission, "queue"); !queue.empty())
    command.insert(command.end(), {"-q", queue});
  if (const auto account = value_of(submission, "account"); !account.empty())
    command.insert(command.end(), {"-A", account});
  for (auto& argument : batch::arguments_in(value_of(submission, "arguments")))
    command.push_back(std::move(argument));
  command.insert(command.end(), extra_arguments_.begin(), extra_arguments_.end());
  command.push_back(submission.script.string());
  return command;
}

Result<std::string> Pbs::read_submitted(const CommandResult& answer) const {
  if (answer.end == CommandResult::End::not_started)
    return Error{Errc::unavailable, "qsub: " + answer.why()};
  if (answer.is_good() || answer.is_silent_about_its_end())
    if (auto id = parse_id(answer.out)) return *std::move(id);
  if (answer.end != CommandResult::End::exited || answer.is_good() || answer.cut ||
      answer.exit_code == -1 || says(answer, "Socket timed out") || says(answer, "End of File"))
    return Error{Errc::timed_out, "qsub did not say whether PBS took the job: " + answer.why()};
  if (is_unreachable(answer) || answer.exit_code == k_too_many || says(answer, "would exceed"))
    return Error{Errc::unavailable, "PBS does not take the job at present: " + said_last(answer)};
  return Error{Errc::invalid_argument, "PBS refuses the job: " + said_last(answer)};
}

/// Torque lists an array as one job unless asked otherwise, and Slurm's commands of these names
/// never else: there only single jobs are submitted.
unsigned Pbs::most_in_array() const noexcept {
  return dialect_ == Dialect::openpbs ? k_most_in_array : 1;
}

std::string Pbs::element(const std::string& array, unsigned index) const {
  const auto brackets = array.find("[]");
  if (brackets == std::string::npos) return array;
  return std::string{array}.replace(brackets, 2, '[' + std::to_string(index) + ']');
}

std::optional<Arguments> Pbs::list_command(const std::vector<std::string>& natives) const {
  if (dialect_ == Dialect::torque) return Arguments{"qstat", "-f"};
  if (natives.empty()) return std::nullopt;
  Arguments command{"qstat", "-x", "-f"};
  // Of several jobs some versions (seen: 23.06) tell as JSON the first one only.
  if (natives.size() == 1) command.insert(command.end(), {"-F", "json"});
  command.insert(command.end(), natives.begin(), natives.end());
  return command;
}

Result<std::vector<Listed>> Pbs::read_list(const CommandResult& answer) const {
  const auto bad = [&](const std::string& why) {
    return Error{Errc::unavailable, "qstat: " + why};
  };
  if (answer.end != CommandResult::End::exited || answer.cut || is_unreachable(answer))
    return bad(answer.why());
  if (dialect_ == Dialect::torque) {
    if (answer.exit_code != 0 && answer.exit_code != k_unknown_job && answer.exit_code != -1)
      return bad(answer.why());
    auto all = parse_qstat_text(answer.out, dialect_);
    return all ? Result<std::vector<Listed>>{*std::move(all)} : bad(answer.why());
  }
  // Of several ids one may be unknown: then its exit code is that of the last error.
  const bool some = answer.exit_code == k_unknown_job || answer.exit_code == k_finished_job;
  const bool lines = trim(answer.out).starts_with("Job Id:");
  if (auto all = parse_qstat_json(answer.out)) return *std::move(all);
  if (lines && (answer.exit_code == 0 || some))
    if (auto all = parse_qstat_text(answer.out, dialect_)) return *std::move(all);
  if (some) return std::vector<Listed>{};
  return bad("the answer is not whole: " + answer.why());
}

std::optional<Arguments> Pbs::find_command(const std::string& tag) const {
  if (dialect_ == Dialect::torque) return std::nullopt;  // its list has all jobs
  return Arguments{"qselect", "-x", "-N", tag};
}

Result<std::optional<std::string>> Pbs::read_found(const CommandResult& answer) const {
  if (!answer.is_good()) return Error{Errc::unavailable, "qselect: " + answer.why()};
  return parse_id(answer.out);
}

std::optional<Arguments> Pbs::past_command(const std::string&) const { return std::nullopt; }

std::optional<Listed> Pbs::read_past(const CommandResult&, const std::string&) const {
  return std::nullopt;
}

Arguments Pbs::cancel_command(const std::string& native) const { return {"qdel", native}; }

/// PBS holds arrays, but none of their jobs.
bool Pbs::can_hold(const std::string& native) const noexcept {
  return native.find('[') == std::string::npos;
}

Arguments Pbs::hold_command(const std::string& native) const { return {"qhold", native}; }

Arguments Pbs::release_command(const std::string& native) const { return {"qrls", native}; }

Arguments Pbs::limit_command(const std::string& native, seconds limit) const {
  // There is no word for no limit; a year is none.
  const auto most = limit.count() > 0 ? limit : std::chrono::hours{24 * 365};
  return {"qalter", "-l", "walltime=" + walltime(most), native};
}

Result<void> Pbs::read_done(const CommandResult& answer) const {
  if (answer.is_good()) return {};
  if (answer.exit_code == k_unknown_job || answer.exit_code == k_finished_job) return {};
  // Slurm's qdel says so of a job that has ended.
  const bool silent = trim(answer.err).empty() && trim(answer.out).empty();
  if (dialect_ == Dialect::torque && answer.exit_code == 1 && silent) return {};
  const bool reached = answer.end == CommandResult::End::exited && !is_unreachable(answer) &&
                       answer.exit_code != k_wrong_state;
  return Error{reached ? Errc::unsupported : Errc::unavailable, "PBS: " + answer.why()};
}

}}}  // namespace opus::uws0::pbs
