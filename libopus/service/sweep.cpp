#include "libopus/service/sweep.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "libopus/core/strings.hpp"

namespace opus { inline namespace uws0 { namespace service {
namespace {

constexpr std::string_view k_dots = "..";
constexpr std::string_view k_range_form = "a range as first..last or first..last..step";

Error bad_range(std::string expected, std::string_view text) {
  return faults_error({}, {{"range", std::move(expected), printable(text)}});
}

std::vector<std::string_view> split_dots(std::string_view text) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t dots = text.find(k_dots);
    parts.push_back(trim(text.substr(0, dots)));
    if (dots == std::string_view::npos) return parts;
    text.remove_prefix(dots + k_dots.size());
  }
}

/// Digits after the point; of "1e-3" none can be counted.
std::size_t decimals_of(std::string_view number) {
  const std::size_t point = number.find('.');
  return point == std::string_view::npos ? 0 : number.size() - point - 1;
}

bool has_exponent(std::string_view number) {
  return number.find_first_of("eE") != std::string_view::npos;
}

/// A value of a range as a person would write it: with as many decimals as first and step have.
std::string number_text(double value, std::size_t decimals, bool scientific) {
  char digits[400];  // the largest double has 309 digits
  const auto end = scientific ? std::to_chars(std::begin(digits), std::end(digits), value).ptr
                              : std::to_chars(std::begin(digits), std::end(digits), value,
                                              std::chars_format::fixed,
                                              static_cast<int>(std::min<std::size_t>(decimals, 17)))
                                    .ptr;
  return {digits, end};
}

Result<std::size_t> count_of(double first, double last, double step, std::string_view text,
                             std::size_t max) {
  if (step == 0 || (last - first) * step < 0)
    return bad_range("a step that leads from first to last", text);
  constexpr double k_slack = 1e-9;  // 0..0.3..0.1 has its last value, whatever binary makes of it
  const double steps = std::floor((last - first) / step + k_slack);
  if (!(steps < static_cast<double>(max)))
    return bad_range("at most " + std::to_string(max) + " values", text);
  return static_cast<std::size_t>(steps) + 1;
}

Result<void> add_integers(const std::vector<std::string_view>& parts, std::string_view text,
                          std::size_t max, std::vector<std::string>& out) {
  const auto first = parse_integer(parts[0]);
  const auto last = parse_integer(parts[1]);
  const auto given = parts.size() == 3 ? parse_integer(parts[2]) : std::optional<std::int64_t>{1};
  if (!first || !last || !given)
    return bad_range(std::string{k_range_form} + " of whole numbers", text);
  const std::int64_t step = parts.size() == 3 ? *given : *last < *first ? -1 : 1;
  OPUS_UWS_TRY(const std::size_t count,
               count_of(static_cast<double>(*first), static_cast<double>(*last),
                        static_cast<double>(step), text, max));
  for (std::size_t i = 0; i < count; ++i)
    out.push_back(std::to_string(*first + static_cast<std::int64_t>(i) * step));
  return {};
}

Result<void> add_numbers(const std::vector<std::string_view>& parts, std::string_view text,
                         std::size_t max, std::vector<std::string>& out) {
  const auto first = parse_number(parts[0]);
  const auto last = parse_number(parts[1]);
  const auto given = parts.size() == 3 ? parse_number(parts[2]) : std::optional<double>{1};
  if (!first || !last || !given) return bad_range(std::string{k_range_form}, text);
  const double step = parts.size() == 3 ? *given : *last < *first ? -1 : 1;
  OPUS_UWS_TRY(const std::size_t count, count_of(*first, *last, step, text, max));
  const std::string_view step_text = parts.size() == 3 ? parts[2] : std::string_view{};
  const bool scientific = has_exponent(parts[0]) || has_exponent(step_text);
  const std::size_t decimals = std::max(decimals_of(parts[0]), decimals_of(step_text));
  for (std::size_t i = 0; i < count; ++i)
    out.push_back(number_text(*first + static_cast<double>(i) * step, decimals, scientific));
  return {};
}

bool is_number(const ParameterDescription& parameter) {
  return parameter.arraysize.empty() && parameter.datatype != Datatype::text &&
         parameter.datatype != Datatype::boolean;
}

bool is_integer(Datatype datatype) {
  return datatype != Datatype::float_number && datatype != Datatype::double_number;
}

/// Everything that was given under one name.
struct Axis {
  std::string name{};
  std::vector<std::string> values{};
  std::vector<std::size_t> uploads{};  ///< come after the values
  bool together = false;               ///< an input that takes several: each job has them all

  std::size_t size() const { return together ? 1 : values.size() + uploads.size(); }
};

class Expansion {
 public:
  Expansion(const SweepRequest& request, const JobDescription& description, std::size_t max_jobs)
      : request_(request), description_(description), max_jobs_(max_jobs) {}

  Result<std::vector<SweepJob>> expand() {
    for (const auto& [name, value] : request_.job.parameters) add_value(name, value);
    for (std::size_t i = 0; i < request_.job.uploads.size(); ++i) add_upload(i);
    if (!faults_.empty()) return faults_error("sweep", std::move(faults_));
    OPUS_UWS_TRY(const std::size_t count, count_jobs());
    std::vector<SweepJob> jobs(count);
    for (std::size_t i = 0; i < count; ++i) fill(jobs[i], i);
    return jobs;
  }

 private:
  Axis& axis(const std::string& name) {
    const auto found =
        std::find_if(axes_.begin(), axes_.end(), [&](const Axis& one) { return one.name == name; });
    if (found != axes_.end()) return *found;
    return axes_.emplace_back(Axis{name, {}, {}, false});
  }

  Axis& axis_of(const InputDescription& input) {
    Axis& one = axis(input.name);
    one.together = input.multiplicity.max != 1u;
    return one;
  }

  void add_value(const std::string& name, const std::string& value) {
    if (const ParameterDescription* parameter = find_parameter(description_, name)) {
      if (!is_number(*parameter)) return axis(parameter->name).values.push_back(value);
      auto values = expand_numbers(value, is_integer(parameter->datatype), max_jobs_);
      if (!values) {
        const Fault& fault = values.error().faults.front();
        faults_.push_back({parameter->name, fault.expected, fault.got});
        return;
      }
      Axis& one = axis(parameter->name);
      one.values.insert(one.values.end(), values->begin(), values->end());
    } else if (const InputDescription* input = find_input(description_, name)) {
      axis_of(*input).values.push_back(value);
    }
  }

  void add_upload(std::size_t i) {
    const InputDescription* input = find_input(description_, request_.job.uploads[i].name);
    if (input != nullptr) axis_of(*input).uploads.push_back(i);  // others are refused later
  }

  Result<std::size_t> count_jobs() const {
    std::size_t count = 1;
    if (request_.kind == SweepKind::zip) {
      std::string sizes;
      bool equal = true;
      for (const Axis& one : axes_) {
        if (one.size() <= 1) continue;
        equal = equal && (count == 1 || count == one.size());
        count = one.size();
        sizes += (sizes.empty() ? "" : ", ") + std::to_string(count) + " of " + one.name;
      }
      if (!equal)
        return faults_error("sweep", {{"zip", "equally many values of each parameter", sizes}});
    } else {
      for (const Axis& one : axes_) {
        if (one.size() > 1 && count > max_jobs_ / one.size()) return too_many();
        count *= std::max<std::size_t>(one.size(), 1);
      }
    }
    if (count > max_jobs_) return too_many();
    return count;
  }

  Error too_many() const {
    std::string sizes;
    for (const Axis& one : axes_)
      if (one.size() > 1)
        sizes += (sizes.empty() ? "" : " x ") + std::to_string(one.size()) + " of " + one.name;
    return faults_error(
        "sweep", {{"sweep_max", "at most " + std::to_string(max_jobs_) + " jobs at once", sizes}});
  }

  void fill(SweepJob& job, std::size_t number) const {
    std::vector<std::size_t> places(axes_.size(), 0);
    for (std::size_t i = axes_.size(); i-- > 0;) {  // the last axis varies fastest
      const std::size_t size = axes_[i].size();
      if (size > 1) places[i] = request_.kind == SweepKind::zip ? number : number % size;
      if (request_.kind == SweepKind::product) number /= size;
    }
    for (std::size_t i = 0; i < axes_.size(); ++i) {
      const Axis& one = axes_[i];
      const std::size_t place = places[i];
      if (one.together) {
        for (const std::string& value : one.values) job.parameters.emplace_back(one.name, value);
        job.uploads.insert(job.uploads.end(), one.uploads.begin(), one.uploads.end());
      } else if (place < one.values.size()) {
        job.parameters.emplace_back(one.name, one.values[place]);
      } else {
        job.uploads.push_back(one.uploads[place - one.values.size()]);
      }
    }
  }

  const SweepRequest& request_;
  const JobDescription& description_;
  const std::size_t max_jobs_;
  std::vector<Axis> axes_{};
  std::vector<Fault> faults_{};
};

}  // namespace

Result<std::vector<std::string>> expand_numbers(std::string_view text, bool is_integer,
                                                std::size_t max) {
  std::vector<std::string> out;
  for (const std::string& item : split(text, ',')) {
    const std::vector<std::string_view> parts = split_dots(item);
    if (parts.size() > 3) return bad_range(std::string{k_range_form}, item);
    if (parts.size() == 1)
      out.emplace_back(parts[0]);  // whatever it is: values are checked as those of other jobs
    else if (is_integer)
      OPUS_UWS_CHECK(add_integers(parts, item, max, out));
    else
      OPUS_UWS_CHECK(add_numbers(parts, item, max, out));
    if (out.size() > max) return bad_range("at most " + std::to_string(max) + " values", text);
  }
  return out;
}

Result<std::vector<SweepJob>> expand_sweep(const SweepRequest& request,
                                           const JobDescription& description,
                                           std::size_t max_jobs) {
  return Expansion{request, description, max_jobs}.expand();
}

}}}  // namespace opus::uws0::service
