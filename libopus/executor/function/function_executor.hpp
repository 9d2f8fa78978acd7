#pragma once
// Jobs in C++ (or, through the bindings, Python): callables on a bounded pool of threads.

#include <memory>
#include <string>
#include <string_view>

#include <opus/executors.hpp>

namespace opus { inline namespace uws0 {

struct FunctionExecutorConfig {
  unsigned max_threads = 0;        ///< calls at the same time; 0 = one per hardware thread
  std::shared_ptr<Clock> clock{};  ///< for the times of jobs; null = system_clock()
};

/// The executor "function". A task calls the function defined under its description's name.
///
/// A function cannot be killed: cancel() and the end of its execution duration set its stop token,
/// and its end is reported when it returns; a function that ignores the token keeps its thread and
/// its job until then. What it wrote stays. stop() waits for the functions that run, and reports
/// nothing of them. A function that ran when the process ended is lost: attach() answers unknown.
/// A job whose function is not defined (yet) is refused as unavailable: it waits.
class FunctionExecutor : public Executor {
 public:
  /// Adds or replaces. Calls that run keep the function they were started with. Threads: any.
  virtual void define(const std::string& name, JobFunction function) = 0;
  virtual void undefine(std::string_view name) = 0;
  virtual bool has(std::string_view name) const = 0;
};

std::unique_ptr<FunctionExecutor> make_function_executor(FunctionExecutorConfig config = {});

}}  // namespace opus::uws0
