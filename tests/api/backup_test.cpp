// Copies of a data folder beside the service that works in it, and what is made of them.
#include <opus/opus.hpp>

#include <atomic>
#include <chrono>
#include <fstream>
#include <optional>
#include <thread>

#include "tests/support/catch.hpp"
#include "tests/support/contains.hpp"
#include "tests/support/files_below.hpp"
#include "tests/support/temp_folder.hpp"

using namespace opus;
using namespace std::chrono_literals;
using opus_test::contains;
using opus_test::TempFolder;

namespace {

namespace fs = std::filesystem;

Service open_with_echo(const fs::path& folder) {
  Service service = Service::open({.data_dir = folder}).value();
  JobDescription description;
  description.name = "copy";
  description.parameters = {{.name = "text"}};
  description.results = {{.name = "copy", .path = "copy.txt"}};
  const auto write = [](TaskContext& context) -> Result<void> {
    const std::string text = context.parameter("text").value_or("");
    context.print(text);
    return context.write_result("copy", text);
  };
  service.define(description, write).value();
  return service;
}

Job completed(Service& service, std::string text) {
  const Job job =
      service
          .create({.description = "copy", .parameters = {{"text", std::move(text)}}, .run = true})
          .value();
  const Job done = service.wait(job.id, 30s).value();
  REQUIRE(done.phase == Phase::completed);
  return done;
}

fs::path content_of(const Service& service, const Job& job) {
  return service.content_path(job.results.at(0).entity).value();
}

std::string only_fault(const fs::path& folder, bool contents = true) {
  const VerifyReport report = verify(folder, contents).value();
  REQUIRE(report.faults.size() == 1);
  return report.faults.front();
}

}  // namespace

TEST_CASE("a copy of a data folder in use serves as well as the folder", "[api]") {
  TempFolder folder;
  std::optional<Service> service = open_with_echo(folder / "data");
  const Job job = completed(*service, "one");
  const fs::path upload = service->incoming_dir() / "upload";
  std::ofstream{upload} << "an upload";
  const Entity entity = service->add_entity({.file_name = "u.txt", .path = upload}, {}).value();

  const BackupReport report = back_up(folder / "data", folder / "copy").value();
  CHECK(report.files == report.copied);
  CHECK(report.bytes >= 3 + 9);
  CHECK(verify(folder / "copy", true).value().faults.empty());

  Service other = open_with_echo(folder / "copy");
  const Job same = other.get(job.id).value();
  CHECK(same == job);
  CHECK(TempFolder::read(content_of(other, same)) == "one");
  CHECK(TempFolder::read(other.log_path(job.id, "stdout").value()) == "one\n");
  CHECK(TempFolder::read(other.content_path(other.entity(entity.id).value()).value()) ==
        "an upload");
  completed(other, "goes on");
}

TEST_CASE("the next copy takes what is new, and drops what was deleted", "[api]") {
  TempFolder folder;
  Service service = open_with_echo(folder / "data");
  const Job first = completed(service, "one");
  const BackupReport all = back_up(folder / "data", folder / "copy").value();
  const BackupReport none = back_up(folder / "data", folder / "copy").value();
  CHECK(none.files == all.files);
  CHECK(none.copied == 0);
  CHECK(none.bytes == 0);

  const Job second = completed(service, "three");
  service.destroy(first.id).value();
  // Its files go when the answer has been given.
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  while (fs::exists(folder / "data" / first.results.at(0).entity.location))
    REQUIRE(std::chrono::steady_clock::now() < deadline);
  const BackupReport more = back_up(folder / "data", folder / "copy").value();
  CHECK(more.copied > 0);
  CHECK(verify(folder / "copy", true).value().faults.empty());
  CHECK(fs::exists(folder / "copy" / second.results.at(0).entity.location));
  CHECK_FALSE(fs::exists(folder / "copy" / first.results.at(0).entity.location));
}

TEST_CASE("copies taken while jobs come and go are whole", "[api]") {
  TempFolder folder;
  Service service = open_with_echo(folder / "data");
  std::atomic<bool> enough{false};
  std::thread churn{[&] {
    for (int i = 0; !enough; ++i) {
      const Job job =
          service.create({.description = "copy", .parameters = {{"text", "x"}}, .run = true})
              .value();
      service.wait(job.id, 30s).value();
      if (i % 3 != 0) service.destroy(job.id).value();
    }
  }};
  const std::vector<std::string> none;
  for (int i = 0; i < 5; ++i) {
    CHECK(back_up(folder / "data", folder / "copy"));
    CHECK(verify(folder / "copy", true).value().faults == none);
    CHECK(verify(folder / "data", true).value().faults == none);
  }
  enough = true;
  churn.join();
}

TEST_CASE("verify names what is lost, cut or changed, and folders of no job", "[api]") {
  TempFolder folder;
  fs::path file, stray = folder / "data/jobs/00/left-over";
  {
    Service service = open_with_echo(folder / "data");
    file = content_of(service, completed(service, "right"));
  }
  fs::create_directories(stray);
  const VerifyReport good = verify(folder / "data", true).value();
  CHECK(good.faults.empty());
  CHECK(good.jobs == 1);
  CHECK(good.files == 1);
  CHECK(good.bytes == 5);
  CHECK(good.strays == std::vector{stray.string()});

  fs::permissions(file, fs::perms::owner_write, fs::perm_options::add);
  std::ofstream{file} << "wrong";
  CHECK(verify(folder / "data", false).value().faults.empty());
  CHECK(contains(only_fault(folder / "data"), "has other content than it had"));
  std::ofstream{file} << "longer than it was";
  CHECK(contains(only_fault(folder / "data", false), "has 18 bytes, expected 5"));
  fs::remove(file);
  CHECK(contains(only_fault(folder / "data", false), "cannot be read: No such file"));
}

TEST_CASE("verify tells of a damaged database", "[api]") {
  TempFolder folder;
  {
    Service service = open_with_echo(folder / "data");
    for (int i = 0; i < 20; ++i) completed(service, std::string(2000, 'x'));
  }
  const fs::path database = folder / "data/opus.db";
  {
    std::fstream bytes{database, std::ios::in | std::ios::out | std::ios::binary};
    const auto size = static_cast<std::streamoff>(fs::file_size(database));
    for (std::streamoff at = 4096 * 3; at < size; at += 4096) {
      bytes.seekp(at);
      bytes << std::string(64, '\x55');
    }
  }
  const auto report = verify(folder / "data", false);
  CHECK((report ? !report->faults.empty() : report.error().code == Errc::corrupt));
  CHECK_FALSE(restore(folder / "data", folder / "new").has_value());
  CHECK_FALSE(fs::exists(folder / "new"));
}

TEST_CASE("a data folder is made from a copy, or not at all", "[api]") {
  TempFolder folder;
  fs::path result;
  std::optional<Job> job;
  {
    Service service = open_with_echo(folder / "data");
    job = completed(service, "one");
    result = job->results.at(0).entity.location;
    back_up(folder / "data", folder / "copy").value();
  }
  CHECK(restore(folder / "copy", folder / "data").error().code == Errc::conflict);
  fs::create_directories(folder / "new");
  CHECK(restore(folder / "copy", folder / "new").value().files > 0);
  {
    Service service = open_with_echo(folder / "new");
    CHECK(service.get(job->id).value() == *job);
    CHECK(TempFolder::read(content_of(service, *job)) == "one");
  }
  fs::permissions(folder / "copy" / result, fs::perms::owner_write, fs::perm_options::add);
  std::ofstream{folder / "copy" / result} << "two";
  const auto refused = restore(folder / "copy", folder / "never");
  CHECK(refused.error().code == Errc::corrupt);
  CHECK(contains(refused.error().message, result.string()));
  CHECK_FALSE(fs::exists(folder / "never"));
  for (const auto& entry : fs::directory_iterator{folder.path()})
    CHECK_FALSE(contains(entry.path().filename().string(), "restoring"));
}

TEST_CASE("places where no copy can be are refused, and stay as they are", "[api]") {
  TempFolder folder;
  CHECK(back_up(folder / "nothing", folder / "copy").error().code == Errc::not_found);
  CHECK_FALSE(fs::exists(folder / "copy"));
  Service service = open_with_echo(folder / "data");
  CHECK(back_up(folder / "data", folder / "data/copy").error().code == Errc::invalid_argument);
  CHECK(back_up(folder / "data", folder.path()).error().code == Errc::invalid_argument);

  folder.write("home/letter.txt", "mine");
  const auto foreign = back_up(folder / "data", folder / "home");
  CHECK(foreign.error().code == Errc::invalid_argument);
  CHECK(contains(foreign.error().message, "letter.txt"));
  CHECK(opus_test::files_below(folder / "home") == std::set<std::string>{"letter.txt"});

  folder.write("other/opus.db", "no database");
  CHECK(back_up(folder / "data", folder / "other").error().code == Errc::corrupt);
  CHECK(verify(folder / "other", false).error().code == Errc::corrupt);
  CHECK(verify(folder / "nothing", false).error().code == Errc::not_found);

  Service second = open_with_echo(folder / "second");
  CHECK(back_up(folder / "data", folder / "second").error().code == Errc::unavailable);
}
