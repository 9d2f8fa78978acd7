#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>

#include <opus/description.hpp>

#include "tests/support/catch.hpp"

namespace fs = std::filesystem;

namespace {

class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content)
      : path_(fs::temp_directory_path() /
              ("opus-uws-description-" + std::to_string(::getpid()) + ".txt")) {
    std::ofstream{path_, std::ios::binary} << content;
  }
  ~TemporaryFile() { fs::remove(path_); }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

}  // namespace

TEST_CASE("the form of a file is told by its content, not its name") {
  const opus::JobDescription d{.name = "d", .command = {"true"}};
  CHECK(opus::load_description(TemporaryFile{opus::to_json(d)}.path()).value() == d);
  CHECK(opus::load_description(TemporaryFile{opus::to_votable(d)}.path()).value() == d);
  CHECK(
      opus::load_description(TemporaryFile{"\xEF\xBB\xBF\n " + opus::to_json(d)}.path()).value() ==
      d);
}

TEST_CASE("errors begin with the name of the file") {
  const TemporaryFile neither{"name = \"d\"\n"};
  const auto read = opus::load_description(neither.path());
  REQUIRE_FALSE(read);
  CHECK(read.error().message ==
        neither.path().string() +
            ": expected a job description: a VOTable, beginning with '<', or a JSON object, "
            "beginning with '{', got 'name = \"d\"'");
  const TemporaryFile empty{" \n"};
  const auto nothing = opus::load_description(empty.path());
  REQUIRE_FALSE(nothing);
  CHECK(nothing.error().message.ends_with("got nothing"));
}

TEST_CASE("a file that is not there or too large is an error") {
  const auto absent = opus::load_description("/nonexistent/d.json");
  REQUIRE_FALSE(absent);
  CHECK(absent.error().code == opus::Errc::not_found);
  CHECK(absent.error().message.find("/nonexistent/d.json") != std::string::npos);
  const TemporaryFile large{std::string((4u << 20) + 1, ' ')};
  const auto refused = opus::load_description(large.path());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == opus::Errc::too_large);
}

TEST_CASE("the examples load, and the faulty examples do not") {
  std::size_t good = 0, bad = 0;
  for (const char* folder : {OPUS_UWS_EXAMPLES "/descriptions", OPUS_UWS_TEST_DATA "/valid"})
    for (const auto& entry : fs::directory_iterator{folder}) {
      if (entry.path().extension() == ".md") continue;
      const auto read = opus::load_description(entry.path());
      if (!read) FAIL(read.error().message);
      ++good;
    }
  for (const auto& entry : fs::directory_iterator{OPUS_UWS_TEST_DATA "/invalid"}) {
    INFO(entry.path());
    const auto read = opus::load_description(entry.path());
    REQUIRE_FALSE(read);
    CHECK(read.error().code == opus::Errc::invalid_argument);
    ++bad;
  }
  CHECK(good >= 5);
  CHECK(bad >= 20);
}

TEST_CASE("the schema in the library is the file that is installed") {
  std::ifstream file{OPUS_UWS_SCHEMA, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  CHECK_FALSE(text.empty());
  CHECK(text == opus::description_json_schema());
}
