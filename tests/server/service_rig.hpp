#pragma once
// A real service in a folder of its own, with jobs in C++ that end when a test wants it.

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string_view>

#include <opus/opus.hpp>

#include "tests/support/temp_folder.hpp"

namespace opus_test {

/// Has the jobs "echo" (parameters text and times, result "result"), "reader" (file input "image",
/// result "copy"), "fail", and "gate".
class ServiceRig {
 public:
  explicit ServiceRig(opus::ServiceConfig config = {});
  ~ServiceRig();

  opus::Service& service() { return *service_; }

  /// Waits until the job at this path or URL has ended, and returns it.
  opus::Job ended(std::string_view job_path);
  static opus::JobId id_of(std::string_view job_path);

  /// Jobs of "gate" run until they are let go.
  void open_gate();

 private:
  TempFolder folder_;
  std::mutex gate_mutex_;
  std::condition_variable_any gate_;
  bool gate_open_ = false;
  std::optional<opus::Service> service_;
};

}  // namespace opus_test
