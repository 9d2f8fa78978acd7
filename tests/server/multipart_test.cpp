#include "server/rest/multipart.hpp"

#include <algorithm>
#include <random>
#include <vector>

#include "tests/support/catch.hpp"

using namespace opus::rest;
using opus::Errc;
using opus::Error;
using opus::Result;

namespace {

struct Part {
  std::string name, file_name;
  bool is_file = false;
  std::string media_type, data;
  bool operator==(const Part&) const = default;
};

struct Collector final : PartSink {
  std::vector<Part> parts;
  unsigned ended = 0;
  Result<void> on_part(PartHeader header) override {
    parts.push_back({header.name, header.file_name, header.is_file, header.media_type, ""});
    return {};
  }
  Result<void> on_data(std::string_view data) override {
    parts.back().data += data;
    return {};
  }
  Result<void> on_part_end() override {
    ++ended;
    return {};
  }
};

/// Feeds the body in the pieces given by the cuts, in ascending order.
Result<std::vector<Part>> parse(std::string_view body, std::string_view boundary,
                                std::vector<std::size_t> cuts = {},
                                MultipartParser::Limits limits = {}) {
  Collector sink;
  MultipartParser parser(boundary, limits, sink);
  cuts.push_back(body.size());
  std::size_t from = 0;
  for (const std::size_t to : cuts) {
    OPUS_UWS_CHECK(parser.feed(body.substr(from, to - from)));
    from = to;
  }
  OPUS_UWS_CHECK(parser.finish());
  CHECK(sink.ended == sink.parts.size());
  return sink.parts;
}

std::string error_of(std::string_view body, std::string_view boundary = "b") {
  const auto parts = parse(body, boundary);
  REQUIRE_FALSE(parts);
  CHECK(parts.error().code == Errc::invalid_argument);
  return parts.error().message;
}

const std::string k_disposition = "Content-Disposition: form-data; name=\"n\"";

// As STILTS sends it (UWS-PAR-16): a CRLF first, headers in this order, a type on every part.
const std::string k_stilts_boundary = "<<<--------------MULTIPART-BOUNDARY------->>>";
const std::string k_stilts = "\r\n--" + k_stilts_boundary +
                             "\r\nContent-Type: text/plain; charset=UTF-8\r\n"
                             "Content-Disposition: form-data; name=\"UPLOAD\"\r\n\r\n"
                             "t1,param:t1\r\n--" +
                             k_stilts_boundary +
                             "\r\nContent-Type: application/x-votable+xml\r\n"
                             "Content-Disposition: form-data; name=\"t1\"; filename=\"t1\"\r\n\r\n"
                             "<VOTABLE>\r\n--not the boundary\r\n</VOTABLE>\r\n--" +
                             k_stilts_boundary + "--\r\n";
const std::vector<Part> k_stilts_parts{
    {"UPLOAD", "", false, "text/plain; charset=UTF-8", "t1,param:t1"},
    {"t1", "t1", true, "application/x-votable+xml",
     "<VOTABLE>\r\n--not the boundary\r\n</VOTABLE>"}};

// As pyVO sends it: hex boundary, no types.
const std::string k_pyvo_boundary = "0f5d2f6b6ff54c0c9b0d6ab5cc62cbbb";
const std::string k_pyvo = "--" + k_pyvo_boundary +
                           "\r\nContent-Disposition: form-data; name=\"QUERY\"\r\n\r\nSELECT 1\r\n"
                           "--" +
                           k_pyvo_boundary +
                           "\r\nContent-Disposition: form-data; name=\"t2\"; "
                           "filename=\"t2.xml\"\r\n\r\n\r\n--" +
                           k_pyvo_boundary + "--\r\n";

}  // namespace

TEST_CASE("UWS-PAR-16: the multipart bodies of STILTS and pyVO are read") {
  CHECK(parse(k_stilts, k_stilts_boundary).value() == k_stilts_parts);
  CHECK(parse(k_pyvo, k_pyvo_boundary).value() ==
        std::vector<Part>{{"QUERY", "", false, "", "SELECT 1"}, {"t2", "t2.xml", true, "", ""}});
}

TEST_CASE("UWS-PAR-16: a boundary may be quoted and hold any characters") {
  CHECK(multipart_boundary("multipart/form-data; boundary=\"" + k_stilts_boundary + "\"").value() ==
        k_stilts_boundary);
  CHECK(multipart_boundary("multipart/form-data; charset=utf-8; Boundary=abc").value() == "abc");
  CHECK(multipart_boundary("multipart/form-data;boundary=\"a \\\"b\\\\\"").value() == "a \"b\\");
  for (const char* bad :
       {"multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"",
        "multipart/form-data; boundary=\"x \"", "multipart/form-data; other=1"})
    CHECK_FALSE(multipart_boundary(bad));
  CHECK_FALSE(multipart_boundary("multipart/form-data; boundary=" + std::string(71, 'x')));
}

TEST_CASE("multipart: preamble, padding after boundaries and epilogue are skipped") {
  const std::string body = "This is a preamble.\r\n--b \t\r\n" + k_disposition +
                           "\r\n\r\nvalue\r\n--b--  \r\nepilogue --b\r\n--b\r\n";
  CHECK(parse(body, "b").value() == std::vector<Part>{{"n", "", false, "", "value"}});
}

TEST_CASE("multipart: a form may have no part, and a part no data") {
  CHECK(parse("--b--", "b").value().empty());
  CHECK(parse("--b\r\n" + k_disposition + "\r\n\r\n\r\n--b--", "b").value() ==
        std::vector<Part>{{"n", "", false, "", ""}});
  CHECK(parse("--b\r\n" + k_disposition + "\r\n\r\n--b--", "b").value() ==
        std::vector<Part>{{"n", "", false, "", ""}});
}

TEST_CASE("multipart: what looks like a boundary within data is data") {
  for (const std::string data : {"\r\n--", "\r\n--a", "x--b--", "\r\r\n-b", "\n--b", "\r\n-",
                                 "\r\n\r\n", "x\r\n--B\r\n", "\r"}) {
    const std::string body = "--b\r\n" + k_disposition + "\r\n\r\n" + data + "\r\n--b--";
    CHECK(parse(body, "b").value() == std::vector<Part>{{"n", "", false, "", data}});
  }
}

TEST_CASE("multipart: names and file names, plain, quoted, escaped, extended") {
  const auto header = [](const std::string& parameters) {
    return parse("--b\r\nContent-Disposition: form-data" + parameters + "\r\n\r\nx\r\n--b--", "b")
        .value()
        .at(0);
  };
  CHECK(header("; name=n").name == "n");
  CHECK(header(";name=\"a;b\\\"c\"").name == "a;b\"c");
  CHECK(header("; filename=\"f.fits\"; name=\"n\"").file_name == "f.fits");
  CHECK(header("; name=\"n\"; filename=\"\"").is_file);
  CHECK_FALSE(header("; name=\"n\"").is_file);
  CHECK(header("; name=\"n\"; filename=\"C:\\dir\\f.txt\"").file_name == "C:\\dir\\f.txt");
  CHECK(header("; name=n; filename=\"a\"; filename*=UTF-8''%C3%A9.fits").file_name ==
        "\xC3\xA9.fits");
  CHECK(header("; name=n; filename*=UTF-8'en'%C3%A9.fits; filename=a").file_name ==
        "\xC3\xA9.fits");
  CHECK(header("; name=n; filename=\"a\"; filename*=latin1''%E9").file_name == "a");
}

TEST_CASE("multipart: what is not form-data is refused with what was expected") {
  CHECK(error_of("") == "multipart/form-data: the body has no part: its boundary does not occur");
  CHECK(error_of("no boundary at all").find("its boundary does not occur") != std::string::npos);
  CHECK(error_of("--b\r\n" + k_disposition + "\r\n\r\nvalue").find("before the closing boundary") !=
        std::string::npos);
  CHECK(error_of("--b\r\n" + k_disposition + "\r\n\r\nvalue\r\n--b").find("closing boundary") !=
        std::string::npos);
  CHECK(error_of("--bx\r\n").find("is followed by 'x") != std::string::npos);
  CHECK(error_of("--b\r\n\r\nvalue\r\n--b--").find("no Content-Disposition") != std::string::npos);
  CHECK(error_of("--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b--").find("a part has no name") !=
        std::string::npos);
  CHECK(error_of("--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--")
            .find("a part has no name") != std::string::npos);
  CHECK(error_of("--b\r\nContent-Disposition: attachment; name=n\r\n\r\nx\r\n--b--")
            .find("expected form-data, got 'attachment") != std::string::npos);
  CHECK(error_of("--b\r\nContent-Disposition: form-data; name=\"n\r\n\r\nx\r\n--b--")
            .find("a quote is not closed") != std::string::npos);
  CHECK(error_of("--b\r\nno colon\r\n\r\nx\r\n--b--")
            .find("expected 'Name: value', got 'no colon'") != std::string::npos);
  CHECK(error_of("--b\r\n" + k_disposition +
                 "\r\nContent-Transfer-Encoding: base64\r\n\r\nx\r\n--b--")
            .find("expected binary, got 'base64'") != std::string::npos);
  CHECK(error_of("--b" + std::string(300, ' ') + "\r\n").find("blanks without end") !=
        std::string::npos);
}

TEST_CASE("UWS-PAR-14: the limits of a multipart body are kept") {
  const std::string part = "--b\r\n" + k_disposition + "\r\n\r\nx\r\n";
  CHECK(parse(part + part + "--b--", "b", {}, {1024, 2}));
  const auto many = parse(part + part + part + "--b--", "b", {}, {1024, 2});
  REQUIRE_FALSE(many);
  CHECK(many.error().code == Errc::too_large);
  CHECK(many.error().message == "multipart/form-data: more than 2 parts");

  const auto long_header =
      parse("--b\r\nX: " + std::string(200, 'x') + "\r\n" + k_disposition + "\r\n\r\n", "b", {},
            {100, 2});
  REQUIRE_FALSE(long_header);
  CHECK(long_header.error().code == Errc::too_large);
  // Also while the header has not come to its end.
  CHECK(parse("--b\r\nX: " + std::string(200, 'x'), "b", {}, {100, 2}).error().code ==
        Errc::too_large);
}

TEST_CASE("multipart: the sink's error stops the parser") {
  struct Full final : PartSink {
    Result<void> on_part(PartHeader) override { return {}; }
    Result<void> on_data(std::string_view) override {
      return Error{Errc::unavailable, "disk full"};
    }
    Result<void> on_part_end() override { return {}; }
  } full;
  MultipartParser parser("b", {}, full);
  const auto fed = parser.feed("--b\r\n" + k_disposition + "\r\n\r\nx\r\n--b--");
  REQUIRE_FALSE(fed);
  CHECK(fed.error() == Error{Errc::unavailable, "disk full"});
}

TEST_CASE("multipart: every cut of a body into two pieces gives the same parts") {
  for (std::size_t cut = 0; cut <= k_stilts.size(); ++cut)
    REQUIRE(parse(k_stilts, k_stilts_boundary, {cut}).value() == k_stilts_parts);
}

TEST_CASE("multipart: random parts in random pieces come out as they went in") {
  std::mt19937 random(20260301);
  const auto below = [&](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
  };
  for (int round = 0; round < 500; ++round) {
    const std::string boundary(1 + below(20), "b-"[below(2)]);
    std::vector<Part> parts(below(5));
    std::string body = below(2) ? "preamble" : "";
    body += below(2) || !body.empty() ? "\r\n" : "";
    for (Part& part : parts) {
      part = {"n" + std::to_string(below(100)), "", below(2) == 1, "", ""};
      // Bytes that make up boundaries come often.
      for (std::size_t n = below(200); n > 0; --n) part.data += "\r\n-b\0x"[below(7)];
      const auto inside = [&](const std::string& text) {
        return part.data.find(text) != part.data.npos;
      };
      if (inside("\r\n--" + boundary) || ("\r\n" + part.data).find("\r\n--" + boundary) == 0)
        part.data = "plain";
      body += "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + part.name +
              (part.is_file ? "\"; filename=\"\"" : "\"") + "\r\n\r\n" + part.data + "\r\n";
    }
    body += "--" + boundary + "--";
    std::vector<std::size_t> cuts(below(30));
    for (std::size_t& cut : cuts) cut = below(body.size() + 1);
    std::sort(cuts.begin(), cuts.end());
    INFO("round " << round);
    REQUIRE(parse(body, boundary, cuts).value() == parts);
  }
}

TEST_CASE("multipart: random bytes are refused or read, never worse") {
  std::mt19937 random(1);
  const std::string alphabet("\r\n--b:;=\"\\ nContent-Disposition: form-data; name=\"a\"\0", 53);
  for (int round = 0; round < 3000; ++round) {
    std::string body = "--b\r\n";
    for (std::size_t n = random() % 120; n > 0; --n) body += alphabet[random() % alphabet.size()];
    const auto parts = parse(body, "b", {random() % (body.size() + 1)});
    if (!parts) CHECK_FALSE(parts.error().message.empty());
  }
}
