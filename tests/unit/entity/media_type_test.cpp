#include "libopus/entity/media_type.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

using opus::entity::settled_media_type;

TEST_CASE("a sender's media type is believed if it says something") {
  const opus_test::TempFolder folder;
  const auto fits = folder.write("data", "SIMPLE  =                    T");
  const auto text = folder.write("notes", "notes");
  struct Case {
    const char *told, *name, *settled;
  };
  const Case cases[] = {
      {"image/fits", "x.csv", "image/fits"},
      {"Text/CSV; charset=utf-8", "x", "text/csv"},
      {"application/octet-stream", "x.fits", "application/fits"},
      {"binary/octet-stream", "x.png", "image/png"},
      {"", "x.json", "application/json"},
      {"text/plain", "x.fits", "application/fits"},
      {"text/plain", "x.unknown", "text/plain"},
      {"text/plain; charset=x", "x.txt", "text/plain"},
      {"nonsense", "x.csv", "text/csv"},
      {"a/b\r\nX-Evil: 1", "x.csv", "text/csv"},
      {"*/*", "x.csv", "text/csv"},
      {"a/", "x", "application/octet-stream"},
      {"/b", "x", "application/octet-stream"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.told, c.name);
    CHECK(settled_media_type(c.told, c.name, text) == c.settled);
  }
  CHECK(settled_media_type("text/plain", "data", fits) == "application/fits");
}
