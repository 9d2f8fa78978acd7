#include "server/rest/file_response.hpp"

#include <sys/stat.h>

#include "server/rest/http_date.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

using namespace opus::rest;
using opus_test::TempFolder;

namespace {

const FileInfo k_info{"image/fits", "\"e7\"", "map.fits"};

struct FileRig {
  TempFolder folder;
  std::filesystem::path path = folder.write("map.fits", "0123456789");
  Request request;

  Response get(const FileInfo& info = k_info) {
    return file_response(request, OpenFile::open(path).value(), info);
  }
  FileRig& with(std::string_view name, std::string_view value) {
    request.headers.add(name, value);
    return *this;
  }
  std::string modified() const { return to_http_date(OpenFile::open(path).value()->modified()); }
};

std::string header(const Response& response, std::string_view name) {
  return std::string(response.headers.get(name).value_or("(none)"));
}

}  // namespace

TEST_CASE("HTTP dates are written and read back; anything else is no date") {
  const auto at = opus::parse_iso8601("1994-11-06T08:49:37.900Z").value();
  CHECK(to_http_date(at) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(to_http_date(opus::parse_iso8601("2000-02-29T23:59:59Z").value()) ==
        "Tue, 29 Feb 2000 23:59:59 GMT");
  CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") ==
        opus::parse_iso8601("1994-11-06T08:49:37Z").value());
  for (const char* bad : {"", "yesterday", "Sunday, 06-Nov-94 08:49:37 GMT",
                          "Sun Nov  6 08:49:37 1994", "Sun, 31 Feb 1994 08:49:37 GMT",
                          "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 UTC",
                          "Sun, 06 Xxx 1994 08:49:37 GMT", "Sun, +6 Nov 1994 08:49:37 GMT"})
    CHECK_FALSE(parse_http_date(bad));
}

TEST_CASE("UWS-RES-11: the matrix of byte ranges over ten bytes") {
  struct Row {
    const char* header;
    RangeVerdict verdict;
    std::uint64_t offset, length;
  };
  constexpr auto ignore = RangeVerdict::ignore;
  constexpr auto good = RangeVerdict::satisfiable;
  constexpr auto bad = RangeVerdict::unsatisfiable;
  const Row rows[] = {
      {"bytes=0-0", good, 0, 1},
      {"bytes=0-9", good, 0, 10},
      {"bytes=2-4", good, 2, 3},
      {"bytes=2-", good, 2, 8},
      {"bytes=9-", good, 9, 1},
      {"bytes=5-99", good, 5, 5},
      {"bytes=-3", good, 7, 3},
      {"bytes=-10", good, 0, 10},
      {"bytes=-99", good, 0, 10},
      {"Bytes = 0-0", ignore, 0, 0},
      {"BYTES=0-0", good, 0, 1},
      {"bytes= 0 - 0 ", good, 0, 1},
      {"bytes=0-99999999999999999999999", good, 0, 10},
      {"bytes=10-", bad, 0, 0},
      {"bytes=10-20", bad, 0, 0},
      {"bytes=99999999999999999999999-", bad, 0, 0},
      {"bytes=-0", bad, 0, 0},
      {"bytes=4-2", ignore, 0, 0},
      {"bytes=-", ignore, 0, 0},
      {"bytes=", ignore, 0, 0},
      {"bytes", ignore, 0, 0},
      {"bytes=a-b", ignore, 0, 0},
      {"bytes=1-2x", ignore, 0, 0},
      {"bytes=+1-2", ignore, 0, 0},
      {"bytes=0-1,3-4", ignore, 0, 0},
      {"lines=0-1", ignore, 0, 0},
      {"", ignore, 0, 0},
  };
  for (const Row& row : rows) {
    INFO(row.header);
    const RangeAnswer answer = parse_range(row.header, 10);
    CHECK(answer.verdict == row.verdict);
    CHECK(answer.range == ByteRange{row.offset, row.length});
  }
  CHECK(parse_range("bytes=0-", 0).verdict == bad);
  CHECK(parse_range("bytes=-5", 0).verdict == bad);
}

TEST_CASE("UWS-RES-09: a file is sent with type, size, time, validator and name") {
  FileRig rig;
  const Response response = rig.get();
  CHECK(response.status == 200);
  CHECK(to_string(response.body) == "0123456789");
  CHECK(size(response.body) == 10);
  CHECK(header(response, "Content-Type") == "image/fits");
  CHECK(header(response, "ETag") == "\"e7\"");
  CHECK(header(response, "Last-Modified") == rig.modified());
  CHECK(header(response, "Accept-Ranges") == "bytes");
  CHECK(header(response, "Content-Security-Policy") == "sandbox");
  CHECK(header(response, "Content-Disposition") == "attachment; filename=\"map.fits\"");
}

TEST_CASE("UWS-RES-11: part of a file is 206, a range outside it 416") {
  const Response part = FileRig().with("Range", "bytes=-3").get();
  CHECK(part.status == 206);
  CHECK(header(part, "Content-Range") == "bytes 7-9/10");
  CHECK(to_string(part.body) == "789");

  const Response outside = FileRig().with("Range", "bytes=10-").get();
  CHECK(outside.status == 416);
  CHECK(header(outside, "Content-Range") == "bytes */10");
  CHECK(to_string(outside.body) == "Range: expected a range within 10 bytes, got 'bytes=10-'\n");
}

TEST_CASE("conditions of RFC 9110 decide about 304 and 412") {
  const std::string past = "Sun, 06 Nov 1994 08:49:37 GMT";
  const std::string future = "Sun, 06 Nov 2094 08:49:37 GMT";
  const auto status = [](std::string_view name, std::string_view value) {
    return FileRig().with(name, value).get().status;
  };
  CHECK(status("If-None-Match", "\"e7\"") == 304);
  CHECK(status("If-None-Match", "W/\"e7\"") == 304);
  CHECK(status("If-None-Match", "\"x\", \"e7\"") == 304);
  CHECK(status("If-None-Match", "*") == 304);
  CHECK(status("If-None-Match", "\"x\"") == 200);
  CHECK(status("If-Match", "\"e7\"") == 200);
  CHECK(status("If-Match", "W/\"e7\"") == 412);
  CHECK(status("If-Match", "\"x\"") == 412);
  CHECK(status("If-Modified-Since", future) == 304);
  CHECK(status("If-Modified-Since", past) == 200);
  CHECK(status("If-Modified-Since", "nonsense") == 200);
  CHECK(status("If-Unmodified-Since", past) == 412);
  CHECK(status("If-Unmodified-Since", future) == 200);
  // If-None-Match counts, If-Modified-Since is ignored beside it.
  CHECK(FileRig().with("If-None-Match", "\"x\"").with("If-Modified-Since", future).get().status ==
        200);

  const Response unchanged = FileRig().with("If-None-Match", "\"e7\"").get();
  CHECK(size(unchanged.body) == 0);
  CHECK(header(unchanged, "ETag") == "\"e7\"");
}

TEST_CASE("If-Range uses the range only for the same content") {
  const auto status = [](std::string_view condition) {
    return FileRig().with("Range", "bytes=0-1").with("If-Range", condition).get().status;
  };
  CHECK(status("\"e7\"") == 206);
  CHECK(status("\"x\"") == 200);
  CHECK(status("W/\"e7\"") == 200);
  CHECK(status("Sun, 06 Nov 1994 08:49:37 GMT") == 200);
  FileRig rig;
  rig.with("Range", "bytes=0-1").with("If-Range", rig.modified());
  CHECK(rig.get().status == 206);
}

TEST_CASE("a file without validator, type harmless, keeps its name in both forms") {
  FileRig rig;
  const Response response = rig.get({"text/plain;charset=UTF-8", "", ""});
  CHECK_FALSE(response.headers.has("ETag"));
  CHECK_FALSE(response.headers.has("Content-Disposition"));
  CHECK(content_disposition("image/png", "a.png") == "inline; filename=\"a.png\"");
  CHECK(content_disposition("text/html", "a.html") == "attachment; filename=\"a.html\"");
  CHECK(content_disposition("text/html", "") == "attachment");
  CHECK(content_disposition("text/csv; header=present", "\xC3\xA9\"\r\n.csv") ==
        "inline; filename=\"_____.csv\"; filename*=UTF-8''%C3%A9%22%0D%0A.csv");
}

TEST_CASE("what is not a regular file is not found") {
  TempFolder folder;
  folder.write("real", "x");
  std::filesystem::create_symlink(folder / "real", folder / "link");
  REQUIRE(::mkfifo((folder / "fifo").c_str(), 0600) == 0);
  for (const auto& path : {folder / "missing", folder / "link", folder / "fifo", folder.path(),
                           folder / "real" / "below"}) {
    const auto file = OpenFile::open(path);
    REQUIRE_FALSE(file);
    CHECK(file.error().code == opus::Errc::not_found);
  }
  CHECK(OpenFile::open(folder / "real"));
}
