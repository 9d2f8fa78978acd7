#include "libopus/executor/function/task_context.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <utility>

#include "libopus/core/files.hpp"
#include "libopus/core/strings.hpp"

namespace opus { inline namespace uws0 {
namespace {

template <class Named>
const Named* find_named(const std::vector<Named>& all, std::string_view name) {
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const Named& one) { return ascii_iequals(one.name, name); });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace

FunctionContext::FunctionContext(const Task& task, EventSink& sink, std::stop_token stop)
    : task_(task), sink_(sink), stop_(std::move(stop)) {}

std::optional<std::string> FunctionContext::parameter(std::string_view name) const {
  const Parameter* const parameter = find_named(task_.parameters, name);
  if (parameter == nullptr) return std::nullopt;
  return parameter->value;
}

Result<double> FunctionContext::number(std::string_view name) const {
  const std::optional<std::string> text = parameter(name);
  if (!text)
    return faults_error("parameters", {{std::string{name}, "a number", "no such parameter"}});
  const std::optional<double> number = parse_number(*text);
  if (!number)
    return faults_error("parameters", {{std::string{name}, "a number", printable(*text)}});
  return *number;
}

Result<std::filesystem::path> FunctionContext::input(std::string_view name) const {
  const TaskInput* const input = find_named(task_.inputs, name);
  if (input == nullptr)
    return Error{Errc::not_found, "the job has no input named '" + printable(name) + "'", {}};
  return input->path;
}

void FunctionContext::progress(double fraction, std::string text) {
  const bool known = std::isfinite(fraction);
  sink_.on_progress(task_.job, known ? std::optional{std::clamp(fraction, 0.0, 1.0)} : std::nullopt,
                    std::move(text));
}

Result<void> FunctionContext::write_result(std::string_view name, std::string_view content) {
  const TaskResult* const result = find_named(task_.results, name);
  if (result == nullptr)
    return Error{
        Errc::not_found, "the description has no result named '" + printable(name) + "'", {}};
  if (!is_safe_relative_path(result->path) ||
      result->path.find_first_of("*?[") != std::string::npos)
    return Error{Errc::invalid_argument,
                 "result " + result->name + ": '" + printable(result->path) +
                     "' is a pattern, not the name of one file",
                 {}};
  const std::filesystem::path file = task_.work_dir / result->path;
  OPUS_UWS_CHECK(make_directories(file.parent_path(), 0700));
  return write_file_atomically(file, content);
}

void FunctionContext::print(std::string_view text) {
  const std::lock_guard lock{print_mutex_};
  std::ofstream{task_.stdout_path, std::ios::app | std::ios::binary} << text << '\n';
}

}}  // namespace opus::uws0
