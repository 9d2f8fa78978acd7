// What Slurm prints.
#include <algorithm>
#include <array>
#include <limits>

#include "libopus/core/strings.hpp"
#include "libopus/executor/slurm/slurm.hpp"

namespace opus { inline namespace uws0 { namespace slurm {

using batch::Listed;
using batch::State;

namespace {

// Neither can be part of a job's name as we give it, nor of a state or reason.
constexpr char k_field_end = '\x1f';

struct Word {
  std::string_view word;
  State state;
};
constexpr std::array k_words{
    Word{"PENDING", State::queued},        Word{"CONFIGURING", State::queued},
    Word{"REQUEUED", State::queued},       Word{"REQUEUE_FED", State::queued},
    Word{"REQUEUE_HOLD", State::held},     Word{"RESV_DEL_HOLD", State::held},
    Word{"SPECIAL_EXIT", State::held},     Word{"RUNNING", State::running},
    Word{"RESIZING", State::running},      Word{"SIGNALING", State::running},
    Word{"STAGE_OUT", State::running},     Word{"SUSPENDED", State::suspended},
    Word{"STOPPED", State::suspended},     Word{"COMPLETING", State::ending},
    Word{"COMPLETED", State::completed},   Word{"FAILED", State::failed},
    Word{"CANCELLED", State::cancelled},   Word{"TIMEOUT", State::time_limit},
    Word{"DEADLINE", State::time_limit},   Word{"OUT_OF_MEMORY", State::out_of_memory},
    Word{"NODE_FAIL", State::node_failed}, Word{"BOOT_FAIL", State::node_failed},
    Word{"PREEMPTED", State::preempted},   Word{"REVOKED", State::cancelled},
};

/// As far as the line has them.
std::array<std::optional<std::string_view>, 6> fields_of(std::string_view line) {
  std::array<std::optional<std::string_view>, 6> fields;
  for (auto& field : fields) {
    const auto end = line.find(k_field_end);
    field = line.substr(0, end);
    if (end == line.npos) break;
    line.remove_prefix(end + 1);
  }
  return fields;
}

bool is_held(std::string_view reason) {
  // squeue writes "job requeued in held state", scontrol the same with underscores.
  return reason.starts_with("JobHeld") || reason.find("held") != std::string_view::npos;
}

bool is_number(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// The id of a job, or of a task of an array ("40_3").
bool is_id(std::string_view text) {
  const auto underscore = text.find('_');
  if (underscore == std::string_view::npos) return is_number(text);
  return is_number(text.substr(0, underscore)) && is_number(text.substr(underscore + 1));
}

std::optional<unsigned> index_in(std::string_view id) {
  const auto underscore = id.find('_');
  if (underscore == std::string_view::npos) return std::nullopt;
  const auto index = parse_integer(id.substr(underscore + 1));
  if (!index || *index < 0 || *index > std::numeric_limits<int>::max()) return std::nullopt;
  return static_cast<unsigned>(*index);
}

/// Whether "0,2-5,10-20:5%2" has that number.
bool holds(std::string_view set, unsigned number) {
  const auto at_end = [](std::string_view text) { return parse_integer(text).value_or(-1); };
  for (const auto& part : split(set.substr(0, set.find('%')), ',')) {
    const auto colon = part.find(':');
    const auto step = colon == part.npos ? 1 : at_end(std::string_view{part}.substr(colon + 1));
    const auto range = std::string_view{part}.substr(0, colon);
    const auto dash = range.find('-');
    const auto first = at_end(range.substr(0, dash));
    const auto last = dash == range.npos ? first : at_end(range.substr(dash + 1));
    if (first >= 0 && step > 0 && number >= first && number <= last && (number - first) % step == 0)
      return true;
  }
  return false;
}

/// Whether a line of sacct is about that job: "40_3" may be told as "40_[0,2-5]".
bool is_or_holds(std::string_view id, std::string_view native) {
  if (!is_id(native)) return false;
  if (id == native) return true;
  const auto index = index_in(native);
  const auto array = native.substr(0, native.find('_'));
  if (!index || !id.starts_with(array) || !id.ends_with(']')) return false;
  id.remove_prefix(array.size());
  return id.starts_with("_[") && holds(id.substr(2, id.size() - 3), *index);
}

/// A wait status, as squeue prints it.
void set_exit(Listed& listed, std::string_view raw) {
  const auto status = parse_integer(trim(raw));
  if (!status || *status < 0 || !is_over(listed.state)) return;
  if (const int signal = static_cast<int>(*status & 0x7f); signal != 0)
    listed.signal = signal;
  else
    listed.exit_code = static_cast<int>((*status >> 8) & 0xff);
}

void set_restarts(Listed& listed, std::string_view text) {
  const auto count = parse_integer(trim(text));
  if (count && *count > 0 && *count <= std::numeric_limits<int>::max())
    listed.restarts = static_cast<unsigned>(*count);
}

/// "code:signal", as sacct prints it.
void set_exit_pair(Listed& listed, std::string_view pair) {
  const auto colon = pair.find(':');
  if (colon == std::string_view::npos) return;
  const auto code = parse_integer(pair.substr(0, colon));
  const auto signal = parse_integer(pair.substr(colon + 1));
  if (signal && *signal > 0)
    listed.signal = static_cast<int>(*signal & 0x7f);
  else if (code && *code >= 0)
    listed.exit_code = static_cast<int>(*code & 0xff);
}

std::string known_reason(std::string_view reason) {
  const auto text = trim(reason);
  return text == "None" || text == "(null)" || text == "N/A" ? std::string{} : printable(text, 200);
}

}  // namespace

State state_of(std::string_view word, std::string_view reason) {
  for (const auto& [name, state] : k_words) {
    if (name != word) continue;
    if (state != State::queued) return state;
    if (reason == "DependencyNeverSatisfied") return State::not_started;
    return is_held(reason) ? State::held : State::queued;
  }
  return State::unknown;
}

std::optional<std::vector<Listed>> parse_squeue(std::string_view text) {
  std::vector<Listed> all;
  if (!text.empty() && text.back() != '\n') return std::nullopt;
  std::size_t strange = 0;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto fields = fields_of(text.substr(0, end));
    text.remove_prefix(end + 1);
    if (!fields[3] || !is_id(trim(*fields[0]))) {
      ++strange;
      continue;
    }
    Listed listed;
    listed.native = trim(*fields[0]);
    listed.index = index_in(listed.native);
    listed.word = printable(trim(*fields[1]));
    listed.reason = known_reason(*fields[2]);
    listed.state = state_of(listed.word, listed.reason);
    listed.tag = trim(*fields[3]);
    if (fields[4]) set_exit(listed, *fields[4]);
    if (fields[5]) set_restarts(listed, *fields[5]);
    all.push_back(std::move(listed));
  }
  if (strange > 0 && all.empty()) return std::nullopt;
  return all;
}

std::optional<Listed> parse_sacct(std::string_view text, std::string_view native) {
  std::optional<Listed> last;
  for (const auto& line : split(text, '\n')) {
    const auto fields = split(line, '|');
    if (fields.size() < 4 || !is_or_holds(fields[0], native)) continue;
    Listed listed;
    listed.native = native;
    listed.index = index_in(listed.native);
    // "CANCELLED by 1002" has a tail, and a word can be cut and end in '+'.
    listed.word = printable(fields[1].substr(0, fields[1].find_first_of(" +")));
    if (fields[1].find(" by ") != std::string::npos) listed.reason = printable(fields[1]);
    listed.state = state_of(listed.word, {});
    set_exit_pair(listed, fields[2]);
    listed.tag = fields[3];
    last = std::move(listed);
  }
  return last;
}

std::optional<std::string> parse_submitted(std::string_view text) {
  // Plug-ins of a site may greet before. A line without its end may be half an id.
  std::optional<std::string> found;
  for (const auto& line : split(text.substr(0, text.rfind('\n') + 1), '\n')) {
    const auto id = trim(line).substr(0, trim(line).find(';'));
    if (is_number(id)) found = std::string{id};
  }
  return found;
}

}}}  // namespace opus::uws0::slurm
