#include "libopus/core/files.hpp"

#include "libopus/core/strings.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

#include <sys/stat.h>

#include <random>
#include <string>

using namespace opus;
using opus_test::TempFolder;

TEST_CASE("a client's file name becomes the last element, without tricks") {
  struct Case {
    std::string_view name, expected;
  };
  const Case cases[] = {
      {"image.fits", "image.fits"},
      {"my image (2).fits", "my image (2).fits"},
      {"/etc/passwd", "passwd"},
      {"../../x", "x"},
      {"C:\\Users\\me\\x.csv", "x.csv"},
      {".bashrc", "bashrc"},
      {"..", "file"},
      {".", "file"},
      {"", "file"},
      {"/", "file"},
      {"a/", "file"},
      {"-rf", "rf"},
      {"--.-x", "x"},
      {". x", "x"},
      {"  x.txt  ", "x.txt"},
      {"a\nb\x1B[0m.txt", "ab[0m.txt"},
      {{"a\0b", 3}, "ab"},
      {"\x7F\x01", "file"},
      {"a\xC2\x85z", "az"},
      {"bad\xFF.txt", "bad.txt"},
      {"\xC3\xA4\xE2\x82\xAC.fits", "\xC3\xA4\xE2\x82\xAC.fits"},
      {"$(reboot);`x`", "$(reboot);`x`"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(sanitized_file_name(c.name) == c.expected);
  }
  CHECK(sanitized_file_name("..", "upload") == "upload");
}

TEST_CASE("a long file name is cut between characters and keeps its ending") {
  CHECK(sanitized_file_name(std::string(300, 'a')) == std::string(200, 'a'));
  CHECK(sanitized_file_name(std::string(300, 'a') + ".fits.gz") == std::string(197, 'a') + ".gz");
  std::string wide;
  for (int i = 0; i < 150; ++i) wide += "\xE2\x82\xAC";
  const std::string name = sanitized_file_name("x" + wide);
  CHECK(name.size() <= 200);
  CHECK(name.size() > 195);
  CHECK(is_utf8(name));
}

TEST_CASE("any bytes become a name that stays in its folder") {
  std::mt19937 random{23};
  for (int round = 0; round < 5'000; ++round) {
    std::string bytes(random() % 300, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    const std::string name = sanitized_file_name(bytes);
    REQUIRE(!name.empty());
    REQUIRE(name.size() <= 200);
    REQUIRE(is_utf8(name));
    REQUIRE(is_safe_relative_path(name));
    REQUIRE(name.find_first_of("/\\\n\r") == std::string::npos);
    REQUIRE(name.find('\0') == std::string::npos);
    REQUIRE(name.front() != '.');
    REQUIRE(name.front() != '-');
    REQUIRE(sanitized_file_name(name) == name);
  }
}

TEST_CASE("a safe relative path cannot leave its folder") {
  for (const std::string_view path : {"a", "a/b", "a.b/c..d", "...", ".hidden/x", "./a"})
    CHECK(is_safe_relative_path(path));
  for (const std::string_view path :
       {std::string_view{""}, std::string_view{"/a"}, std::string_view{"../a"},
        std::string_view{"a/.."}, std::string_view{"a/../b"}, std::string_view{"a//b"},
        std::string_view{"a/"}, std::string_view{".."}, std::string_view{"a\0b", 3}}) {
    CAPTURE(path);
    CHECK_FALSE(is_safe_relative_path(path));
  }
}

TEST_CASE("a media type comes from the ending of the name") {
  struct Case {
    const char *name, *type;
  };
  const Case cases[] = {
      {"x.fits", "application/fits"},
      {"X.FIT", "application/fits"},
      {"x.fits.gz", "application/fits+gzip"},
      {"t.vot", "application/x-votable+xml"},
      {"t.votable.xml", "application/x-votable+xml"},
      {"t.csv", "text/csv"},
      {"t.tsv", "text/tab-separated-values"},
      {"t.json", "application/json"},
      {"t.xml", "application/xml"},
      {"d.h5", "application/x-hdf5"},
      {"d.cdf", "application/x-cdf"},
      {"d.nc", "application/x-netcdf"},
      {"d.asdf", "application/x-asdf"},
      {"d.parquet", "application/vnd.apache.parquet"},
      {"p.png", "image/png"},
      {"p.JPG", "image/jpeg"},
      {"p.svg", "image/svg+xml"},
      {"p.pdf", "application/pdf"},
      {"p.txt", "text/plain"},
      {"p.html", "text/html"},
      {"a.tar", "application/x-tar"},
      {"a.tar.gz", "application/gzip"},
      {"a.zip", "application/zip"},
      {"noending", "application/octet-stream"},
      {"x.unknown", "application/octet-stream"},
      {"fits", "application/octet-stream"},
      {"", "application/octet-stream"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(media_type_of(c.name) == c.type);
  }
}

TEST_CASE("without a telling name the first bytes decide") {
  using namespace std::string_view_literals;
  const TempFolder folder;
  struct Case {
    std::string_view head, type;
  };
  const std::string tar = std::string(257, '\0') + "ustar" + std::string(250, '\0');
  const Case cases[] = {
      {"SIMPLE  =                    T", "application/fits"},
      {"\x89PNG\r\n\x1A\nxx", "image/png"},
      {"\xFF\xD8\xFF\xE0xx", "image/jpeg"},
      {"%PDF-1.7", "application/pdf"},
      {"\x1F\x8B\x08\x00"sv, "application/gzip"},
      {"PK\x03\x04xx", "application/zip"},
      {"\x89HDF\r\n\x1A\n", "application/x-hdf5"},
      {"CDF\x01", "application/x-netcdf"},
      {"#ASDF 1.0.0", "application/x-asdf"},
      {"PAR1", "application/vnd.apache.parquet"},
      {tar, "application/x-tar"},
      {"<?xml version='1.0'?>\n<!-- c > d -->\n<VOTABLE version='1.4'>",
       "application/x-votable+xml"},
      {"<vot:VOTABLE xmlns:vot='x'/>", "application/x-votable+xml"},
      {"\xEF\xBB\xBF<?xml version='1.0'?><svg xmlns='x'>", "image/svg+xml"},
      {"<?xml version='1.0'?><other/>", "application/xml"},
      {"<!DOCTYPE html><html>", "text/html"},
      {"  <HTML>", "text/html"},
      {"<", "application/octet-stream"},
      {"<!--", "application/octet-stream"},
      {"", "application/octet-stream"},
      {"plain text", "application/octet-stream"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.head);
    const auto file = folder.write("data", c.head);
    CHECK(media_type_of("data", file) == c.type);
  }
  const auto votable = folder.write("t.xml", "<VOTABLE/>");
  CHECK(media_type_of("t.xml", votable) == "application/x-votable+xml");
  CHECK(media_type_of("t.txt", votable) == "text/plain");
  CHECK(media_type_of("t.xml", folder.write("u.xml", "\x89PNG\r\n\x1A\n")) == "application/xml");
  CHECK(media_type_of("data", folder / "none") == "application/octet-stream");
  REQUIRE(mkfifo((folder / "fifo").c_str(), 0600) == 0);
  CHECK(media_type_of("fifo", folder / "fifo") == "application/octet-stream");
}
