// The launcher's own writing of files, read back by the library.
#include "libopus/executor/local/launcher/record.hpp"

#include <sys/resource.h>

#include <csignal>

#include "libopus/core/process.hpp"
#include "libopus/executor/job_files.hpp"
#include "libopus/executor/local/launcher/supervisor.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

using namespace opus;
using namespace opus::local;
using opus_test::TempFolder;

TEST_CASE("what the launcher records the library reads") {
  ExitRecord record;
  record.job = "018f";
  record.ending = Ending::out_of_memory;
  record.signal = 9;
  record.started_ms = 1'772'971'200'250;
  record.ended_ms = 1'772'971'201'500;
  record.user_ms = 5;
  record.system_ms = 6;
  record.max_rss_bytes = 1 << 20;
  record.message = "quotes \" and \\, caf\xC3\xA9, a\nbreak, a tab\t, no UTF-8 \xFF.";
  record.transient = true;
  record.allocation = {{"nodes", "node[1-2]"}, {"partition", "long"}};
  const auto outcome = parse_exit_record(to_json(record), "record");
  REQUIRE(outcome);
  CHECK(outcome->ending == Ending::out_of_memory);
  CHECK(outcome->facts.signal == 9);
  CHECK(to_iso8601(*outcome->started) == "2026-03-08T12:00:00.250Z");
  CHECK(to_iso8601(*outcome->ended) == "2026-03-08T12:00:01.500Z");
  CHECK(outcome->facts.user_time->count() == 5);
  CHECK(outcome->facts.max_rss_bytes == 1u << 20);
  CHECK(outcome->facts.host == host_name());
  CHECK(outcome->facts.os == os_name());
  CHECK(outcome->facts.kernel == kernel_name());
  CHECK_THAT(kernel_name(), Catch::StartsWith("Linux "));
  CHECK(outcome->facts.allocation ==
        std::map<std::string, std::string>{{"nodes", "node[1-2]"}, {"partition", "long"}});
  CHECK(outcome->message ==
        "quotes \" and \\, caf\xC3\xA9, a\nbreak, a tab\t, no UTF-8 \xEF\xBF\xBD.");
  CHECK(outcome->transient);
}

TEST_CASE("times are written as the library writes them, leap days and all") {
  for (const std::int64_t day : {0, 59, 11016, 19782, 20513, 47540, 2932896}) {
    ExitRecord record;
    record.ended_ms = day * 86'400'000 + 86'399'999;
    const auto outcome = parse_exit_record(to_json(record), "record");
    REQUIRE(outcome);
    CHECK(outcome->ended->time_since_epoch().count() == *record.ended_ms);
  }
}

TEST_CASE("a record is never longer than a pipe takes at once, and always whole") {
  ExitRecord record;
  record.job = std::string(36, 'j');
  record.allocation.assign(9, {"memoryPerCpu", std::string(1000, 'a')});
  for (const char* piece : {"x", "\"", "\x01", "\xC3\xA9", "\xFF"}) {
    record.message.clear();
    for (int i = 0; i < 10'000; ++i) record.message += piece;
    const auto json = to_json(record);
    CHECK(json.size() <= k_max_record);
    CHECK(parse_exit_record(json, "record"));
  }
}

TEST_CASE("a job is claimed once") {
  const TempFolder folder;
  JobFolder first{folder.path()}, second{folder.path()};
  REQUIRE(first);
  CHECK(first.claim("j", 5) == JobFolder::Claim::mine);
  CHECK(second.claim("j", 6) == JobFolder::Claim::taken);
  CHECK(read_claim(folder / "started.json")->start_ticks == 5);
  CHECK(read_claim(folder / "started.json")->pid == getpid());
  CHECK(read_claim(folder / "started.json")->boot_id == boot_id());
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& file : std::filesystem::directory_iterator{folder.path()})
    ++files;
  CHECK(files == 1);  // the loser leaves nothing
  CHECK_FALSE(JobFolder{folder / "none"});
}

TEST_CASE("a record appears whole, over what a killed supervisor left") {
  const TempFolder folder;
  folder.write("exit.json.new", std::string(5000, 'x'));
  JobFolder job{folder.path()};
  REQUIRE(job.reserve_record());
  CHECK_FALSE(std::filesystem::exists(folder / "exit.json"));
  REQUIRE(job.write_record("{}\n"));
  CHECK(TempFolder::read(folder / "exit.json") == "{}\n");
  CHECK_FALSE(std::filesystem::exists(folder / "exit.json.new"));
}

TEST_CASE("the kernel tells how often it has killed for want of memory") {
  CHECK(count_oom_kills().has_value());
}
