// What a description says about the job as a whole: its name, texts, executor, command and limits.
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "libopus/core/strings.hpp"
#include "libopus/description/check.hpp"
#include "libopus/description/text_rules.hpp"
#include "libopus/job/command.hpp"
#include "libopus/job/parameter_names.hpp"
#include "libopus/job/value_check.hpp"

namespace opus { inline namespace uws0 { namespace description {

namespace {

// UWS documents carry durations as xs:int.
constexpr std::chrono::seconds k_longest{std::numeric_limits<std::int32_t>::max()};

class HeadCheck {
 public:
  HeadCheck(const JobDescription& description, std::vector<Fault>& faults)
      : d_(description), faults_(faults) {}

  void run() {
    texts();
    executor();
    program();
    environment();
    durations();
    limits();
  }

 private:
  void expect(bool right, std::string field, std::string_view expected, std::string_view got) {
    if (!right) faults_.push_back({std::move(field), std::string{expected}, shown_value(got)});
  }

  void texts() {
    expect(is_description_name(d_.name), "name",
           "1 to 64 letters, digits, '_', '.', '-', beginning with a letter, digit or '_'",
           d_.name);
    expect(is_text(d_.annotation), "annotation", "text without control characters", d_.annotation);
    expect(is_line(d_.version) && !d_.version.empty(), "version", "a line of text", d_.version);
    line("type", d_.type);
    line("subtype", d_.subtype);
    line("contact.name", d_.contact.name);
    line("contact.email", d_.contact.email);
    expect(is_link(d_.doc_url), "docUrl", "a link (http, https, ftp, doi or urn) without blanks",
           d_.doc_url);
  }

  void line(std::string field, std::string_view text) {
    expect(is_line(text), std::move(field), "one line of text without control characters", text);
  }

  void executor() {
    expect(is_option_name(d_.executor), "executor", "1 to 64 letters, digits, '_', '.', '-'",
           d_.executor);
    for (const auto& [key, value] : d_.executor_options) {
      expect(is_option_name(key), "executorOptions", "keys of letters, digits, '_', '.', '-'", key);
      expect(is_text(value), "executorOptions." + printable(key), "text without control characters",
             value);
    }
  }

  void program() {
    if (d_.executor == "function") {
      expect(d_.command.empty() && d_.script.empty(), "command",
             "neither a command nor a script, as the executor 'function' calls a function of the "
             "host program",
             d_.command.empty() ? "a script" : "a command");
      return;
    }
    if (d_.command.empty() == d_.script.empty())
      faults_.push_back(
          {"command", "either a command or a script", d_.command.empty() ? std::string{} : "both"});
    for (std::size_t i = 0; i < d_.command.size(); ++i)
      expect(is_text(d_.command[i]) && (i > 0 || !d_.command[i].empty()),
             "command[" + std::to_string(i) + "]",
             i == 0 ? "the name or path of a program" : "text without control characters",
             d_.command[i]);
    for (auto& fault : command_faults(d_)) faults_.push_back(std::move(fault));
    expect(is_text(d_.script) && d_.script.find('\r') == std::string::npos, "script",
           "text without control characters, lines ended by line feeds only", d_.script);
  }

  void environment() {
    for (const auto& [name, value] : d_.environment) {
      const std::string field = "environment." + printable(name);
      expect(is_variable_name(name), field,
             "names of letters, digits and '_' that do not begin with a digit", name);
      expect(!ascii_iequals(std::string_view{name}.substr(0, 9), "OPUS_UWS_"), field,
             "names that do not begin with OPUS_UWS_", name);
      expect(!is_given_by_job(name), field, "names that no parameter, input or result has", name);
      expect(is_text(value), field, "text without control characters", value);
    }
  }

  bool is_given_by_job(std::string_view name) const {
    const auto named = [&](const auto& items) {
      for (const auto& item : items)
        if (item.name == name) return true;
      return false;
    };
    return named(d_.parameters) || named(d_.inputs) || named(d_.results);
  }

  void durations() {
    duration("executionDuration", d_.execution_duration, 0);
    duration("executionDurationMin", d_.execution_duration_min, 0);
    duration("executionDurationMax", d_.execution_duration_max, 0);
    if (d_.quote) duration("quote", *d_.quote, 0);
    if (d_.retention) duration("retention", *d_.retention, 1);
    duration("retentionMin", d_.retention_min, 0);
    duration("retentionMax", d_.retention_max, 0);
    const auto max = d_.execution_duration_max;
    if (max.count() > 0 && (d_.execution_duration.count() == 0 || d_.execution_duration > max))
      faults_.push_back(
          {"executionDuration",
           "1 to " + std::to_string(max.count()) + " seconds, as executionDurationMax says",
           std::to_string(d_.execution_duration.count())});
    const auto min = d_.execution_duration_min;
    if (d_.execution_duration.count() != 0)
      at_least("executionDuration", d_.execution_duration, "executionDurationMin", min);
    if (max.count() != 0) at_least("executionDurationMax", max, "executionDurationMin", min);
    if (d_.retention) {
      at_least("retention", *d_.retention, "retentionMin", d_.retention_min);
      if (d_.retention_max.count() != 0)
        at_least("retentionMax", d_.retention_max, "retention", *d_.retention);
    } else if (d_.retention_max.count() != 0) {
      at_least("retentionMax", d_.retention_max, "retentionMin", d_.retention_min);
    }
  }

  void at_least(std::string field, std::chrono::seconds value, const std::string& other,
                std::chrono::seconds least) {
    if (value < least && value.count() >= 0)  // else it has been told
      faults_.push_back(
          {std::move(field),
           "at least " + std::to_string(least.count()) + " seconds, as " + other + " says",
           std::to_string(value.count())});
  }

  void duration(std::string field, std::chrono::seconds value, int least) {
    if (value.count() < least || value > k_longest)
      faults_.push_back(
          {std::move(field),
           std::to_string(least) + " to " + std::to_string(k_longest.count()) + " seconds",
           std::to_string(value.count())});
  }

  void limits() {
    limit("limits.memoryBytes", d_.limits.memory_bytes);
    limit("limits.fileSizeBytes", d_.limits.file_size_bytes);
    limit("limits.openFiles", d_.limits.open_files);
    limit("limits.processes", d_.limits.processes);
    limit("limits.cpuSeconds", d_.limits.cpu_seconds);
  }

  void limit(std::string field, const std::optional<std::uint64_t>& value) {
    constexpr std::uint64_t k_most = std::numeric_limits<std::int64_t>::max();
    if (value && (*value == 0 || *value > k_most))
      faults_.push_back(
          {std::move(field), "1 to " + std::to_string(k_most), std::to_string(*value)});
  }

  const JobDescription& d_;
  std::vector<Fault>& faults_;
};

}  // namespace

void check_head(const JobDescription& description, std::vector<Fault>& faults) {
  HeadCheck{description, faults}.run();
}

}}}  // namespace opus::uws0::description
