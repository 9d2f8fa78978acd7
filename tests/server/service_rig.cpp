#include "tests/server/service_rig.hpp"

#include "tests/support/catch.hpp"

namespace opus_test {

using namespace std::chrono_literals;

namespace {

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

ServiceRig::ServiceRig(opus::ServiceConfig config) {
  config.data_dir = folder_ / "data";
  if (config.max_executing == 0) config.max_executing = 2;
  service_.emplace(opus::Service::open(std::move(config)).value());
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
                 task.progress(0.25, "waiting");
                 std::unique_lock lock(gate_mutex_);
                 gate_.wait(lock, task.stop_token(), [this] { return gate_open_; });
                 return {};
               })
      .value();
}

ServiceRig::~ServiceRig() { open_gate(); }

void ServiceRig::open_gate() {
  const std::lock_guard lock(gate_mutex_);
  gate_open_ = true;
  gate_.notify_all();
}

opus::JobId ServiceRig::id_of(std::string_view job_path) {
  return {std::string(job_path.substr(job_path.rfind('/') + 1))};
}

opus::Job ServiceRig::ended(std::string_view job_path) {
  opus::Job job = service_->wait(id_of(job_path), 60s).value();
  INFO("phase " << to_string(job.phase));
  REQUIRE(is_final(job.phase));
  return job;
}

}  // namespace opus_test
