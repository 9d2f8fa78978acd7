#pragma once
// What parameter values mean for the rest of a job. The checks are check_parameters() of
// opus/description.hpp.

#include <string>
#include <string_view>
#include <vector>

#include <opus/description.hpp>
#include <opus/job.hpp>

namespace opus { inline namespace uws0 {

const ResultDescription* find_result(const JobDescription& description,
                                     std::string_view name) noexcept;

/// The value of the first parameter of that name (case aside); null if there is none.
const std::string* find_value(const std::vector<Parameter>& parameters,
                              std::string_view name) noexcept;

/// The file name or glob of a result, below the work folder: the value of the parameter that shares
/// its name if there is one and it is not empty (as in OPUS), else the description's path, in which
/// "${name}" stands for the value of a parameter. Not checked: a value may lead out of the folder.
std::string result_path(const ResultDescription& result, const std::vector<Parameter>& parameters);

}}  // namespace opus::uws0
