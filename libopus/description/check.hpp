#pragma once
// Is a description complete and consistent? The public form is opus::check().

#include <string>
#include <string_view>
#include <vector>

#include <opus/description.hpp>
#include <opus/error.hpp>

namespace opus { inline namespace uws0 { namespace description {

/// All faults; Fault::field is the path in the JSON form: "name", "parameters[2].max".
std::vector<Fault> faults_of(const JobDescription& description);

/// The parts of faults_of(), one per file.
void check_head(const JobDescription& description, std::vector<Fault>& faults);
void check_parameters_of(const JobDescription& description, std::vector<Fault>& faults);
void check_files_of(const JobDescription& description, std::vector<Fault>& faults);
/// The name of a parameter, an input or a result.
void check_variable_name(std::string_view name, std::string field, std::vector<Fault>& faults);

}}}  // namespace opus::uws0::description
