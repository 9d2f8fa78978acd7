#pragma once
// Threads that run what they are given, in order.

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace opus { inline namespace uws0 { namespace service {

/// One or more threads with one queue. post() from any thread. stop() lets what is queued finish,
/// then joins; later posts are dropped.
class Worker {
 public:
  using Job = std::function<void()>;

  explicit Worker(unsigned threads = 1);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void post(Job job);
  void stop();

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}}}  // namespace opus::uws0::service
