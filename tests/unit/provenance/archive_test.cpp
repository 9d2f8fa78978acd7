// The lines in which provenance goes from one store to another.
#include "libopus/provenance/archive.hpp"

#include "tests/support/catch.hpp"

using namespace opus;
using provenance::parse_archive_line;

namespace {

std::string fault_of(const std::string& line) {
  const auto record = parse_archive_line(line);
  if (record) return "(none)";
  CHECK(record.error().code == Errc::invalid_argument);
  return record.error().message;
}

/// A good job, with `member` in place of the one of its name.
std::string job_with(const std::string& member) {
  return R"({"kind":"job","id":"j",)" + member +
         R"(,"phase":"ERROR","created":"2026-01-02T03:04:05Z","parameters":[],"command":[]})";
}

}  // namespace

TEST_CASE("a job comes back from its line as it was") {
  Job job;
  job.id = JobId{"0198"};
  job.description = "stack";
  job.description_version = "1.2";
  job.description_hash = "5f1c";
  job.rerun_of = JobId{"0197"};
  job.run_id = "r \"1\"";
  job.owner = "";
  job.phase = Phase::error;
  job.created = TimePoint{std::chrono::milliseconds{1}};
  job.queued = job.started = job.ended = TimePoint{std::chrono::milliseconds{1'780'000'000'123}};
  job.deleted = job.ended;
  job.parameters = {{"a", "1"}, {"a", "", true}};
  job.error = JobError{ErrorKind::transient, "no\nluck", ""};
  job.executor = "slurm";
  job.native_id.value = "4711_2";
  job.facts = {.host = "node7",
               .os = "Debian GNU/Linux 12 (bookworm)",
               .kernel = "Linux 6.1 x86_64",
               .allocation = {{"cpus", "4"}, {"nodes", "node[1-2]"}},
               .container_image = "docker.io/library/debian:12",
               .container_digest = "sha256:da61",
               .exit_code = -1,
               .signal = 9,
               .user_time = std::chrono::milliseconds{5},
               .system_time = std::chrono::milliseconds{0},
               .max_rss_bytes = 1u << 31};
  job.reuse_of = JobId{"earlier"};
  job.logs = {{"stdout", 5, "aa"}, {"stderr", 1, "bb"}};
  job.aborted = true;
  job.aborted_by = "root";
  job.abort_reason = "the disk is full";
  job.software = "opus-uws 0.1.0";
  job.command = {"stack", "--all", ""};
  const std::string line = provenance::to_archive_line(job);
  CHECK(line.find('\n') == std::string::npos);
  CHECK(std::get<Job>(parse_archive_line(line).value()) == job);
}

TEST_CASE("an entity and what a job used come back as they were") {
  store::ArchivedEntity archived;
  archived.entity.id = EntityId{"e"};
  archived.entity.name = "map.fits";
  archived.entity.media_type = "image/fits";
  archived.entity.size = 1ull << 40;
  archived.entity.sha256 = "abc";
  archived.entity.source_url = "https://example.org/x?y=1";
  archived.entity.created = TimePoint{std::chrono::milliseconds{17}};
  archived.entity.invalidated = TimePoint{std::chrono::milliseconds{18}};
  archived.entity.owner = "alice";
  archived.entity.generated_by = JobId{"j"};
  archived.entity.role = "map.2";
  archived.result_name = "map";
  archived.ordinal = 1;
  const auto back = std::get<store::ArchivedEntity>(
      parse_archive_line(provenance::to_archive_line(archived)).value());
  CHECK(back.entity == archived.entity);
  CHECK(back.result_name == "map");
  CHECK(back.ordinal == 1);
  archived.entity.location = "uploads/e/map.fits";  // that is here and nowhere else
  CHECK(provenance::to_archive_line(archived).find("uploads/") == std::string::npos);

  const provenance::ArchivedInputs used{JobId{"j"},
                                        {{"image", EntityId{"e"}, "https://example.org/x", "x.fits",
                                          TimePoint{std::chrono::milliseconds{20}}},
                                         {"text", {}, "", "", {}}}};
  const auto again = std::get<provenance::ArchivedInputs>(
      parse_archive_line(provenance::to_archive_line(used)).value());
  CHECK(again.job == used.job);
  CHECK(again.inputs == used.inputs);

  const provenance::ArchivedTelling told{JobId{"j"}, R"({"activity": {"a \u00e9": {}}})"};
  const auto once_more = std::get<provenance::ArchivedTelling>(
      parse_archive_line(provenance::to_archive_line(told)).value());
  CHECK(once_more.job == told.job);
  CHECK(once_more.json == told.json);
}

TEST_CASE("PROV-G-08: secrets do not leave the store") {
  Job job;
  job.id = JobId{"j"};
  job.phase = Phase::completed;
  job.parameters = {{"password", "hush"}, {"url", "https://me:hush@example.org/?token=hush&a=1"}};
  job.command = {"get", "--password=hush", "https://me:hush@example.org/?token=hush&a=1"};
  const std::string line = provenance::to_archive_line(job);
  CHECK(line.find("hush") == std::string::npos);
  CHECK(line.find("https://example.org/?a=1") != std::string::npos);
}

TEST_CASE("a faulty line is refused with the member, what was expected and what came") {
  CHECK(fault_of("[]") == "expected a JSON object, got an array");
  CHECK(fault_of("{}") ==
        "kind: expected head, description, job, record, entity or inputs, got ''");
  CHECK(fault_of(R"({"kind":"x"})").find("got 'x'") != std::string::npos);
  CHECK(fault_of(R"({"kind":"head","format":"opus-provenance-2"})") ==
        "head: format: expected 'opus-provenance-1', got 'opus-provenance-2'");
  CHECK(fault_of(R"({"kind":"job"})") == "job: id: expected it, got nothing");
  CHECK(fault_of(R"({"kind":"job","id":"a/b"})") == "job: id: expected an id, got 'a/b'");
  CHECK(fault_of(job_with(R"("owner":7)")) == "job: owner: expected a string, got a number");
  CHECK(fault_of(job_with(R"("ended":"noon")")).find("job: ended: 'noon' is not a time") == 0);
  CHECK(fault_of(job_with(R"("exitCode":"0")")) ==
        "job: exitCode: expected an integer, got a string");
  CHECK(fault_of(job_with(R"("maxRssBytes":-1)")) ==
        "job: maxRssBytes: expected an integer from 0, got a number");
  CHECK(fault_of(job_with(R"("error":"x","transient":1)")) ==
        "job: transient: expected true or false, got a number");
  CHECK(fault_of(R"({"kind":"job","id":"j","phase":"EXECUTING"})") ==
        "job: phase: expected the phase of a job that has ended, got 'EXECUTING'");
  const std::string head =
      R"({"kind":"job","id":"j","phase":"ERROR","created":"2026-01-02T03:04:05Z",)";
  CHECK(fault_of(head + R"("command":[]})") == "job: parameters: expected it, got nothing");
  CHECK(fault_of(head + R"("command":[],"parameters":{}})") ==
        "job: parameters: expected an array, got an object");
  CHECK(fault_of(head + R"("command":[],"parameters":[1]})") ==
        "job: parameters[0]: expected an object, got a number");
  CHECK(fault_of(head + R"("command":[],"parameters":[{"value":"1"}]})") ==
        "job: parameters[0].name: expected it, got nothing");
  CHECK(fault_of(head + R"("parameters":[],"command":[1]})") ==
        "job: command: expected an array of strings, got a number");
  CHECK(fault_of(R"({"kind":"entity","id":""})") == "entity: id: expected an id, got ''");
  CHECK(fault_of(R"({"kind":"inputs","job":"j"})") == "inputs: inputs: expected it, got nothing");
  CHECK(fault_of(R"({"kind":"description","hash":"0","name":"x","json":"{}"})")
            .find("description: json: expected a text with the SHA-256 '0'") == 0);
}
