#pragma once
// A few threads for work that may block.

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace opus { inline namespace uws0 { namespace http {

/// Runs what is posted, in order of arrival, on `count` threads. Work must not throw. The queue is
/// bounded by the number of connections, each of which has at most one request in work.
class Workers {
 public:
  explicit Workers(unsigned count);
  ~Workers();  ///< stop()

  void post(std::function<void()> work);
  /// Lets running work end and forgets the rest.
  void stop();

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}}}  // namespace opus::uws0::http
