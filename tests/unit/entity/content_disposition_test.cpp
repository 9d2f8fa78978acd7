#include "libopus/entity/content_disposition.hpp"

#include "libopus/core/strings.hpp"
#include "tests/support/catch.hpp"

#include <random>
#include <string>

using opus::entity::content_disposition_name;

TEST_CASE("the file name of a Content-Disposition is found as RFC 6266 says") {
  struct Case {
    const char *value, *name;
  };
  const Case cases[] = {
      {"attachment; filename=\"image.fits\"", "image.fits"},
      {"attachment; filename=image.fits", "image.fits"},
      {"Attachment ; FileName = image.fits ; size=5", "image.fits"},
      {"inline; x=1; filename=\"a;b=c.txt\"; y", "a;b=c.txt"},
      {R"(attachment; filename="a\"b\\c.txt")", R"(a"b\c.txt)"},
      {R"(attachment; filename="C:\data\x.txt")", R"(C:\data\x.txt)"},
      {"attachment; filename*=UTF-8''%e2%82%ac%20rates.csv", "\xE2\x82\xAC rates.csv"},
      {"attachment; filename*=utf-8'en'%E2%82%AC; filename=plain", "\xE2\x82\xAC"},
      {"attachment; filename=plain; filename*=UTF-8''better", "better"},
      {"attachment; filename*=iso-8859-1''%e4.txt", "\xC3\xA4.txt"},
      {"attachment; filename=\"\xE4.txt\"", "\xC3\xA4.txt"},  // bytes that can only be Latin-1
      {"attachment; filename=\"\xC3\xA4.txt\"", "\xC3\xA4.txt"},
      // What cannot be read does not hide the plain name.
      {"attachment; filename=plain; filename*=UTF-8''%e4", "plain"},
      {"attachment; filename=plain; filename*=UTF-8''%4", "plain"},
      {"attachment; filename=plain; filename*=UTF-8''%zz", "plain"},
      {"attachment; filename=plain; filename*=koi8-r''%e4", "plain"},
      {"attachment; filename=plain; filename*=better", "plain"},
      {"attachment; filename=first; filename=second", "first"},
      {"attachment", ""},
      {"filename=x", ""},
      {"", ""},
      {";", ""},
      {"attachment; filename", ""},
      {"attachment; filename=", ""},
      {"attachment; filename=\"open", "open"},
      {"attachment; filename=\"open\\", "open\\"},
      {"attachment;;; filename=x", "x"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.value);
    CHECK(content_disposition_name(c.value) == c.name);
  }
}

TEST_CASE("any value of Content-Disposition gives valid UTF-8 or nothing") {
  const std::string good = "attachment; filename=\"a\\\"b.txt\"; filename*=UTF-8''%e2%82%ac";
  std::mt19937 random{29};
  for (int i = 0; i < 20'000; ++i) {
    std::string value = good;
    for (auto n = random() % 4; n > 0; --n)
      value[random() % value.size()] = static_cast<char>(random());
    value.resize(random() % (value.size() + 1));
    REQUIRE(opus::is_utf8(content_disposition_name(value)));
  }
}
