#pragma once
// One line of a job's history: what happened to it, and when.

#include <optional>
#include <string>

#include <opus/phase.hpp>
#include <opus/time.hpp>

namespace opus { inline namespace uws0 {

/// Written in the transaction of the change that it tells of.
struct HistoryEntry {
  TimePoint at{};
  std::string kind{};           ///< "created", "run", "started", "finished", "aborted" ...
  std::optional<Phase> from{};  ///< both absent: the phase did not change
  std::optional<Phase> to{};
  std::string detail{};
  bool operator==(const HistoryEntry&) const = default;
};

}}  // namespace opus::uws0
