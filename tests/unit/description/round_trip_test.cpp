#include <random>
#include <string>

#include <opus/description.hpp>

#include "tests/support/catch.hpp"
#include "tests/unit/description/random_description.hpp"

namespace {

std::string message_of(const opus::Result<void>& result) {
  return result ? std::string{} : result.error().message;
}

}  // namespace

TEST_CASE("whatever is valid comes back the same from both file forms") {
  std::mt19937 random{20260101};
  for (int i = 0; i < 2000; ++i) {
    const opus::JobDescription d = opus::test::random_description(random);
    REQUIRE(message_of(opus::check(d)) == "");

    const std::string json = opus::to_json(d);
    INFO(json);
    const auto from_json = opus::parse_description(json, "random.json");
    if (!from_json) FAIL(from_json.error().message);
    REQUIRE(*from_json == d);
    REQUIRE(opus::to_json(*from_json) == json);

    const std::string votable = opus::to_votable(d);
    INFO(votable);
    const auto from_votable = opus::parse_description(votable, "random.xml");
    if (!from_votable) FAIL(from_votable.error().message);
    REQUIRE(*from_votable == d);
    REQUIRE(opus::to_votable(*from_votable) == votable);
  }
}

TEST_CASE("readers survive every single byte of a document being lost or changed") {
  std::mt19937 random{7};
  const opus::JobDescription d = opus::test::random_description(random);
  for (const std::string& whole : {opus::to_json(d), opus::to_votable(d)}) {
    for (std::size_t i = 0; i < whole.size(); ++i) {
      std::string text = whole;
      text.erase(i, 1);
      (void)opus::parse_description(text, "lost");
      text = whole;
      text[i] = static_cast<char>(random());
      if (const auto read = opus::parse_description(text, "changed"))
        REQUIRE(message_of(opus::check(*read)) == "");
    }
  }
}
