// Runs the simulation as a job of this process and says where its results are.
//
// usage: neutron_star <data folder> [<parameter>=<value>]...
//   e.g. neutron_star /tmp/stars log10_p1=34.669 gamma1=2.909 gamma2=2.246 gamma3=2.144
#include <iostream>
#include <string_view>

#include <opus/opus.hpp>

#include "job.hpp"

int main(int argc, char* argv[]) try {
  if (argc < 2) {
    std::cerr << "usage: neutron_star <data folder> [<parameter>=<value>]...\n";
    return 2;
  }
  opus::JobRequest request{.description = "neutron-star", .run = true};
  for (int i = 2; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const auto equals = argument.find('=');
    if (equals == std::string_view::npos) {
      std::cerr << "neutron_star: expected <parameter>=<value>, got '" << argument << "'\n";
      return 2;
    }
    request.parameters.emplace_back(argument.substr(0, equals), argument.substr(equals + 1));
  }

  opus::Service service = opus::Service::open({.data_dir = argv[1]}).value();
  neutron_star::define_job(service).value();
  const auto watch = service.subscribe([](const opus::JobChange& change) {
    if (change.job && change.phase == opus::Phase::executing && !change.job->progress_text.empty())
      std::cout << change.job->progress_text << std::endl;
  });
  const opus::Job job = service.create(request).value();
  const opus::Job done = service.wait(job.id, std::chrono::minutes{10}).value();
  if (done.phase != opus::Phase::completed) {
    std::cerr << "the job ended " << opus::to_string(done.phase) << ": "
              << (done.error ? done.error->message : "no message") << '\n';
    return 1;
  }
  for (const opus::JobResult& result : done.results)
    std::cout << result.id << "  " << service.content_path(result.entity).value().string() << '\n';
} catch (const opus::Exception& error) {
  std::cerr << "neutron_star: " << error.what() << '\n';
  return 1;
}
