// Inputs and results: names, kinds, how many, where from and where to.
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "libopus/core/files.hpp"
#include "libopus/core/strings.hpp"
#include "libopus/description/check.hpp"
#include "libopus/description/text_rules.hpp"
#include "libopus/job/value_check.hpp"
#include "libopus/job/value_words.hpp"

namespace opus { inline namespace uws0 { namespace description {

namespace {

class FileCheck {
 public:
  FileCheck(const JobDescription& description, std::string path, std::vector<Fault>& faults)
      : description_(description), path_(std::move(path)), faults_(faults) {}

  void input(const InputDescription& input) {
    common(input);
    for (std::size_t i = 0; i < input.content_types.size(); ++i)
      expect(is_media_type(input.content_types[i], true), "contentTypes[" + std::to_string(i) + "]",
             "a media type such as image/fits or image/*", input.content_types[i]);
    url(input);
    if (input.default_value)
      expect(!input.default_value->empty() && is_text(*input.default_value), "default",
             "text without control characters, or no member", *input.default_value);
  }

  void result(const ResultDescription& result) {
    common(result);
    expect(result.content_type.empty() || is_media_type(result.content_type, false), "contentType",
           "a media type such as image/fits", result.content_type);
    const auto* const parameter = find_parameter(description_, result.name);
    if (parameter) path_parameter(*parameter, result);
    if (!result.path.empty())
      expect(is_line(result.path) && is_safe_relative_path(result.path), "path",
             "a file name or glob below the work folder", result.path);
    else
      expect(parameter && (parameter->required || !parameter->default_value.value_or("").empty()),
             "path", "a file name or glob below the work folder", result.path);
    if (!parameter && !is_glob(result.path) && result.multiplicity.min > 1)
      expect(false, "path", "a glob, as there are several files", result.path);
  }

 private:
  void expect(bool right, std::string_view member, std::string_view expected,
              std::string_view got) {
    if (!right)
      faults_.push_back(
          {path_ + "." + std::string{member}, std::string{expected}, shown_value(got)});
  }

  template <class Item> void common(const Item& item) {
    check_variable_name(item.name, path_ + ".name", faults_);
    expect(is_text(item.annotation), "annotation", "text without control characters",
           item.annotation);
    expect(is_line(item.role), "role", "one line of text without control characters", item.role);
    const Multiplicity& m = item.multiplicity;
    expect(!m.max || (*m.max > 0 && *m.max >= m.min), "multiplicity", k_multiplicity_expected,
           to_string(m));
  }

  void url(const InputDescription& input) {
    if (input.url.empty()) return;
    if (input.kind == InputKind::value) {
      expect(false, "url", "nothing, as the input is a value and not a file", input.url);
      return;
    }
    const bool is_web = input.url.starts_with("http://") || input.url.starts_with("https://");
    expect(input.url == "file://$ID" ||
               (is_web && input.url.find("$ID") != std::string::npos && is_line(input.url) &&
                input.url.find(' ') == std::string::npos),
           "url", "file://$ID, or an http(s) URL with $ID in it", input.url);
  }

  void path_parameter(const ParameterDescription& parameter, const ResultDescription& result) {
    expect(parameter.datatype == Datatype::text, "name",
           "a parameter of datatype char, as it gives the file name", result.name);
    if (parameter.default_value && !parameter.default_value->empty())
      expect(is_line(*parameter.default_value) && is_safe_relative_path(*parameter.default_value),
             "name", "a parameter whose default is a file name below the work folder",
             *parameter.default_value);
  }

  const JobDescription& description_;
  std::string path_;
  std::vector<Fault>& faults_;
};

// Two results of one file: only one of them could have it.
void check_paths_differ(const std::vector<ResultDescription>& results, std::vector<Fault>& faults) {
  for (std::size_t i = 0; i < results.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (!results[i].path.empty() && results[i].path == results[j].path) {
        faults.push_back({"results[" + std::to_string(i) + "].path", "a path no other result has",
                          shown_value(results[i].path)});
        break;
      }
}

}  // namespace

void check_files_of(const JobDescription& description, std::vector<Fault>& faults) {
  for (std::size_t i = 0; i < description.inputs.size(); ++i)
    FileCheck{description, "inputs[" + std::to_string(i) + "]", faults}.input(
        description.inputs[i]);
  for (std::size_t i = 0; i < description.results.size(); ++i)
    FileCheck{description, "results[" + std::to_string(i) + "]", faults}.result(
        description.results[i]);
  check_paths_differ(description.results, faults);
}

}}}  // namespace opus::uws0::description
