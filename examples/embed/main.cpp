// A host program with two jobs: a command, which runs as a process of its own, and a C++ function
// of this program, which uses the command's result.
//
// usage: embed [<data folder>]
#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include <opus/opus.hpp>

namespace {

/// Creates a job, runs it to its end, and says how it ended.
opus::Job run(opus::Service& service, opus::JobRequest request) {
  request.run = true;
  const opus::JobId id = service.create(std::move(request)).value().id;
  opus::Job job = service.wait(id, std::chrono::seconds{30}).value();
  std::cout << job.description << ": " << opus::to_string(job.phase) << '\n';
  if (job.phase != opus::Phase::completed)
    throw opus::Exception(
        {opus::Errc::unavailable, job.error ? job.error->message : "the job has not ended"});
  return job;
}

opus::Result<void> median(opus::TaskContext& context) {
  OPUS_UWS_TRY(const auto path, context.input("numbers"));
  std::ifstream file(path);
  std::vector<double> numbers(std::istream_iterator<double>(file), {});
  if (numbers.empty()) return opus::Error{opus::Errc::invalid_argument, "there are no numbers"};
  const auto middle = numbers.begin() + static_cast<std::ptrdiff_t>(numbers.size() / 2);
  std::nth_element(numbers.begin(), middle, numbers.end());
  return context.write_result("median", std::to_string(*middle));
}

}  // namespace

int main(int argc, char* argv[]) try {
  opus::Service service =
      opus::Service::open({.data_dir = argc > 1 ? argv[1] : "embed-data"}).value();
  service.add_executor(opus::make_local_executor()).value();

  // The command: no shell sees a value; "${largest}" becomes part of one argument.
  service
      .define({.name = "shuffle",
               .command = {"shuf", "--input-range=1-${largest}", "--output=numbers.txt"},
               .parameters = {{.name = "largest",
                               .datatype = opus::Datatype::integer,
                               .default_value = "1001",
                               .min = "1"}},
               .results = {{.name = "numbers", .path = "numbers.txt"}}})
      .value();
  const opus::Job shuffled =
      run(service, {.description = "shuffle", .parameters = {{"largest", "99"}}});

  // The function: its input is the entity that the command generated.
  service
      .define({.name = "median",
               .inputs = {{.name = "numbers", .content_types = {"text/plain"}}},
               .results = {{.name = "median", .path = "median.txt"}}},
              median)
      .value();
  const opus::EntityId numbers = shuffled.results.front().entity.id;
  const opus::Job done =
      run(service, {.description = "median", .parameters = {{"numbers", numbers.value}}});

  std::ifstream result(service.content_path(done.results.front().entity).value());
  std::cout << "the median is " << result.rdbuf() << '\n';

  // Both jobs and both files, in the W3C's notation.
  const auto lineage = service.provenance(done.id, {.depth = std::nullopt}).value();
  std::cout << opus::to_prov_n(lineage);
} catch (const opus::Exception& error) {
  std::cerr << "embed: " << error.what() << '\n';
  return 1;
}
