#pragma once
// The options of descriptions: what may be said, filled in and held against the operator's limits.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <opus/executors.hpp>

namespace opus { inline namespace uws0 { namespace batch {

enum class OptionKind {
  word,       ///< no blanks or control characters, not beginning with '-'
  count,      ///< a whole number from 1
  amount,     ///< memory: a whole number from 1 with K, M, G or T
  device,     ///< "2", "a100:2"
  flag,       ///< "true" or "false"
  arguments,  ///< options of the submitting command, separated by blanks
};

struct OptionRule {
  std::string_view name;
  OptionKind kind;
};

using Options = std::map<std::string, std::string>;

/// The task's options and, for what it leaves open, the operator's; "${name}" replaced by the
/// job's parameter, and left out if it has none of that name. invalid_argument lists every fault.
Result<Options> options_of(const Task& task, const BatchConfig& config,
                           const std::vector<OptionRule>& rules);

/// The option "arguments", cut at blanks.
std::vector<std::string> arguments_in(std::string_view text);

}}}  // namespace opus::uws0::batch
