#pragma once
// What one call of a job function sees of its job.

#include <filesystem>
#include <mutex>
#include <stop_token>
#include <string>

#include <opus/executors.hpp>

namespace opus { inline namespace uws0 {

/// Threads: any, as TaskContext promises.
class FunctionContext final : public TaskContext {
 public:
  FunctionContext(const Task& task, EventSink& sink, std::stop_token stop);

  const JobId& job() const noexcept override { return task_.job; }
  std::optional<std::string> parameter(std::string_view name) const override;
  Result<double> number(std::string_view name) const override;
  Result<std::filesystem::path> input(std::string_view name) const override;
  const std::filesystem::path& work_dir() const noexcept override { return task_.work_dir; }
  std::stop_token stop_token() const noexcept override { return stop_; }
  void progress(double fraction, std::string text) override;
  Result<void> write_result(std::string_view name, std::string_view content) override;
  void print(std::string_view text) override;

 private:
  const Task& task_;
  EventSink& sink_;
  const std::stop_token stop_;
  std::mutex print_mutex_{};
};

}}  // namespace opus::uws0
