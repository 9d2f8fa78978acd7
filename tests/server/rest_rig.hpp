#pragma once
// The REST layer over a real service in a folder of its own, called without sockets.

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <opus/opus.hpp>

#include "server/rest/api.hpp"
#include "tests/server/service_rig.hpp"

namespace opus_test {

/// The host of calls in a test: timers fire when told, steps run in the test's own thread.
class TestHost final : public opus::rest::Host {
 public:
  std::shared_ptr<void> after(std::chrono::milliseconds delay, std::function<void()> work) override;
  void offload(std::function<void()> work) override { work(); }

  /// Delays of the timers that wait.
  std::vector<std::chrono::milliseconds> timers() const;
  void fire_timers();

  void post(std::function<void()> step);
  /// Runs posted steps until `done` says so; fails the test after ten seconds.
  void run_until(const std::function<bool()>& done);
  /// Runs what has been posted so far.
  void run_posted();

 private:
  struct Timer {
    std::chrono::milliseconds delay;
    std::function<void()> work;
  };
  std::map<int, Timer> timers_;
  int last_ = 0;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> steps_;
};

class TestCall final : public opus::rest::Call {
 public:
  explicit TestCall(TestHost& host) : Call(host), test_host_(host) {}
  std::optional<opus::rest::Response> response;

 protected:
  void deliver(opus::rest::Response answer) override { response = std::move(answer); }
  bool on_serving_thread() const noexcept override;
  void post(opus::rest::CallPtr self, std::function<void(opus::rest::CallPtr)> step) override;

 private:
  TestHost& test_host_;
  std::thread::id thread_ = std::this_thread::get_id();
};

struct Answer {
  int status = 0;
  std::string body{};
  opus::rest::Headers headers{};
  std::string header(std::string_view name) const {
    return std::string(headers.get(name).value_or("(none)"));
  }
};

/// Shows the body when a check of it fails.
bool has_text(const Answer& answer, std::string_view text);

using HeaderList = std::vector<std::pair<std::string, std::string>>;

class RestRig : public ServiceRig {
 public:
  static constexpr std::string_view k_base = "http://example.org/opus";

  explicit RestRig(opus::rest::ApiConfig config = {}, opus::ServiceConfig service = {});
  ~RestRig();

  TestHost& host() { return host_; }
  opus::rest::Api& api() { return *api_; }

  Answer get(std::string_view target, HeaderList headers = {}) {
    return send("GET", target, headers);
  }
  /// Urlencoded.
  Answer post(std::string_view target, std::string_view form = "") {
    return send("POST", target, {{"Content-Type", "application/x-www-form-urlencoded"}}, form);
  }
  Answer send(std::string_view method, std::string_view target, HeaderList headers = {},
              std::string_view body = "");
  /// The same, but does not wait for the answer.
  std::shared_ptr<TestCall> start(std::string_view method, std::string_view target,
                                  HeaderList headers = {}, std::string_view body = "");
  Answer await(const std::shared_ptr<TestCall>& call);

  /// POSTs a new job to /rest/{name}; the path of its URL below the base.
  std::string create(std::string_view name, std::string_view form = "");
  std::string phase(std::string_view job_path) {
    return get(std::string(job_path) + "/phase").body;
  }

 private:
  std::optional<opus::rest::Api> api_;
  TestHost host_;
};

/// Path of an absolute URL below the rig's base; fails the test if it is not below it.
std::string path_of(std::string_view url);

}  // namespace opus_test
