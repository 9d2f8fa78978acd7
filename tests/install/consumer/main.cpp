// The smallest host: one command as a job, and a description from a file.
//
// usage: consumer <data folder> <description>
// Exit status 0 if the job ran and left its result, and the description could be defined.
#include <chrono>
#include <filesystem>
#include <iostream>
#include <opus/opus.hpp>

int main(int argc, char* argv[]) try {
  if (argc != 3) return 2;
  std::filesystem::remove_all(argv[1]);
  opus::Service service = opus::Service::open({.data_dir = argv[1]}).value();
  service.add_executor(opus::make_local_executor({.launcher = LAUNCHER})).value();
  service
      .define({.name = "copy",
               .command = {"cp", "/proc/self/cmdline", "${to}"},
               .parameters = {{.name = "to", .default_value = "words.txt"}},
               .results = {{.name = "words", .path = "words.txt", .content_type = "text/plain"}}})
      .value();
  service.define(opus::load_description(argv[2]).value()).value();
  const opus::Job job = service.create({.description = "copy", .run = true}).value();
  const opus::Job done = service.wait(job.id, std::chrono::seconds{30}).value();
  if (done.phase != opus::Phase::completed || done.results.size() != 1) {
    std::cerr << "the job ended " << opus::to_string(done.phase) << ": "
              << (done.error ? done.error->message : "no message") << '\n';
    return 1;
  }
  std::cout << done.results[0].entity.name << ' ' << done.results[0].entity.sha256 << '\n';
} catch (const opus::Exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
