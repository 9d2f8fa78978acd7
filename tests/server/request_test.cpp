#include "server/rest/request.hpp"
#include "tests/support/catch.hpp"

using namespace opus::rest;

namespace {

std::vector<std::string> segments(std::string_view path) {
  const auto parsed = Path::parse(path);
  REQUIRE(parsed);
  std::vector<std::string> all;
  for (std::size_t i = 0; i < parsed->size(); ++i) all.emplace_back((*parsed)[i]);
  return all;
}

}  // namespace

TEST_CASE("UWS-URI-09: a path has decoded segments, and a trailing slash adds none") {
  using Strings = std::vector<std::string>;
  CHECK(segments("/") == Strings{});
  CHECK(segments("/rest") == Strings{"rest"});
  CHECK(segments("/rest/") == Strings{"rest"});
  CHECK(segments("/rest/a%20b/c%2Fd") == Strings{"rest", "a b", "c/d"});
  CHECK(segments("/rest//phase") == Strings{"rest", "", "phase"});
  CHECK(Path::parse("/1/2/3/4/5/6/7/8/9/10")->size() == Path::k_deepest + 1);
}

TEST_CASE("a path that cannot be decoded is refused") {
  for (const char* bad : {"", "rest", "*", "/a%", "/a%2", "/a%zz", "/a%00", "/a%0ab", "/%7f"}) {
    const auto path = Path::parse(bad);
    REQUIRE_FALSE(path);
    CHECK(path.error().code == opus::Errc::invalid_argument);
  }
}

TEST_CASE("UWS-PAR-09: parameters are found in query and form, names in any case") {
  Request request;
  REQUIRE(request.set_target("/rest/x?Phase=RUN&a=1#fragment"));
  request.form = {{"PHASE", "RUN"}, {"A", "2"}};
  CHECK(request.values("a") == std::vector<std::string_view>{"1", "2"});
  CHECK(request.value("phase")->value() == "RUN");
  CHECK_FALSE(request.value("b").value());
}

TEST_CASE("UWS-PAR-10: one parameter with two values is refused, the same value twice is not") {
  Request request;
  REQUIRE(request.set_target("/x?WAIT=1&wait=2&n=1&N=1"));
  const auto wait = request.value("WAIT");
  REQUIRE_FALSE(wait);
  CHECK(wait.error().message == "WAIT: expected one value, got '1' and '2'");
  CHECK(request.value("n")->value() == "1");
}

TEST_CASE("methods are exact words") {
  CHECK(parse_method("DELETE") == Method::delete_);
  CHECK(parse_method("get") == Method::other);
  CHECK(parse_method("PATCH") == Method::other);
  CHECK(to_string(Method::options) == "OPTIONS");
}

TEST_CASE("headers are found in any case, in order") {
  Headers headers;
  headers.add("Content-Type", "a");
  headers.add("X", "1");
  headers.add("x", "2");
  CHECK(headers.get("content-type") == "a");
  CHECK(headers.get("X") == "1");
  CHECK(headers.count("X") == 2);
  CHECK_FALSE(headers.has("Y"));
  CHECK(headers.name(2) == "x");
  CHECK(headers.value(2) == "2");
}
