// Chains and sweeps with real commands, through public headers only.
#include <opus/opus.hpp>

#include <fstream>
#include <map>
#include <set>

#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

using namespace opus;
using namespace std::chrono_literals;
using opus_test::TempFolder;

namespace {

constexpr auto k_patience = 60s;

/// "join" writes its word after the contents of all its files.
class Rig {
 public:
  explicit Rig(ServiceConfig config = {}) {
    config.data_dir = folder_ / "data";
    service_.emplace(Service::open(config).value());
    service_->add_executor(make_local_executor()).value();
    JobDescription description;
    description.name = "join";
    description.command = {"/bin/sh", "-c",
                           "[ \"$1\" != bad ] || exit 7\n"
                           "cat inputs/* 2>/dev/null > out.txt; printf '%s' \"$1\" >> out.txt",
                           "sh", "${word}"};
    description.parameters = {{.name = "word", .default_value = ""},
                              {.name = "n", .datatype = Datatype::integer, .default_value = "1"}};
    description.inputs = {{.name = "file", .multiplicity = {0, std::nullopt}},
                          {.name = "single", .multiplicity = {0, 1}}};
    description.results = {{.name = "out", .path = "out.txt"}};
    service_->define(description).value();
  }

  Service& service() { return *service_; }

  Job join(const std::string& word, const std::vector<Job>& after = {}, bool run = true) {
    JobRequest request{.description = "join", .parameters = {{"word", word}}, .run = run};
    for (const Job& job : after)
      request.parameters.emplace_back("file", "job:" + job.id.value + "/out");
    return service_->create(std::move(request)).value();
  }
  Job ended(const JobId& id) {
    const Job done = service_->wait(id, k_patience).value();
    INFO(to_string(done.phase) << (done.error ? " " + done.error->message : std::string{}));
    REQUIRE(is_final(done.phase));
    return done;
  }
  std::string result(const JobId& id) {
    const Job done = ended(id);
    REQUIRE(done.phase == Phase::completed);
    return TempFolder::read(service_->content_path(done.results.at(0).entity).value());
  }
  Upload file(const std::string& name, const std::string& text) {
    const auto path = service_->incoming_dir() / name;
    std::ofstream{path} << text;
    return {.name = "single", .file_name = name, .path = path};
  }

 private:
  TempFolder folder_;
  std::optional<Service> service_;
};

}  // namespace

TEST_CASE("a diamond of commands is created whole, then runs by itself", "[api]") {
  Rig rig;
  const Job top = rig.join("a", {}, false);
  const Job left = rig.join("b", {top});
  const Job right = rig.join("c", {top});
  const Job bottom = rig.join("d", {left, right});
  for (const Job& job : {left, right, bottom}) CHECK(job.phase == Phase::held);
  rig.service().run(top.id).value();
  CHECK(rig.result(bottom.id).size() == 5);  // ab, ac, d: both files are named out.txt
  CHECK(rig.result(left.id) == "ab");

  // Upstream of the last result are all four jobs.
  LineageQuery query;
  query.depth = std::nullopt;
  const Job done = rig.ended(bottom.id);
  const ProvenanceGraph graph =
      rig.service().provenance(done.results.at(0).entity.id, query).value();
  for (const Job& job : {top, left, right, bottom})
    CHECK(graph.find("id:job-" + job.id.value) != nullptr);
}

TEST_CASE("a chain of commands ends where one fails", "[api]") {
  Rig rig;
  const Job first = rig.join("bad", {}, false);
  const Job second = rig.join("b", {first});
  const Job third = rig.join("c", {second});
  rig.service().run(first.id).value();
  CHECK(rig.ended(first.id).phase == Phase::error);
  const Job failed = rig.ended(third.id);
  CHECK(failed.phase == Phase::error);
  CHECK(failed.error->message.find("job " + second.id.value) != std::string::npos);
  CHECK(rig.ended(second.id).error->message.find("exited with code 7") != std::string::npos);
}

TEST_CASE("a sweep makes a job per combination, which share a run id", "[api]") {
  Rig rig;
  SweepRequest request;
  request.job = {.description = "join",
                 .parameters = {{"word", "a"}, {"word", "b"}, {"n", "1..3"}},
                 .run = true};
  const Sweep sweep = rig.service().create_sweep(request).value();
  CHECK_FALSE(sweep.run_id.empty());
  REQUIRE(sweep.jobs.size() == 6);
  std::multiset<std::string> words;
  for (const JobId& id : sweep.jobs) {
    words.insert(rig.result(id));
    CHECK(rig.service().get(id)->run_id == sweep.run_id);
  }
  CHECK(words == std::multiset<std::string>{"a", "a", "a", "b", "b", "b"});
  CHECK(rig.service().get(sweep.jobs[4])->parameters.at(1).value == "2");
}

TEST_CASE("files of a sweep are kept once and go with the last job that uses them", "[api]") {
  Rig rig;
  SweepRequest request;
  request.kind = SweepKind::zip;
  request.job = {.description = "join", .run = true};
  request.job.uploads = {rig.file("x.txt", "X"), rig.file("y.txt", "Y")};
  const Sweep zip = rig.service().create_sweep(request).value();
  REQUIRE(zip.jobs.size() == 2);
  CHECK(rig.result(zip.jobs[0]) == "X");
  CHECK(rig.result(zip.jobs[1]) == "Y");

  request.job.uploads = {rig.file("z.txt", "Z")};
  request.job.parameters = {{"word", "1"}, {"word", "2"}};
  const Sweep shared = rig.service().create_sweep(request).value();
  REQUIRE(shared.jobs.size() == 2);
  CHECK(rig.result(shared.jobs[0]) == "Z1");
  CHECK(rig.result(shared.jobs[1]) == "Z2");
  const EntityId input = rig.ended(shared.jobs[0]).inputs.at(0).entity;
  CHECK(rig.ended(shared.jobs[1]).inputs.at(0).entity == input);
  rig.service().destroy(shared.jobs[0]).value();
  CHECK(rig.service().entity(input));
  rig.service().destroy(shared.jobs[1]).value();
}

TEST_CASE("a sweep is made whole or not at all", "[api]") {
  ServiceConfig config;
  config.sweep_max = 10;
  Rig rig{config};
  SweepRequest request;
  request.job = {.description = "join", .parameters = {{"n", "1,2,many"}}, .run = true};
  request.job.uploads = {rig.file("x.txt", "X")};
  const auto path = request.job.uploads[0].path;
  const auto bad = rig.service().create_sweep(request);
  REQUIRE_FALSE(bad);
  CHECK(bad.error().faults.at(0).field == "n");
  CHECK(rig.service().list({})->empty());
  CHECK_FALSE(std::filesystem::exists(path));  // what was taken over is gone with the rest

  request.job.uploads.clear();
  request.job.parameters = {{"n", "1..11"}};
  CHECK(rig.service().create_sweep(request).error().code == Errc::invalid_argument);
  request.job.description = "none";
  CHECK(rig.service().create_sweep(request).error().code == Errc::not_found);
  request.job.description = "join";
  request.job.uploads = {{.name = "word", .file_name = "x"}};
  CHECK(rig.service().create_sweep(request).error().code == Errc::invalid_argument);
}
