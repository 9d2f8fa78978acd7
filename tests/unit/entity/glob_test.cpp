#include "libopus/entity/glob.hpp"

#include "tests/support/catch.hpp"

#include <fnmatch.h>

#include <random>
#include <string>

using opus::entity::glob_matches;
using opus::entity::is_glob;

TEST_CASE("a glob has one of three marks") {
  CHECK(is_glob("*.fits"));
  CHECK(is_glob("a?"));
  CHECK(is_glob("[ab]"));
  CHECK_FALSE(is_glob("a.fits"));
  CHECK_FALSE(is_glob("a]{b,c}"));
}

TEST_CASE("globs match as in a shell") {
  struct Case {
    const char *pattern, *name;
    bool matches;
  };
  const Case cases[] = {
      {"*.fits", "a.fits", true},
      {"*.fits", "a.fit", false},
      {"*.fits", ".fits", false},  // hidden
      {".*", ".hidden", true},
      {"?x", ".x", false},
      {"*", "", true},
      {"", "", true},
      {"", "a", false},
      {"a*b*c", "aXXbYYc", true},
      {"a*b*c", "aXXbYY", false},
      {"a**", "a", true},
      {"???", "abc", true},
      {"???", "ab", false},
      {"?", "\xC3\xA4", true},  // a character, not a byte
      {"?", "\xFF", true},
      {"[a-c]x", "bx", true},
      {"[a-c]x", "dx", false},
      {"[!a-c]x", "dx", true},
      {"[^a-c]x", "ax", false},
      {"[]]", "]", true},
      {"[!]]", "a", true},
      {"[a-]", "-", true},
      {"[\xC3\xA4-\xC3\xBC]", "\xC3\xB6", true},
      {"[abc", "[abc", true},
      {"[abc", "a", false},
      {"a[1].fits", "a1.fits", true},
      {"a[1].fits", "a[1].fits", false},
      {"A", "a", false},
      {"\xFF", "\xFF", true},
      {"\xFF", "\xFE", false},
      {"*\xFF", "a\xFF", true},
  };
  for (const Case& c : cases) {
    CAPTURE(c.pattern, c.name);
    CHECK(glob_matches(c.pattern, c.name) == c.matches);
  }
}

TEST_CASE("a hostile glob takes no exponential time") {
  std::string pattern;
  for (int i = 0; i < 60; ++i) pattern += "*a";
  CHECK_FALSE(glob_matches(pattern + "b", std::string(200, 'a')));
}

TEST_CASE("globs agree with the system's matcher") {
  std::mt19937 random{31};
  const std::string letters = "ab*?-!]";
  for (int i = 0; i < 50'000; ++i) {
    std::string pattern, name;
    for (auto n = random() % 6; n > 0; --n) {
      switch (random() % 5) {
        case 0: pattern += random() % 2 == 0 ? "[ab]" : "[!a]"; break;
        default: pattern += letters[random() % letters.size()];
      }
    }
    for (auto n = random() % 6; n > 0; --n) name += "ab-!"[random() % 4];
    CAPTURE(pattern, name);
    const bool expected = fnmatch(pattern.c_str(), name.c_str(), FNM_NOESCAPE) == 0;
    REQUIRE(glob_matches(pattern, name) == expected);
  }
}
