#include "libopus/description/check.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "libopus/core/strings.hpp"
#include "libopus/job/value_check.hpp"

namespace opus { inline namespace uws0 {

namespace description {

namespace {

// Far more than people write; names are compared with each other.
constexpr std::size_t k_most_items = 1000;

void check_count(std::string_view field, std::size_t count, std::vector<Fault>& faults) {
  if (count > k_most_items)
    faults.push_back({std::string{field}, "at most " + std::to_string(k_most_items) + " items",
                      std::to_string(count)});
}

struct Named {
  std::string_view name;
  std::string field;
};

template <class Items>
void add_names(const Items& items, std::string_view list, std::vector<Named>& out) {
  for (std::size_t i = 0; i < items.size(); ++i)
    out.push_back({items[i].name, std::string{list} + "[" + std::to_string(i) + "].name"});
}

void check_unique(const std::vector<Named>& names, std::string_view expected,
                  std::vector<Fault>& faults) {
  for (std::size_t i = 0; i < names.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (ascii_iequals(names[i].name, names[j].name)) {
        faults.push_back({names[i].field, std::string{expected}, shown_value(names[i].name)});
        break;
      }
}

// Requests and scripts know parameters and inputs by one name, whatever its case.
void check_names(const JobDescription& description, std::vector<Fault>& faults) {
  std::vector<Named> asked, made;
  add_names(description.parameters, "parameters", asked);
  add_names(description.inputs, "inputs", asked);
  add_names(description.results, "results", made);
  check_unique(asked, "a name no other parameter or input has (whatever its case)", faults);
  check_unique(made, "a name no other result has (whatever its case)", faults);
  for (const auto& result : made) {
    if (find_input(description, result.name))
      faults.push_back({result.field, "a name no input has", shown_value(result.name)});
    const auto* const parameter = find_parameter(description, result.name);
    if (parameter && parameter->name != result.name)
      faults.push_back(
          {result.field,
           "the name of its parameter as it is spelled there: '" + parameter->name + "'",
           shown_value(result.name)});
  }
}

}  // namespace

std::vector<Fault> faults_of(const JobDescription& description) {
  std::vector<Fault> faults;
  check_count("parameters", description.parameters.size(), faults);
  check_count("inputs", description.inputs.size(), faults);
  check_count("results", description.results.size(), faults);
  check_count("command", description.command.size(), faults);
  if (!faults.empty()) return faults;
  check_head(description, faults);
  check_names(description, faults);
  check_parameters_of(description, faults);
  check_files_of(description, faults);
  return faults;
}

}  // namespace description

Result<void> check(const JobDescription& description) {
  auto faults = description::faults_of(description);
  if (faults.empty()) return {};
  return faults_error("description '" + printable(description.name) + "'", std::move(faults));
}

}}  // namespace opus::uws0
