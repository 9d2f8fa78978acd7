// A camera that only the main thread may touch, with exposures as jobs: one that completes, and one
// that a client aborts while it runs.
//
// usage: custom_executor [<data folder>]
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <fstream>
#include <future>
#include <iostream>
#include <memory>
#include <string>
#include <thread>

#include "loop_executor.hpp"

namespace {

/// Exposes for as long as the job says, or until told to stop.
opus::Result<void> expose(const opus::Task& task, std::stop_token stop) {
  const auto seconds =
      std::find_if(task.parameters.begin(), task.parameters.end(),
                   [](const opus::Parameter& parameter) { return parameter.name == "seconds"; });
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, std::chrono::duration<double>(std::stod(seconds->value)),
                 [] { return false; });
  std::ofstream(task.work_dir / "frame.txt") << "exposed for " << seconds->value << " s\n";
  return {};
}

opus::JobId expose_for(opus::Service& service, const char* seconds) {
  return service
      .create({.description = "expose", .parameters = {{"seconds", seconds}}, .run = true})
      .value()
      .id;
}

/// What a client does meanwhile, in another thread or over HTTP. True if all went as it should.
bool use_camera(opus::Service& service) {
  const opus::JobId quick = expose_for(service, "0.01");
  const opus::Job done = service.wait(quick, std::chrono::seconds{30}).value();
  std::cout << "the short exposure: " << opus::to_string(done.phase) << '\n';

  const opus::JobId endless = expose_for(service, "3600");
  std::promise<void> begun;
  const auto subscription = service.when_phase_leaves(endless, opus::Phase::queued,
                                                      [&](const auto&) { begun.set_value(); });
  begun.get_future().wait_for(std::chrono::seconds{30});
  const opus::Job aborted = service.abort(endless).value();
  std::cout << "the long exposure: " << opus::to_string(aborted.phase) << '\n';

  return done.phase == opus::Phase::completed && done.results.size() == 1 &&
         aborted.phase == opus::Phase::aborted && aborted.started;
}

}  // namespace

int main(int argc, char* argv[]) try {
  const auto camera = std::make_shared<custom_executor::LoopQueue>(expose);
  opus::Service service =
      opus::Service::open({.data_dir = argc > 1 ? argv[1] : "camera-data"}).value();
  service.add_executor(std::make_unique<custom_executor::LoopExecutor>(camera)).value();
  service
      .define(
          {.name = "expose",
           .executor = "loop",
           .command = {"expose", "${seconds}"},  // for the record: our Work reads the parameters
           .parameters = {{.name = "seconds",
                           .datatype = opus::Datatype::double_number,
                           .unit = "s",
                           .required = true,
                           .min = "0",
                           .max = "3600"}},
           .results = {{.name = "frame", .path = "frame.txt"}}})
      .value();

  auto client = std::async(std::launch::async, [&] { return use_camera(service); });
  // The host's loop, with its own work in it.
  while (client.wait_for(std::chrono::seconds{0}) != std::future_status::ready)
    camera->run_next(std::chrono::milliseconds{20});
  return client.get() ? 0 : 1;
} catch (const opus::Exception& error) {
  std::cerr << "custom_executor: " << error.what() << '\n';
  return 1;
}
