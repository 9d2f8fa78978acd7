#pragma once
// When tokens were used last, written down now and then: no request waits for it.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <opus/time.hpp>

namespace opus { inline namespace uws0 { namespace access {

/// Threads: any. What is noted is written at most `delay` later, and when it is destroyed.
class LastUses {
 public:
  using Uses = std::vector<std::pair<std::string, TimePoint>>;
  using Write = std::function<void(const Uses&)>;

  LastUses(std::chrono::milliseconds delay, Write write);
  ~LastUses();

  void note(std::string_view token, TimePoint at);

 private:
  void run(const std::stop_token& stop);
  void write_now();

  const std::chrono::milliseconds delay_;
  const Write write_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::map<std::string, TimePoint, std::less<>> uses_;
  std::jthread thread_;
};

}}}  // namespace opus::uws0::access
