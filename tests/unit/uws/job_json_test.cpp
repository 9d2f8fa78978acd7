#include <opus/uws.hpp>

#include "libopus/core/json.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/uws/sample_jobs.hpp"

using opus::Json;
using opus::Phase;

namespace {

Json parsed(const std::string& text) { return Json::parse(text).value(); }

std::string text_of(const Json& object, const std::string& key) {
  const auto value = object.find(key);
  REQUIRE(value);
  REQUIRE(value->is_string());
  return std::string{value->as_string()};
}

bool is_null(const Json& object, const std::string& key) {
  const auto value = object.find(key);
  REQUIRE(value);
  return value->is_null();
}

const std::vector<std::string> k_job_keys{"jobId",
                                          "href",
                                          "description",
                                          "descriptionVersion",
                                          "descriptionHash",
                                          "runId",
                                          "ownerId",
                                          "phase",
                                          "quote",
                                          "creationTime",
                                          "queuedTime",
                                          "queuePosition",
                                          "startTime",
                                          "endTime",
                                          "executionDuration",
                                          "destruction",
                                          "parameters",
                                          "inputs",
                                          "results",
                                          "error",
                                          "progress",
                                          "progressText",
                                          "waitingFor",
                                          "executor",
                                          "nativeId",
                                          "software",
                                          "provenanceFault",
                                          "reuseOf",
                                          "run",
                                          "version"};

}  // namespace

TEST_CASE("a job as JSON has the same keys in every phase") {
  for (const Phase phase : opus::k_phases) {
    const Json job = parsed(opus::to_json(sample::job(phase), sample::links()));
    CHECK(job.keys() == k_job_keys);
    CHECK(text_of(job, "phase") == to_string(phase));
    CHECK(job.find("run")->keys() ==
          std::vector<std::string>{"host", "os", "kernel", "exitCode", "signal", "userTimeMs",
                                   "systemTimeMs", "maxRssBytes", "isolation"});
  }
}

TEST_CASE("a job as JSON tells what the XML tells") {
  const opus::Job source = sample::job(Phase::completed);
  const Json job = parsed(opus::to_json(source, sample::links()));
  CHECK(text_of(job, "jobId") == source.id.value);
  CHECK(text_of(job, "href") == sample::links().job_url(source));
  CHECK(text_of(job, "ownerId") == "alice");
  CHECK(text_of(job, "creationTime") == "2026-03-01T12:00:00.000Z");
  CHECK(text_of(job, "endTime") == "2026-03-01T12:10:05.000Z");
  CHECK(job.find("executionDuration")->as_integer() == 3600);
  CHECK(job.find("progress")->as_double() == 0.5);
  CHECK(job.find("run")->find("maxRssBytes")->as_integer() == 7'000'000'000);
  CHECK(is_null(*job.find("run"), "signal"));
  CHECK(is_null(job, "quote"));
  CHECK(is_null(job, "error"));

  const Json parameters = *job.find("parameters");
  REQUIRE(parameters.size() == 3);
  CHECK(text_of(parameters.at(1), "value") == "a < b & c");
  CHECK(parameters.at(1).find("byDefault")->as_bool());
  CHECK(is_null(parameters.at(1), "href"));
  CHECK(is_null(parameters.at(2), "value"));
  CHECK(text_of(parameters.at(2), "href") == sample::links().job_url(source) + "/parameters/raw");

  const Json result = job.find("results")->at(0);
  CHECK(result.keys() == std::vector<std::string>{"id", "name", "href", "entity", "fileName",
                                                  "mimeType", "size", "sha256", "creationTime",
                                                  "invalidatedTime"});
  CHECK(text_of(result, "href") == sample::links().job_url(source) + "/results/stacked");
  CHECK(result.find("size")->as_integer() == 3'000'960);
  CHECK(text_of(job.find("inputs")->at(0), "usedTime") == "2026-03-01T12:00:04.000Z");
}

TEST_CASE("a job as JSON: the unknown is null, the error is told, gone results have no link") {
  opus::Job empty;
  empty.inputs = {{.name = "mask", .url = "https://example.org/m"}};
  const Json job = parsed(opus::to_json(empty, sample::links()));
  for (const char* key : {"description", "runId", "ownerId", "quote", "queuedTime", "startTime",
                          "endTime", "destruction", "error", "progress", "nativeId"})
    CHECK(is_null(job, key));
  CHECK(job.find("parameters")->size() == 1);

  CHECK(job.find("queuePosition")->is_null());
  const Json waiting = parsed(opus::to_json(sample::job(Phase::queued), sample::links(), 7));
  CHECK(waiting.find("queuePosition")->as_integer() == 7);
  const Json failed = parsed(opus::to_json(sample::job(Phase::error), sample::links()));
  CHECK(text_of(*failed.find("error"), "type") == "fatal");
  CHECK(text_of(*failed.find("error"), "detail") == "Traceback ...");

  const Json archived = parsed(opus::to_json(sample::job(Phase::archived), sample::links()));
  CHECK(is_null(archived.find("results")->at(0), "href"));
  CHECK(text_of(archived.find("results")->at(0), "invalidatedTime") == "2026-03-08T12:00:00.000Z");
}

TEST_CASE("a job list as JSON") {
  const Json list = parsed(opus::to_json(
      std::vector<opus::JobSummary>{sample::summary(Phase::queued)}, sample::links()));
  REQUIRE(list.find("jobs")->size() == 1);
  const Json job = list.find("jobs")->at(0);
  CHECK(job.keys() == std::vector<std::string>{"jobId", "href", "description", "phase", "runId",
                                               "ownerId", "creationTime"});
  CHECK(text_of(job, "phase") == "QUEUED");
  CHECK(opus::to_json(std::vector<opus::JobSummary>{}, {}) == R"({"jobs":[]})");
}

TEST_CASE("a job as JSON is valid JSON whatever bytes are in it") {
  for (const std::string& nasty : sample::nasty_texts()) {
    opus::Job job = sample::job(Phase::error);
    job.run_id = job.facts.host = job.error->message = nasty;
    job.parameters = {{.name = nasty, .value = nasty}};
    CHECK(Json::parse(opus::to_json(job, sample::links())).has_value());
  }
}
