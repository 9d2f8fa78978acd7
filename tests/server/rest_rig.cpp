#include "tests/server/rest_rig.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>

#include "server/rest/error_map.hpp"
#include "tests/support/catch.hpp"

namespace opus_test {

using namespace std::chrono_literals;
using opus::rest::Api;
using opus::rest::CallPtr;

namespace {

constexpr auto k_patience = 10s;

opus::JobDescription echo() {
  opus::JobDescription description;
  description.name = "echo";
  description.annotation = "Says what it is told";
  description.parameters.resize(2);
  description.parameters[0].name = "text";
  description.parameters[0].default_value = "hello";
  description.parameters[1].name = "times";
  description.parameters[1].datatype = opus::Datatype::integer;
  description.parameters[1].min = "1";
  description.parameters[1].max = "9";
  description.parameters[1].default_value = "1";
  description.results.resize(1);
  description.results[0].name = "result";
  description.results[0].path = "said.txt";
  description.results[0].content_type = "text/plain";
  return description;
}

opus::JobDescription file_reader() {
  opus::JobDescription description;
  description.name = "reader";
  description.inputs.resize(1);
  description.inputs[0].name = "image";
  description.inputs[0].content_types = {};
  description.results.resize(1);
  description.results[0].name = "copy";
  description.results[0].path = "copy.bin";
  return description;
}

opus::JobDescription named(std::string_view name) {
  opus::JobDescription description;
  description.name = name;
  return description;
}

}  // namespace

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
  const auto deadline = std::chrono::steady_clock::now() + k_patience;
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

RestRig::RestRig(opus::rest::ApiConfig config, opus::ServiceConfig service) {
  service.data_dir = folder_ / "data";
  service.max_executing = 2;
  service_.emplace(opus::Service::open(std::move(service)).value());
  service_
      ->define(echo(),
               [](opus::TaskContext& task) -> opus::Result<void> {
                 std::string said;
                 const auto times = static_cast<int>(task.number("times").value());
                 for (int i = 0; i < times; ++i) said += task.parameter("text").value();
                 task.print("said " + said);
                 return task.write_result("result", said);
               })
      .value();
  service_
      ->define(file_reader(),
               [](opus::TaskContext& task) -> opus::Result<void> {
                 OPUS_UWS_TRY(const auto input, task.input("image"));
                 return task.write_result("copy", TempFolder::read(input));
               })
      .value();
  service_
      ->define(named("fail"),
               [](opus::TaskContext&) -> opus::Result<void> {
                 return opus::Error{opus::Errc::invalid_argument, "the <code> failed & stopped"};
               })
      .value();
  service_
      ->define(named("gate"),
               [this](opus::TaskContext& task) -> opus::Result<void> {
                 task.print("at the gate");
                 std::unique_lock lock(gate_mutex_);
                 const std::stop_callback wake(task.stop_token(), [this] {
                   const std::lock_guard inner(gate_mutex_);
                   gate_.notify_all();
                 });
                 gate_.wait(lock, [&] { return gate_open_ || task.stop_token().stop_requested(); });
                 return {};
               })
      .value();
  if (config.base_url.empty()) config.base_url = k_base;
  api_.emplace(*service_, std::move(config));
}

RestRig::~RestRig() {
  open_gate();
  host_.run_posted();
}

void RestRig::open_gate() {
  const std::lock_guard lock(gate_mutex_);
  gate_open_ = true;
  gate_.notify_all();
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

opus::JobId RestRig::id_of(std::string_view job_path) const {
  return {std::string(job_path.substr(job_path.rfind('/') + 1))};
}

opus::Job RestRig::ended(std::string_view job_path) {
  opus::Job job = service_->wait(id_of(job_path), k_patience).value();
  INFO("phase " << to_string(job.phase));
  REQUIRE(is_final(job.phase));
  return job;
}

std::string path_of(std::string_view url) {
  INFO(url);
  REQUIRE(url.substr(0, RestRig::k_base.size()) == RestRig::k_base);
  return std::string(url.substr(RestRig::k_base.size()));
}

}  // namespace opus_test
