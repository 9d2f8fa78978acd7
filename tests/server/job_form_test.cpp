#include "server/rest/job_form.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

using namespace opus::rest;
using namespace std::chrono_literals;
using opus_test::TempFolder;

namespace {

JobForm read(Pairs query, Pairs form = {}) {
  Request request;
  request.query = std::move(query);
  request.form = std::move(form);
  return read_job_form(request).value();
}

std::string error_of(Pairs form) {
  Request request;
  request.form = std::move(form);
  const auto read = read_job_form(request);
  REQUIRE_FALSE(read);
  CHECK(read.error().code == opus::Errc::invalid_argument);
  return read.error().message;
}

Request with_files(Pairs form, const TempFolder& folder, std::vector<std::string> names) {
  Request request;
  request.form = std::move(form);
  for (std::string& name : names)
    request.files.push_back({std::move(name), "file.vot", "application/x-votable+xml",
                             TemporaryFile::create(folder.path()).value()});
  return request;
}

}  // namespace

TEST_CASE(
    "UWS-CRE-08, UWS-PAR-09: control parameters are taken in any case, the rest is the job's") {
  const JobForm form = read({{"phase", "run"}}, {{"RunId", "r1"},
                                                 {"EXECUTIONDURATION", "60"},
                                                 {"destruction", "2030-01-02T03:04:05.000000Z"},
                                                 {"sigma", "3"},
                                                 {"Sigma", "4"}});
  CHECK(form.phase == PhaseCommand::run);
  CHECK(form.run_id == "r1");
  CHECK(form.execution_duration == 60s);
  CHECK(form.destruction == opus::parse_iso8601("2030-01-02T03:04:05Z").value());
  CHECK(form.parameters == Pairs{{"sigma", "3"}, {"Sigma", "4"}});
  CHECK_FALSE(form.action);
}

TEST_CASE("UWS-CRE-09: PHASE=RUN counts in the query string and in the body") {
  CHECK(read({{"PHASE", "RUN"}}).phase == PhaseCommand::run);
  CHECK(read({}, {{"PHASE", "Run"}}).phase == PhaseCommand::run);
  CHECK(read({{"PHASE", "RUN"}}, {{"PHASE", "RUN"}}).phase == PhaseCommand::run);
  CHECK(read({}, {{"PHASE", "ABORT"}}).phase == PhaseCommand::abort);
  CHECK(read({}, {{"phase", "hold"}}).phase == PhaseCommand::hold);
}

TEST_CASE("UWS-HTTP-15: bad control values are refused, all at once") {
  CHECK(error_of({{"PHASE", "EXECUTING"}}) ==
        "request: PHASE: expected RUN, HOLD or ABORT, got 'EXECUTING'");
  CHECK(error_of({{"EXECUTIONDURATION", "1.5"}, {"DESTRUCTION", "tomorrow"}}) ==
        "request: EXECUTIONDURATION: expected whole seconds from 0 (no limit) to 2147483647, got "
        "'1.5'; DESTRUCTION: expected a UTC time like 2030-01-02T03:04:05Z, got 'tomorrow'");
  CHECK(error_of({{"PHASE", "RUN"}, {"PHASE", "ABORT"}}).find("PHASE: expected one value") !=
        std::string::npos);
  CHECK(error_of({{"RUNID", std::string(65, 'x')}}).find("at most 64 characters") !=
        std::string::npos);
  CHECK(error_of({{"EXECUTIONDURATION", "2147483648"}}).size() > 0);  // UWS-EXD-02
  CHECK(error_of({{"EXECUTIONDURATION", "-1"}}).size() > 0);
  CHECK(error_of({{"EXECUTIONDURATION", ""}}).size() > 0);
  CHECK(error_of({{"DESTRUCTION", "2030-01-02T03:04:05+01:00"}}).size() > 0);  // UWS-TIM-04
}

TEST_CASE("UWS-EXD-01: execution durations are whole seconds, 0 for no limit") {
  CHECK(parse_execution_duration("0") == 0s);
  CHECK(parse_execution_duration(" 3600 ") == 3600s);
  CHECK(parse_execution_duration("2147483647") == 2147483647s);
  for (const char* bad : {"", "1h", "1.0", "2147483648", "-5", "1e3"})
    CHECK_FALSE(parse_execution_duration(bad));
}

TEST_CASE("UWS-PAR-11, UWS-PAR-12, UWS-PAR-13: UPLOAD names file parts and URLs") {
  const TempFolder folder;
  const Request request = with_files(
      {{"UPLOAD", "t1,param:a;t2 , http://x.org/t.vot;"}, {"upload", "t3,PARAM:B"}, {"QUERY", "q"}},
      folder, {"a", "b"});
  const JobForm form = read_job_form(request).value();
  REQUIRE(form.uploads.size() == 2);
  CHECK(form.uploads[0].name == "t1");
  CHECK(form.uploads[0].file_name == "file.vot");
  CHECK(form.uploads[0].media_type == "application/x-votable+xml");
  CHECK(form.uploads[0].path == request.files[0].content.path());
  CHECK(form.uploads[1].name == "t3");
  CHECK(form.uploads[1].path == request.files[1].content.path());
  CHECK(form.parameters == Pairs{{"t2", "http://x.org/t.vot"}, {"QUERY", "q"}});
  CHECK(form.has_job_parameters());
}

TEST_CASE("a file part that no UPLOAD names is an input of its own name") {
  const TempFolder folder;
  const Request request = with_files({}, folder, {"image"});
  const JobForm form = read_job_form(request).value();
  REQUIRE(form.uploads.size() == 1);
  CHECK(form.uploads[0].name == "image");
}

TEST_CASE("UWS-PAR-11: a malformed UPLOAD is refused with what was expected") {
  const auto upload_error = [](const char* value) { return error_of({{"UPLOAD", value}}); };
  CHECK(upload_error("t1").find("expected name,uri with a name of letters") != std::string::npos);
  CHECK(upload_error("1t,param:a").find("expected name,uri") != std::string::npos);
  CHECK(upload_error("t-1,param:a").find("expected name,uri") != std::string::npos);
  CHECK(upload_error("t1,param:a").find("expected a file part named 'a' in the same request") !=
        std::string::npos);
  CHECK(upload_error("t1,vos:x").find("begins with param:, http:// or https://") !=
        std::string::npos);
  CHECK(upload_error("t1,file:///etc/passwd").find("begins with param:") != std::string::npos);
  CHECK(upload_error("t1,http://a;T1,http://b").find("expected each name once") !=
        std::string::npos);
  const TempFolder folder;
  const auto twice =
      read_job_form(with_files({{"UPLOAD", "t1,param:a;t2,param:a"}}, folder, {"a"}));
  REQUIRE_FALSE(twice);
  CHECK(twice.error().message.find("expected each part for one name") != std::string::npos);
}
