#include "libopus/executor/job_files.hpp"

#include "libopus/executor/ending_words.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

using namespace opus;
using opus_test::TempFolder;

TEST_CASE("each ending has a word, and each word an ending") {
  for (const auto& [ending, word] : k_ending_words) {
    CHECK(to_word(ending) == word);
    CHECK(ending_of_word(word) == ending);
  }
  CHECK_FALSE(ending_of_word("finished"));
  CHECK_FALSE(ending_of_word(""));
}

TEST_CASE("an exit record is read with all it says") {
  const auto outcome = parse_exit_record(
      R"({"version":1,"job":"j","ending":"time_limit","signal":15,"host":"node7",
          "os":"Debian","kernel":"Linux 6.1","allocation":{"cpus":"4"},
          "started":"2026-03-08T12:00:00.250Z","ended":"2026-03-08T12:00:01.500Z",
          "user_ms":1200,"system_ms":30,"max_rss_bytes":123456789012,
          "message":"caf\u00e9","transient":true,"added later":[1,2]})",
      "exit.json");
  REQUIRE(outcome);
  CHECK(outcome->ending == Ending::time_limit);
  CHECK(outcome->facts.signal == 15);
  CHECK_FALSE(outcome->facts.exit_code);
  CHECK(outcome->facts.host == "node7");
  CHECK(outcome->facts.os == "Debian");
  CHECK(outcome->facts.kernel == "Linux 6.1");
  CHECK(outcome->facts.allocation == std::map<std::string, std::string>{{"cpus", "4"}});
  CHECK(to_iso8601(*outcome->started) == "2026-03-08T12:00:00.250Z");
  CHECK(to_iso8601(*outcome->ended) == "2026-03-08T12:00:01.500Z");
  CHECK(outcome->facts.user_time == std::chrono::milliseconds{1200});
  CHECK(outcome->facts.system_time == std::chrono::milliseconds{30});
  CHECK(outcome->facts.max_rss_bytes == 123456789012u);
  CHECK(outcome->message == "caf\xC3\xA9");
  CHECK(outcome->transient);
}

TEST_CASE("what an exit record leaves out is not known") {
  const auto outcome = parse_exit_record(R"({"ending":"lost"})", "exit.json");
  REQUIRE(outcome);
  CHECK(outcome->facts == RunFacts{});
  CHECK_FALSE(outcome->started);
  CHECK_FALSE(outcome->transient);
}

TEST_CASE("a damaged exit record is corrupt, with the file, the field and what was expected") {
  const std::pair<const char*, const char*> cases[] = {
      {"", "exit.json:1:1"},
      {"{\"ending\":\"exited\",\"exit_code\":0", "exit.json:1:"},
      {"[]", "exit.json: content: expected an object, got an array"},
      {"{}", "exit.json: ending: '' is not the word for an ending"},
      {R"({"ending":"died"})", "exit.json: ending: 'died' is not the word for an ending"},
      {R"({"ending":5})", "exit.json: ending: expected a string, got a number"},
      {R"({"ending":"exited"})", "exit.json: exit_code: expected an integer"},
      {R"({"ending":"exited","exit_code":"0"})",
       "exit.json: exit_code: expected an integer from 0, got a string"},
      {R"({"ending":"exited","exit_code":-1})", "exit.json: exit_code: expected an integer from 0"},
      {R"({"ending":"lost","allocation":"all"})",
       "exit.json: allocation: expected an object, got a string"},
      {R"({"ending":"lost","allocation":{"cpus":4}})",
       "exit.json: allocation.cpus: expected a string, got a number"},
      {R"({"ending":"lost","ended":"yesterday"})", "exit.json: ended: "},
  };
  for (const auto& [text, message] : cases) {
    const auto outcome = parse_exit_record(text, "exit.json");
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == Errc::corrupt);
    CHECK_THAT(outcome.error().message, Catch::StartsWith(message));
  }
}

TEST_CASE("a claim is read from its file") {
  const TempFolder folder;
  const auto file = folder.write(
      "started.json",
      R"({"version":1,"job":"j","pid":4711,"start_ticks":123456789,"boot_id":"b-1","host":"h",)"
      R"("claimed":"2026-03-08T12:00:00.000Z"})");
  const auto claim = read_claim(file);
  REQUIRE(claim);
  CHECK(claim->pid == 4711);
  CHECK(claim->start_ticks == 123456789);
  CHECK(claim->boot_id == "b-1");
  CHECK(claim->host == "h");
  CHECK(to_iso8601(claim->at) == "2026-03-08T12:00:00.000Z");
  CHECK(read_claim(folder / "none").error().code == Errc::not_found);
  CHECK(read_exit_record(folder / "none").error().code == Errc::not_found);
  CHECK(read_claim(folder.write("bad", R"({"pid":0})")).error().code == Errc::corrupt);
}
