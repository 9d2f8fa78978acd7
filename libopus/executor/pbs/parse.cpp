// What qstat and qsub print.
#include <algorithm>
#include <limits>

#include "libopus/core/json.hpp"
#include "libopus/core/strings.hpp"
#include "libopus/executor/pbs/pbs.hpp"

namespace opus { inline namespace uws0 { namespace pbs {

using batch::Listed;
using batch::State;

namespace {

// Substates of OpenPBS.
constexpr int k_waits_for_others = 22;  ///< H: a dependency
constexpr int k_deleted = 91;
constexpr int k_finished = 92;
// Exit statuses below 0 are PBS's own.
constexpr int k_walltime = -29;
constexpr int k_memory = -27;
constexpr int k_virtual_memory = -26;
constexpr int k_cpu_time = -28;
constexpr int k_signal_base = 256;

std::optional<int> as_int(std::optional<std::int64_t> number) {
  using Limits = std::numeric_limits<int>;
  if (!number || *number < Limits::min() || *number > Limits::max()) return std::nullopt;
  return static_cast<int>(*number);
}

bool is_id(std::string_view text) {
  if (text.empty() || text.front() < '0' || text.front() > '9') return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '-' || c == '_' || c == '[' || c == ']';
  });
}

/// Of "35[3].server".
std::optional<unsigned> index_in(std::string_view id) {
  const auto open = id.find('['), close = id.find(']');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open)
    return std::nullopt;
  const auto index = as_int(parse_integer(id.substr(open + 1, close - open - 1)));
  if (!index || *index < 0) return std::nullopt;
  return static_cast<unsigned>(*index);
}

/// Of a job that is over.
State ended_as(const Attributes& job, Dialect dialect, Listed& listed) {
  const auto status = job.exit_status;
  // Torque's C without a status, and Slurm's commands of these names, tell nothing of the end.
  if (!status && dialect == Dialect::torque) return State::completed;
  if (job.substate == k_deleted) return State::cancelled;
  if (!status) return job.substate == k_finished ? State::not_started : State::cancelled;
  if (*status == k_walltime || *status == k_cpu_time) return State::time_limit;
  if (*status == k_memory || *status == k_virtual_memory) return State::out_of_memory;
  if (*status < 0) {
    listed.reason = "PBS's status " + std::to_string(*status) +
                    (listed.reason.empty() ? "" : ": " + listed.reason);
    return State::node_failed;
  }
  if (*status >= k_signal_base)
    listed.signal = *status - k_signal_base;
  else
    listed.exit_code = *status;
  return *status == 0 ? State::completed : State::failed;
}

std::string text_of(const Json& object, std::string_view name) {
  const auto value = object.find(name);
  return value ? std::string{value->as_string()} : std::string{};
}

std::optional<int> number_of(const Json& object, std::string_view name) {
  const auto value = object.find(name);
  return value ? as_int(value->as_integer()) : std::nullopt;
}

void set(Attributes& job, std::string_view key, std::string_view value) {
  if (key == "Job_Name")
    job.name = value;
  else if (key == "job_state")
    job.state = value;
  else if (key == "substate")
    job.substate = as_int(parse_integer(value));
  else if (key == "exit_status" || key == "Exit_status")
    job.exit_status = as_int(parse_integer(value));
  else if (key == "run_count")
    job.run_count = as_int(parse_integer(value));
  else if (key == "Hold_Types")
    job.hold = value;
  else if (key == "comment")
    job.comment = value;
}

}  // namespace

Listed listed_of(const Attributes& job, Dialect dialect) {
  Listed listed;
  listed.native = job.native;
  listed.index = index_in(listed.native);
  listed.tag = job.name;
  listed.word = printable(job.state);
  listed.reason = printable(job.comment, 200);
  listed.restarts = static_cast<unsigned>(std::max(job.run_count.value_or(0), 0));
  const char letter = job.state.size() == 1 ? job.state.front() : '?';
  switch (letter) {
    case 'Q':
    case 'W':
    case 'T': listed.state = State::queued; break;
    case 'H':
      listed.state = job.substate == k_waits_for_others ? State::queued : State::held;
      break;
    case 'R':
    case 'B': listed.state = State::running; break;
    case 'S': listed.state = State::suspended; break;
    case 'U': listed.state = dialect == Dialect::openpbs ? State::suspended : State::unknown; break;
    case 'E': listed.state = State::ending; break;
    case 'F':
    case 'X':
    case 'C': listed.state = ended_as(job, dialect, listed); break;
    default: listed.state = State::unknown; break;
  }
  return listed;
}

std::optional<std::vector<Listed>> parse_qstat_json(std::string_view text) {
  const auto json = Json::parse(text, "qstat");
  if (!json || !json->is_object() || !json->find("pbs_version")) return std::nullopt;
  std::vector<Listed> all;
  const auto jobs = json->find("Jobs");
  if (!jobs) return all;  // none of those we asked for
  for (const auto& native : jobs->keys()) {
    const auto object = jobs->find(native);
    if (!object || !object->is_object()) continue;
    Attributes job;
    job.native = native;
    job.name = text_of(*object, "Job_Name");
    job.state = text_of(*object, "job_state");
    job.substate = number_of(*object, "substate");
    job.exit_status = number_of(*object, "Exit_status");
    job.run_count = number_of(*object, "run_count");
    job.hold = text_of(*object, "Hold_Types");
    job.comment = text_of(*object, "comment");
    all.push_back(listed_of(job, Dialect::openpbs));
  }
  return all;
}

std::optional<std::vector<Listed>> parse_qstat_text(std::string_view text, Dialect dialect) {
  std::vector<Listed> all;
  std::optional<Attributes> job;
  bool strange = false, in_comment = false;
  const auto put = [&] {
    if (job) all.push_back(listed_of(*job, dialect));
    job.reset();
  };
  for (const auto& line : split(text, '\n')) {
    constexpr std::string_view k_head = "Job Id:";
    if (job && in_comment && line.starts_with('\t')) {  // long values go on in the next line
      job->comment += std::string_view{line}.substr(1);
    } else if (line.starts_with(k_head)) {
      put();
      in_comment = false;
      job.emplace().native = trim(std::string_view{line}.substr(k_head.size()));
    } else if (const auto equals = line.find(" = "); job && equals != std::string::npos) {
      const auto key = trim(std::string_view{line}.substr(0, equals));
      set(*job, key, trim(std::string_view{line}.substr(equals + 3)));
      in_comment = key == "comment";
    } else if (!job && !trim(line).empty()) {
      strange = true;
    }
  }
  put();
  if (strange && all.empty()) return std::nullopt;
  return all;
}

std::optional<std::string> parse_id(std::string_view text) {
  std::optional<std::string> found;
  for (const auto& line : split(text.substr(0, text.rfind('\n') + 1), '\n'))
    if (is_id(trim(line))) found = std::string{trim(line)};
  return found;
}

}}}  // namespace opus::uws0::pbs
