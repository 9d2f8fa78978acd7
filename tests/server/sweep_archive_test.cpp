// All results of a sweep as one tar file. tests/clients/chains_and_sweeps.py unpacks such files.
#include <filesystem>
#include <map>
#include <string>

#include "server/rest/archive/archive_writer.hpp"
#include "server/rest/sweep_archive.hpp"
#include "tests/server/rest_rig.hpp"
#include "tests/support/catch.hpp"

using namespace opus_test;
using opus::archive::ArchiveWriter;
using opus::rest::BodyStream;
using opus::rest::BodyStreamPtr;

namespace {

/// Name -> content of an archive of regular files with short names.
std::map<std::string, std::string> unpacked(const std::string& tar) {
  std::map<std::string, std::string> files;
  std::size_t at = 0;
  while (at + 512 <= tar.size() && tar[at] != '\0') {
    const std::string name = tar.c_str() + at;
    REQUIRE(tar[at + 156] == '0');
    const std::size_t size = std::stoull(tar.substr(at + 124, 12), nullptr, 8);
    REQUIRE(at + 512 + size <= tar.size());
    CHECK(files.emplace(name, tar.substr(at + 512, size)).second);
    at += 512 + (size + 511) / 512 * 512;
  }
  CHECK(tar.substr(at) == std::string(1024, '\0'));
  return files;
}

/// The whole body, pulled to its end; how it ended.
BodyStream::State pull_all(RestRig& rig, BodyStream& stream, std::string& out) {
  stream.on_wake([&host = rig.host()] { host.post([] {}); });
  for (;;) {
    stream.arm();
    const std::size_t before = out.size();
    const auto state = stream.pull(out);
    CHECK(out.size() - before < 2u << 20);
    if (state != BodyStream::State::more && state != BodyStream::State::waiting) return state;
  }
}

/// A list whose jobs write results of these sizes.
void define_writer(RestRig& rig, std::vector<std::size_t> sizes) {
  opus::JobDescription description;
  description.name = "writer";
  description.parameters = {{.name = "letter", .default_value = "a"}};
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const std::string number = std::to_string(i);
    description.results.push_back(
        {.name = "r" + number, .path = "folder" + number + "/same name.txt"});
  }
  rig.service()
      .define(description,
              [sizes](opus::TaskContext& task) -> opus::Result<void> {
                const std::string letter = task.parameter("letter").value();
                for (std::size_t i = 0; i < sizes.size(); ++i)
                  OPUS_UWS_CHECK(task.write_result("r" + std::to_string(i),
                                                   std::string(sizes[i], letter.front())));
                return {};
              })
      .value();
}

std::shared_ptr<TestCall> archive_of(RestRig& rig, const std::string& sweep) {
  const auto call = rig.start("GET", sweep + "/results.tar");
  rig.host().run_until([&] { return call->response.has_value(); });
  return call;
}

void wait_for_all(RestRig& rig, const opus::Sweep& sweep) {
  for (const opus::JobId& id : sweep.jobs)
    REQUIRE(rig.service().wait(id, std::chrono::seconds(60))->phase == opus::Phase::completed);
}

opus::Sweep sweep_of(RestRig& rig, const std::string& description, const std::string& name,
                     const std::string& values) {
  opus::SweepRequest request;
  request.job = {.description = description, .run_id = "a run/1"};
  for (const char value : values) request.job.parameters.emplace_back(name, std::string(1, value));
  request.job.run = true;
  opus::Sweep sweep = rig.service().create_sweep(request).value();
  wait_for_all(rig, sweep);
  return sweep;
}

}  // namespace

TEST_CASE("the archive of a sweep has each job's document and results in a folder of its own") {
  RestRig rig;
  const opus::Sweep sweep = sweep_of(rig, "echo", "text", "xy");
  const Answer answer = rig.get("/rest/echo/sweeps/a%20run%2F1/results.tar");
  REQUIRE(answer.status == 200);
  CHECK(answer.header("Content-Type") == "application/x-tar");
  CHECK(answer.header("Content-Disposition") == "attachment; filename=\"a_run_1.tar\"");
  const auto files = unpacked(answer.body);
  CHECK(files.size() == 4);
  const std::string letters = "xy";
  for (std::size_t i = 0; i < letters.size(); ++i) {
    const std::string folder = "a_run_1/" + sweep.jobs[i].value;
    CHECK(files.at(folder + "/results/said.txt") == letters.substr(i, 1));
    const std::string url = "/rest/echo/" + sweep.jobs[i].value;
    CHECK(files.at(folder + "/job.json") ==
          rig.get(url, {{"Accept", "application/json"}}).body + "\n");
  }
  CHECK(rig.send("HEAD", "/rest/echo/sweeps/a%20run%2F1/results.tar").status == 200);
}

TEST_CASE("a big archive comes in pieces, and files of one name do not hide each other") {
  RestRig rig;
  define_writer(rig, {700'000, 0, 3});
  const opus::Sweep sweep = sweep_of(rig, "writer", "letter", "xyz");
  const auto call = archive_of(rig, "/rest/writer/sweeps/a%20run%2F1");
  auto* const stream = std::get_if<BodyStreamPtr>(&call->response->body);
  REQUIRE(stream != nullptr);
  std::string tar;
  CHECK(pull_all(rig, **stream, tar) == BodyStream::State::ended);
  const auto files = unpacked(tar);
  CHECK(files.size() == 12);
  const std::string folder = "a_run_1/" + sweep.jobs[2].value + "/results/";
  CHECK(files.at(folder + "same name.txt") == std::string(700'000, 'z'));
  CHECK(files.at(folder + "r1-same name.txt") == "");
  CHECK(files.at(folder + "r2-same name.txt") == "zzz");
}

TEST_CASE("jobs that have no results yet are in the archive with their document") {
  RestRig rig;
  opus::SweepRequest request;
  request.job = {.description = "echo", .run_id = "r"};
  request.job.parameters = {{"times", "1..3"}};
  REQUIRE(rig.service().create_sweep(request));
  const auto files = unpacked(rig.get("/rest/echo/sweeps/r/results.tar").body);
  CHECK(files.size() == 3);
  for (const auto& [name, content] : files)
    CHECK(content.find("\"phase\":\"PENDING\"") != content.npos);
}

TEST_CASE("an archive whose file has gone breaks off, one whose job was deleted goes on") {
  RestRig rig;
  define_writer(rig, {300'000});
  const opus::Sweep sweep = sweep_of(rig, "writer", "letter", "uvwxyz");
  const auto content = [&](std::size_t i) {
    return rig.service()
        .content_path(rig.service().get(sweep.jobs[i])->results.at(0).entity)
        .value();
  };
  const std::string path = "/rest/writer/sweeps/a%20run%2F1";
  SECTION("deleted") {
    const auto call = archive_of(rig, path);
    REQUIRE(rig.service().destroy(sweep.jobs[0]));
    std::string tar;
    CHECK(pull_all(rig, *std::get<BodyStreamPtr>(call->response->body), tar) ==
          BodyStream::State::ended);
    CHECK(unpacked(tar).size() == 10);
  }
  SECTION("gone") {
    const auto call = archive_of(rig, path);
    std::filesystem::remove(content(0));
    std::string tar;
    CHECK(pull_all(rig, *std::get<BodyStreamPtr>(call->response->body), tar) ==
          BodyStream::State::broken);
  }
  SECTION("shorter while it is read") {
    const auto call = archive_of(rig, path);  // in the midst of the newest job's file
    std::filesystem::resize_file(content(5), 1);
    std::string tar;
    CHECK(pull_all(rig, *std::get<BodyStreamPtr>(call->response->body), tar) ==
          BodyStream::State::broken);
  }
  SECTION("gone before the first byte") {
    std::filesystem::remove(content(5));
    CHECK(rig.get(path + "/results.tar").status == 404);
  }
}

TEST_CASE("of a sweep that is not there, or not one's own, there is no archive") {
  RestRig rig;
  opus::SweepRequest request;
  request.job = {.description = "echo", .owner = "alice", .run_id = "hers"};
  request.job.parameters = {{"times", "1..2"}};
  REQUIRE(rig.service().create_sweep(request));
  CHECK(rig.get("/rest/echo/sweeps/hers/results.tar").status == 404);
  CHECK(rig.get("/rest/echo/sweeps/none/results.tar").status == 404);
  CHECK(rig.post("/rest/echo/sweeps/hers/results.tar").header("Allow") == "GET, HEAD, OPTIONS");
  CHECK(rig.get("/rest/echo/sweeps/hers/results.zip").status == 404);
}

TEST_CASE("a run id becomes a name that leads nowhere else") {
  using opus::rest::archive_name;
  CHECK(archive_name("night-42_b.c") == "night-42_b.c");
  CHECK(archive_name("../../etc/passwd") == "_._.._etc_passwd");
  CHECK(archive_name("a b\"\\\xC3\xA9") == "a_b____");
}

TEST_CASE("a tar file has exactly the content that was announced") {
  ArchiveWriter tar;
  REQUIRE(tar.begin("f\xC3\xB6lder/a", 3, opus::TimePoint{}));
  const auto more = tar.write("four");
  REQUIRE_FALSE(more);
  CHECK(more.error().message.find("more content") != std::string::npos);
  CHECK_FALSE(tar.finish());  // nothing follows an error

  ArchiveWriter good;
  REQUIRE(good.begin("f\xC3\xB6lder/a", 3, opus::TimePoint{}));
  REQUIRE(good.write("abc"));
  REQUIRE(good.finish());
  std::string out;
  good.take(out);
  CHECK(unpacked(out).at("f\xC3\xB6lder/a") == "abc");
  good.take(out);
  CHECK(out.size() == 512 * 4);  // what was taken does not come again
}
