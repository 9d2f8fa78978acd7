#include <opus/executor.hpp>
#include <opus/executors.hpp>

#include "libopus/executor/takes_many.hpp"

namespace opus { inline namespace uws0 {

EventSink::~EventSink() = default;

Executor::~Executor() = default;

TakesMany::~TakesMany() = default;

void Executor::prepare(const ExecutorSite&) {}

Result<void> Executor::set_execution_duration(const JobId&, const NativeId&, std::chrono::seconds) {
  return Error{Errc::unsupported, "the executor '" + std::string{name()} +
                                      "' cannot change the execution duration of a running job"};
}

bool Executor::can_hold(const NativeId&) const noexcept { return false; }

Result<void> Executor::hold(const JobId&, const NativeId&) {
  return Error{Errc::unsupported,
               "the executor '" + std::string{name()} + "' cannot hold a job that it has"};
}

Result<void> Executor::release(const JobId&, const NativeId&) {
  return Error{Errc::unsupported, "the executor '" + std::string{name()} +
                                      "' cannot release a job that its backend holds"};
}

// The safe answer for an executor that did not think of it.
bool Executor::remembers_tasks() const noexcept { return false; }

bool Executor::queues_tasks() const noexcept { return false; }

TaskContext::~TaskContext() = default;

}}  // namespace opus::uws0
