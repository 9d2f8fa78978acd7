#include "server/rest/job_form.hpp"

#include <algorithm>
#include <cctype>

namespace opus { inline namespace uws0 { namespace rest {
namespace {

constexpr std::size_t k_max_run_id = 64;  // DALI 1.2 §4.3.6

bool is_web_url(std::string_view uri) noexcept {
  return iequals(uri.substr(0, 7), "http://") || iequals(uri.substr(0, 8), "https://");
}

/// DALI 1.2 §4.3.5: letters, digits, underscore; begins with a letter.
bool is_upload_name(std::string_view name) noexcept {
  const auto is_letter = [](char c) { return to_lower(c) >= 'a' && to_lower(c) <= 'z'; };
  return !name.empty() && is_letter(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_'; });
}

class FormReader {
 public:
  explicit FormReader(const Request& request)
      : request_(request), part_used_(request.files.size(), false) {}

  Result<JobForm> read() {
    for (const Pairs* pairs : {&request_.query, &request_.form})
      for (const auto& [name, value] : *pairs) take(name, value);
    take_unnamed_files();
    if (!faults_.empty()) return faults_error("request", std::move(faults_));
    return std::move(form_);
  }

 private:
  void take(const std::string& name, const std::string& value) {
    if (iequals(name, "PHASE"))
      take_phase(value);
    else if (iequals(name, "ACTION"))
      set_once(form_.action, to_upper(value), "ACTION", value);
    else if (iequals(name, "RUNID"))
      take_run_id(value);
    else if (iequals(name, "EXECUTIONDURATION"))
      take_duration(value);
    else if (iequals(name, "DESTRUCTION"))
      take_destruction(value);
    else if (iequals(name, "UPLOAD"))
      take_uploads(value);
    else
      form_.parameters.emplace_back(name, value);
  }

  /// Control parameters have one value (DALI 1.2 §4.2); the same one twice does no harm.
  template <class T>
  void set_once(std::optional<T>& member, T value, std::string_view name, std::string_view text) {
    if (member && *member != value)
      faults_.push_back({std::string(name), "one value", in_quotes(text) + " as well"});
    member = std::move(value);
  }

  void take_phase(std::string_view text) {
    const std::string word = to_upper(text);
    if (word == "RUN")
      set_once(form_.phase, PhaseCommand::run, "PHASE", text);
    else if (word == "HOLD")
      set_once(form_.phase, PhaseCommand::hold, "PHASE", text);
    else if (word == "ABORT")
      set_once(form_.phase, PhaseCommand::abort, "PHASE", text);
    else
      faults_.push_back({"PHASE", "RUN, HOLD or ABORT", in_quotes(text)});
  }

  void take_run_id(const std::string& text) {
    if (text.size() > k_max_run_id)
      faults_.push_back({"RUNID", "at most 64 characters", in_quotes(text)});
    set_once(form_.run_id, text, "RUNID", text);
  }

  void take_duration(std::string_view text) {
    if (const auto duration = parse_execution_duration(text))
      set_once(form_.execution_duration, *duration, "EXECUTIONDURATION", text);
    else
      faults_.push_back(
          {"EXECUTIONDURATION", "whole seconds from 0 (no limit) to 2147483647", in_quotes(text)});
  }

  void take_destruction(std::string_view text) {
    if (const auto at = parse_iso8601(text))
      set_once(form_.destruction, *at, "DESTRUCTION", text);
    else
      faults_.push_back({"DESTRUCTION", "a UTC time like 2030-01-02T03:04:05Z", in_quotes(text)});
  }

  /// UPLOAD=name,uri, or several of them with ';' between (UWS-PAR-11, UWS-PAR-12).
  void take_uploads(std::string_view text) {
    while (!text.empty()) {
      const auto end = text.find(';');
      const std::string_view pair = trim(text.substr(0, end));
      text.remove_prefix(end == text.npos ? text.size() : end + 1);
      if (!pair.empty()) take_upload(pair);
    }
  }

  void take_upload(std::string_view pair) {
    const auto comma = pair.find(',');
    const std::string name(trim(pair.substr(0, comma)));
    const std::string_view uri = comma == pair.npos ? "" : trim(pair.substr(comma + 1));
    if (comma == pair.npos || !is_upload_name(name)) {
      fault("name,uri with a name of letters, digits and underscores", pair);
    } else if (std::any_of(upload_names_.begin(), upload_names_.end(),
                           [&](const std::string& other) { return iequals(other, name); })) {
      fault("each name once", pair);
    } else if (iequals(uri.substr(0, 6), "param:")) {
      take_part(name, uri.substr(6), pair);
    } else if (is_web_url(uri)) {
      form_.parameters.emplace_back(name, uri);
    } else {
      fault("a uri that begins with param:, http:// or https://", pair);
    }
    upload_names_.push_back(name);
  }

  void take_part(const std::string& name, std::string_view part, std::string_view pair) {
    const auto& files = request_.files;
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (!iequals(files[i].field, part)) continue;
      if (part_used_[i]) return fault("each part for one name", pair);
      part_used_[i] = true;
      return add_file(name, files[i]);
    }
    fault("a file part named " + in_quotes(part) + " in the same request", pair);
  }

  void take_unnamed_files() {
    for (std::size_t i = 0; i < request_.files.size(); ++i)
      if (!part_used_[i]) add_file(request_.files[i].field, request_.files[i]);
  }

  void add_file(const std::string& name, const UploadedFile& file) {
    form_.uploads.push_back({.name = name,
                             .file_name = file.file_name.empty() ? name : file.file_name,
                             .media_type = file.media_type,
                             .path = file.content.path()});
  }

  void fault(std::string expected, std::string_view got) {
    faults_.push_back({"UPLOAD", std::move(expected), in_quotes(got)});
  }

  const Request& request_;
  std::vector<bool> part_used_;
  std::vector<std::string> upload_names_;
  std::vector<Fault> faults_;
  JobForm form_;
};

}  // namespace

std::optional<std::chrono::seconds> parse_execution_duration(std::string_view text) noexcept {
  constexpr std::int64_t k_largest = 2147483647;
  const auto seconds = parse_integer(trim(text));
  if (!seconds || *seconds < 0 || *seconds > k_largest) return std::nullopt;
  return std::chrono::seconds{*seconds};
}

std::string word_of(PhaseCommand command) {
  switch (command) {
    case PhaseCommand::run: return "'RUN'";
    case PhaseCommand::hold: return "'HOLD'";
    case PhaseCommand::abort: break;
  }
  return "'ABORT'";
}

Result<JobForm> read_job_form(const Request& request) { return FormReader(request).read(); }

}}}  // namespace opus::uws0::rest
