// A host's view: real commands and functions, through public headers only.
#include <opus/opus.hpp>

#include <algorithm>
#include <condition_variable>
#include <fstream>
#include <mutex>
#include <set>
#include <thread>

#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

using namespace opus;
using namespace std::chrono_literals;
using opus_test::TempFolder;

namespace {

constexpr auto k_patience = 30s;

Service open_in(const std::filesystem::path& folder, ServiceConfig config = {}) {
  config.data_dir = folder;
  Service service = Service::open(config).value();
  service.add_executor(make_local_executor()).value();
  return service;
}

std::string content(const Service& service, const JobResult& result) {
  return TempFolder::read(service.content_path(result.entity).value());
}

JobDescription copy_description() {
  JobDescription description;
  description.name = "copy";
  description.command = {
      "/bin/sh", "-c",        "cat \"$1\" > copy.txt; printf '%s' \"$2\" >> copy.txt",
      "sh",      "${source}", "${tail}"};
  description.parameters = {{.name = "tail", .default_value = ""}};
  description.inputs = {{.name = "source"}};
  description.results = {{.name = "copy", .path = "copy.txt", .content_type = "text/plain"}};
  return description;
}

/// A finished run of `description` with these parameters.
Job run_to_end(Service& service, JobRequest request) {
  request.run = true;
  const Job job = service.create(std::move(request)).value();
  const Job done = service.wait(job.id, k_patience).value();
  INFO((done.error ? done.error->message + done.error->detail : std::string{}));
  REQUIRE(is_final(done.phase));
  return done;
}

JobRequest with_upload(const Service& service, std::string_view text,
                       const std::string& file_name = "in.txt") {
  const auto path = service.incoming_dir() / "handed-over";
  std::ofstream{path, std::ios::binary} << text;
  return {.description = "copy",
          .uploads = {{.name = "source", .file_name = file_name, .path = path}}};
}

}  // namespace

TEST_CASE("a command runs with its parameters and leaves a result", "[api]") {
  TempFolder folder;
  Service service = open_in(folder / "data");
  JobDescription description;
  description.name = "echo";
  description.command = {"/bin/sh", "-c", "printf '%s' \"$1\" > out.txt; echo done; echo odd >&2",
                         "sh", "${text}"};
  description.parameters = {{.name = "text", .required = true}};
  description.results = {{.name = "out", .path = "out.txt"}};
  service.define(description).value();
  // Values are data (promise 4): no shell ever sees this one.
  const std::string nasty = "a b\n$(touch gone) `id` \"q\" 'q' ; rm -rf / é *";
  const Job done = run_to_end(service, {.description = "echo", .parameters = {{"TEXT", nasty}}});
  REQUIRE(done.phase == Phase::completed);
  REQUIRE(done.results.size() == 1);
  CHECK(done.results[0].id == "out");
  CHECK(content(service, done.results[0]) == nasty);
  CHECK(done.results[0].entity.size == nasty.size());
  CHECK(done.results[0].entity.sha256.size() == 64);
  CHECK(done.results[0].entity.media_type == "text/plain");
  CHECK(TempFolder::read(service.log_path(done.id, "stdout").value()) == "done\n");
  CHECK(TempFolder::read(service.log_path(done.id, "stderr").value()) == "odd\n");
  CHECK(done.facts.exit_code == 0);
  CHECK(done.facts.user_time.has_value());
  CHECK(done.started >= done.created);
  CHECK(done.ended >= done.started);
  CHECK(done.executor == "local");
  CHECK_FALSE(done.native_id.empty());
  CHECK(service.log_path(done.id, "secrets").error().code == Errc::invalid_argument);
}

TEST_CASE("a function runs as a job with progress and a result", "[api]") {
  TempFolder folder;
  Service service = open_in(folder / "data");
  JobDescription description;
  description.name = "square";
  description.parameters = {{.name = "x", .datatype = Datatype::double_number, .required = true}};
  description.results = {{.name = "square", .path = "square.txt"}};
  service
      .define(description,
              [](TaskContext& context) -> Result<void> {
                OPUS_UWS_TRY(const double x, context.number("x"));
                if (x < 0) return Error{Errc::invalid_argument, "x is negative", {}};
                if (x > 1e6) throw std::runtime_error{"too large"};
                context.progress(1.0, "squared");
                context.print("x = " + std::to_string(x));
                return context.write_result("square", std::to_string(x * x));
              })
      .value();
  const Job done = run_to_end(service, {.description = "square", .parameters = {{"x", "3"}}});
  REQUIRE(done.phase == Phase::completed);
  CHECK(content(service, done.results.at(0)) == "9.000000");
  CHECK(done.progress == 1.0);
  CHECK(done.progress_text == "squared");
  CHECK(TempFolder::read(service.log_path(done.id, "stdout").value()) == "x = 3.000000\n");
  for (const auto& [x, says] : {std::pair{"-1", "x is negative"}, std::pair{"1e9", "too large"}}) {
    const Job failed = run_to_end(service, {.description = "square", .parameters = {{"x", x}}});
    CHECK(failed.phase == Phase::error);
    CHECK(failed.error->message.find(says) != std::string::npos);
  }
}

TEST_CASE("a function that is aborted sees its stop token", "[api]") {
  TempFolder folder;
  Service service = open_in(folder / "data");
  JobDescription description;
  description.name = "endless";
  service
      .define(description,
              [](TaskContext& context) -> Result<void> {
                std::mutex mutex;
                std::condition_variable_any wake;
                std::unique_lock lock{mutex};
                wake.wait(lock, context.stop_token(), [] { return false; });
                return {};
              })
      .value();
  const Job job = service.create({.description = "endless", .run = true}).value();
  CHECK(service.abort(job.id)->phase == Phase::aborted);
  const Job timed =
      service.create({.description = "endless", .execution_duration = 1s, .run = true}).value();
  const Job done = service.wait(timed.id, k_patience).value();
  CHECK(done.phase == Phase::aborted);
  CHECK(done.error->message == "execution duration of 1 s exceeded");
}

TEST_CASE("an uploaded file is an input, and the result of one job the input of the next",
          "[api]") {
  TempFolder folder;
  Service service = open_in(folder / "data");
  service.define(copy_description()).value();
  JobRequest request = with_upload(service, "stars\n", "../../my stars.txt");
  const auto uploaded = request.uploads[0].path;
  const Job first = run_to_end(service, request);
  REQUIRE(first.phase == Phase::completed);
  CHECK_FALSE(std::filesystem::exists(uploaded));
  CHECK(content(service, first.results.at(0)) == "stars\n");
  REQUIRE(first.inputs.size() == 1);
  CHECK(first.inputs[0].used.has_value());
  const Entity input = service.entity(first.inputs[0].entity).value();
  CHECK(input.name == "my stars.txt");
  CHECK(input.generated_by.empty());

  const Job second = run_to_end(
      service, {.description = "copy",
                .parameters = {{"source", first.results[0].entity.id.value}, {"tail", "!"}}});
  REQUIRE(second.phase == Phase::completed);
  CHECK(content(service, second.results.at(0)) == "stars\n!");

  // Upstream of the second result: both jobs, both results, the upload (ProvenanceDM goal A).
  LineageQuery query;
  query.depth = std::nullopt;
  const ProvenanceGraph graph = service.provenance(second.results[0].entity.id, query).value();
  const auto count = [&](ProvRelation relation) {
    return std::count_if(graph.edges().begin(), graph.edges().end(),
                         [&](const ProvEdge& edge) { return edge.relation == relation; });
  };
  CHECK(count(ProvRelation::used) == 2);
  CHECK(count(ProvRelation::was_generated_by) == 2);
  CHECK(graph.find("id:job-" + first.id.value) != nullptr);
  CHECK(graph.find("id:job-" + second.id.value) != nullptr);

  // The first job goes; its result stays for as long as the second job needs it.
  service.destroy(first.id).value();
  const Job third = run_to_end(
      service,
      {.description = "copy", .parameters = {{"source", second.results[0].entity.id.value}}});
  CHECK(third.phase == Phase::completed);
}

TEST_CASE("inputs that are missing, unknown or of the wrong name are told by name", "[api]") {
  TempFolder folder;
  Service service = open_in(folder / "data");
  service.define(copy_description()).value();
  const auto refused = [&](JobRequest request) {
    request.run = true;
    const auto result = service.create(std::move(request));
    REQUIRE_FALSE(result);
    CHECK(result.error().code == Errc::invalid_argument);
    return result.error().faults.at(0).field;
  };
  CHECK(refused({.description = "copy"}) == "source");
  CHECK(refused({.description = "copy", .parameters = {{"source", "just text"}}}) == "source");
  CHECK(refused({.description = "copy",
                 .parameters = {{"source", "01890a5d-ac96-774b-bcce-b302099a8057"}}}) == "source");
  JobRequest wrong = with_upload(service, "x");
  wrong.uploads[0].name = "sauce";
  const auto path = wrong.uploads[0].path;
  CHECK(refused(wrong) == "sauce");
  CHECK(std::filesystem::exists(path));  // nothing was taken
  CHECK(service.list({})->empty());
}

TEST_CASE("a required result that is missing is an error that names it", "[api]") {
  TempFolder folder;
  Service service = open_in(folder / "data");
  JobDescription description;
  description.name = "forgetful";
  description.command = {"/bin/sh", "-c", "echo 1 > a.dat; echo 2 > b.dat"};
  description.results = {{.name = "tables", .path = "*.dat", .multiplicity = {1, std::nullopt}},
                         {.name = "picture", .path = "picture.png"},
                         {.name = "extra", .path = "extra.txt", .multiplicity = {0, 1}}};
  service.define(description).value();
  const Job done = run_to_end(service, {.description = "forgetful"});
  CHECK(done.phase == Phase::error);
  CHECK(done.error->message.find("picture") != std::string::npos);
  CHECK(done.error->message.find("extra") == std::string::npos);
  std::set<std::string> ids;
  for (const JobResult& result : done.results) ids.insert(result.id);
  CHECK(ids == std::set<std::string>{"tables", "tables.2"});  // UWS-RES-03
}

TEST_CASE("a job stopped by its limit or by its owner leaves no process", "[api]") {
  TempFolder folder;
  Service service = open_in(folder / "data");
  JobDescription description;
  description.name = "sleeper";
  description.command = {"/bin/sh", "-c", "sleep 600 & sleep 600 & echo $! > pid; wait"};
  description.results = {{.name = "pid", .path = "pid", .multiplicity = {0, 1}}};
  service.define(description).value();
  const Job job =
      service.create({.description = "sleeper", .execution_duration = 1s, .run = true}).value();
  const Job done = service.wait(job.id, k_patience).value();
  CHECK(done.phase == Phase::aborted);
  CHECK(done.error->message == "execution duration of 1 s exceeded");
}

TEST_CASE("results, inputs and logs are gone after deletion (UWS-DEL-03)", "[api]") {
  TempFolder folder;
  Service service = open_in(folder / "data");
  service.define(copy_description()).value();
  const Job job = run_to_end(service, with_upload(service, "bytes"));
  REQUIRE(job.phase == Phase::completed);
  const auto result = service.content_path(job.results.at(0).entity).value();
  const auto upload = service.content_path(*service.entity(job.inputs.at(0).entity)).value();
  CHECK(std::filesystem::exists(result));
  CHECK(std::filesystem::exists(upload));
  service.destroy(job.id).value();
  const auto deadline = std::chrono::steady_clock::now() + k_patience;
  while (std::filesystem::exists(result) || std::filesystem::exists(upload)) {
    REQUIRE(std::chrono::steady_clock::now() < deadline);
    std::this_thread::yield();
  }
}

TEST_CASE("two services live side by side in one process", "[api]") {
  TempFolder folder;
  Service one = open_in(folder / "one");
  Service two = open_in(folder / "two");
  for (Service* service : {&one, &two}) service->define(copy_description()).value();
  CHECK(run_to_end(one, with_upload(one, "1")).phase == Phase::completed);
  CHECK(run_to_end(two, with_upload(two, "2")).phase == Phase::completed);
  CHECK(one.list({})->size() == 1);
  CHECK(two.list({})->size() == 1);
}

TEST_CASE("OPUS's own description loads unchanged and its script runs", "[api]") {
  TempFolder folder;
  Service service = open_in(folder / "data");
  JobDescription description =
      load_description(OPUS_UWS_TESTS "/unit/description/data/opus/test_activity_1_vot.xml")
          .value();
  const auto pause = description.script.find("sleep 10");
  REQUIRE(pause != std::string::npos);
  description.script.replace(pause, 8, "sleep 0");
  service.define(description).value();
  const Job done = run_to_end(
      service, {.description = "test_activity_1", .parameters = {{"text", "Hello OPUS"}}});
  REQUIRE(done.phase == Phase::completed);
  CHECK(content(service, done.results.at(0)) == "Hello OPUS\n");
}

TEST_CASE("scripts without #! behave as under OPUS", "[api]") {
  TempFolder folder;
  Service service = open_in(folder / "data");
  const auto run_script = [&](std::string script) {
    JobDescription description;
    description.name = "script";
    description.script = std::move(script);
    service.define(description).value();
    return run_to_end(service, {.description = "script"});
  };
  CHECK(run_script("exit 0\n").phase == Phase::completed);
  for (const char* bad : {"false\necho not reached\n", "exit 3\n", "no-such-command\n",
                          "( exit 4 )\n", "kill -TERM $$\n", "kill -KILL $$\n"}) {
    CAPTURE(bad);
    CHECK(run_script(bad).phase == Phase::error);
  }
  const Job told = run_script("error_handler 'the sky is cloudy'\n");
  CHECK(told.phase == Phase::error);
  CHECK(told.error->message.find("the sky is cloudy") != std::string::npos);
  CHECK(run_script("#!/usr/bin/env python3\nimport os; os.environ['JOBID']\n").phase ==
        Phase::completed);
}
