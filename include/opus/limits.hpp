#pragma once
// What one owner of jobs may have and ask for, beyond what holds for everybody.

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace opus { inline namespace uws0 {

/// Values that a parameter may have, of those that the description allows: one of `allowed`, or
/// one from `min` to `max`. All empty: none.
struct ValueRule {
  std::string parameter{};                  ///< names without regard to case
  std::vector<std::string> allowed{};       ///< exactly as the client writes them
  std::optional<std::string> min{}, max{};  ///< inclusive, in the datatype's text form
  bool operator==(const ValueRule&) const = default;
};

struct OwnerLimits {
  std::optional<std::uint64_t> queued{};     ///< jobs that wait: QUEUED and HELD; nullopt = any
  std::optional<std::uint64_t> executing{};  ///< jobs that executors have, be it in their own
                                             ///< queues; nullopt = any number
  std::chrono::seconds execution_duration_max{0};  ///< 0 = none
  std::chrono::seconds retention_max{0};           ///< until destruction; 0 = none
  std::optional<std::uint64_t> result_bytes{};     ///< all results of one job; nullopt = any size
  std::optional<std::uint64_t> disk_bytes{};       ///< all uploads and results of the owner, each
                                                   ///< with its size; nullopt = any size
  std::vector<ValueRule> values{};
  bool operator==(const OwnerLimits&) const = default;
};

/// What is allowed to an owner (nullopt: to whom nobody knows) now. With a description: for its
/// jobs alone, counted by themselves, where `disk_bytes` means nothing; with an empty one: for all
/// of his jobs together. Both hold. Threads: any, several at once; asked often, must not block.
using LimitsOfOwner = std::function<OwnerLimits(const std::optional<std::string>& owner,
                                                std::string_view description)>;

/// What an owner has of what is limited.
struct OwnerUsage {
  std::uint64_t queued = 0;      ///< jobs QUEUED and HELD
  std::uint64_t executing = 0;   ///< jobs EXECUTING
  std::uint64_t disk_bytes = 0;  ///< 0 if one description is asked about
  bool operator==(const OwnerUsage&) const = default;
};

}}  // namespace opus::uws0
