#include "tests/server/rest_rig.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>

#include "server/rest/error_map.hpp"
#include "server/rest/route_docs.hpp"
#include "tests/support/catch.hpp"

namespace opus_test {

using namespace std::chrono_literals;
using opus::rest::Api;
using opus::rest::CallPtr;

namespace {

constexpr auto k_answer_patience = 10s;

/// Fails the test when the OpenAPI document does not have this status for the request's route.
void check_documented(const opus::rest::Request& request, int status) {
  using opus::rest::Method;
  const Method method = request.method == Method::head ? Method::get : request.method;
  const opus::rest::Route* resource = nullptr;
  const opus::rest::Route* route = nullptr;
  for (const auto& one : Api::routes()) {
    const bool here = resource != nullptr
                          ? one.pattern == resource->pattern
                          : opus::rest::depth_of(one.pattern) == request.path.size() &&
                                opus::rest::matches(one.pattern, request.path);
    if (here && resource == nullptr) resource = &one;
    if (here && one.method == method) route = &one;
  }
  std::vector<int> documented{404};
  if (route != nullptr) {
    REQUIRE(find_doc(*route) != nullptr);
    documented = statuses_of(*route, *find_doc(*route));
  } else if (resource != nullptr) {
    documented = {method == Method::options ? 204 : 405};
  }
  INFO(to_string(request.method) << ' ' << request.target << " answered " << status
                                 << ", which server/rest/route_docs.cpp does not have");
  CHECK(std::find(documented.begin(), documented.end(), status) != documented.end());
}

}  // namespace

bool has_text(const Answer& answer, std::string_view text) {
  INFO(answer.body);
  return answer.body.find(text) != std::string::npos;
}

std::shared_ptr<void> TestHost::after(std::chrono::milliseconds delay, std::function<void()> work) {
  const int number = ++last_;
  timers_.emplace(number, Timer{delay, std::move(work)});
  return std::shared_ptr<void>(nullptr, [this, number](void*) { timers_.erase(number); });
}

std::vector<std::chrono::milliseconds> TestHost::timers() const {
  std::vector<std::chrono::milliseconds> delays;
  for (const auto& [number, timer] : timers_) delays.push_back(timer.delay);
  return delays;
}

void TestHost::fire_timers() {
  std::vector<std::function<void()>> due;
  for (const auto& [number, timer] : timers_) due.push_back(timer.work);
  for (const auto& work : due) work();
}

void TestHost::post(std::function<void()> step) {
  const std::lock_guard lock(mutex_);
  steps_.push_back(std::move(step));
  wake_.notify_one();
}

void TestHost::run_until(const std::function<bool()>& done) {
  const auto deadline = std::chrono::steady_clock::now() + k_answer_patience;
  while (!done()) {
    std::unique_lock lock(mutex_);
    REQUIRE(wake_.wait_until(lock, deadline, [this] { return !steps_.empty(); }));
    const auto step = std::move(steps_.front());
    steps_.pop_front();
    lock.unlock();
    step();
  }
}

void TestHost::run_posted() {
  for (;;) {
    std::unique_lock lock(mutex_);
    if (steps_.empty()) return;
    const auto step = std::move(steps_.front());
    steps_.pop_front();
    lock.unlock();
    step();
  }
}

bool TestCall::on_serving_thread() const noexcept { return std::this_thread::get_id() == thread_; }

void TestCall::post(CallPtr self, std::function<void(CallPtr)> step) {
  test_host_.post([self = std::move(self), step = std::move(step)] { step(self); });
}

RestRig::RestRig(opus::rest::ApiConfig config, opus::ServiceConfig service_config)
    : ServiceRig(std::move(service_config)) {
  if (config.base_url.empty()) config.base_url = k_base;
  api_.emplace(service(), std::move(config));
}

RestRig::~RestRig() {
  open_gate();
  host_.run_posted();
}

std::shared_ptr<TestCall> RestRig::start(std::string_view method, std::string_view target,
                                         HeaderList headers, std::string_view body) {
  auto call = std::make_shared<TestCall>(host_);
  call->request.method = opus::rest::parse_method(method);
  call->request.base_url = k_base;
  REQUIRE(call->request.set_target(target));
  for (const auto& [name, value] : headers) call->request.headers.add(name, value);
  Api::Intake intake = api_->begin(*call, body.size());
  if (intake.refusal) {
    reply(call, *std::move(intake.refusal));
    return call;
  }
  if (intake.body) {
    auto read = intake.body->feed(body);
    if (read) read = intake.body->finish(call->request);
    if (!read) {
      reply(call, error_response(call->request, read.error()));
      return call;
    }
  }
  api_->handle(call, *intake.route);
  return call;
}

Answer RestRig::await(const std::shared_ptr<TestCall>& call) {
  host_.run_until([&] { return call->response.has_value(); });
  check_documented(call->request, call->response->status);
  api_->finish(call->request, *call->response);
  return {call->response->status, to_string(call->response->body), call->response->headers};
}

Answer RestRig::send(std::string_view method, std::string_view target, HeaderList headers,
                     std::string_view body) {
  return await(start(method, target, std::move(headers), body));
}

std::string RestRig::create(std::string_view name, std::string_view form) {
  const Answer answer = post("/rest/" + std::string(name), form);
  INFO(answer.body);
  REQUIRE(answer.status == 303);
  return path_of(answer.header("Location"));
}

std::string path_of(std::string_view url) {
  INFO(url);
  REQUIRE(url.substr(0, RestRig::k_base.size()) == RestRig::k_base);
  return std::string(url.substr(RestRig::k_base.size()));
}

}  // namespace opus_test
