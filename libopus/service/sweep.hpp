#pragma once
// From one request to the jobs of a sweep: which values each of them has. Pure functions.

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <opus/description.hpp>
#include <opus/error.hpp>
#include <opus/service.hpp>

namespace opus { inline namespace uws0 { namespace service {

/// What one job of a sweep is given.
struct SweepJob {
  std::vector<std::pair<std::string, std::string>> parameters{};
  std::vector<std::size_t> uploads{};  ///< places in the request's
};

/// invalid_argument lists every fault; too many jobs are counted, not made.
Result<std::vector<SweepJob>> expand_sweep(const SweepRequest& request,
                                           const JobDescription& description, std::size_t max_jobs);

/// The values of "1,2,5", "1..10" or "0.5..2..0.25", in order. `is_integer`: whole numbers only.
/// invalid_argument: no range, no step, or more than `max` values.
Result<std::vector<std::string>> expand_numbers(std::string_view text, bool is_integer,
                                                std::size_t max);

}}}  // namespace opus::uws0::service
