#pragma once
// What an executor can be besides: one that takes the tasks of a sweep together.

#include <cstddef>
#include <span>
#include <vector>

#include <opus/executor.hpp>

namespace opus { inline namespace uws0 {

/// An Executor that derives from this too is handed the tasks of a sweep (one owner, RUNID and
/// description) that are ready together by one call, from the thread of its other calls.
class OPUS_UWS_API TakesMany {
 public:
  virtual ~TakesMany();
  /// From 2. Always the same.
  virtual std::size_t most_at_once() const noexcept = 0;
  /// Executor::submit() for each of at most most_at_once() tasks, which may be one request at the
  /// backend: the answers in the same order.
  virtual std::vector<Result<NativeId>> submit_all(std::span<const Task> tasks) = 0;
};

}}  // namespace opus::uws0
