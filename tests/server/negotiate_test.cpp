#include "server/rest/negotiate.hpp"

#include "tests/support/catch.hpp"

using namespace opus::rest;

namespace {

Request with_accept(std::string_view accept) {
  Request request;
  request.headers.add("accept", accept);
  return request;
}

bool json(std::string_view accept) {
  return *choose_format(with_accept(accept), k_xml_offer) == Format::json;
}

}  // namespace

TEST_CASE("UWS-HTTP-03, UWS-HTTP-04: only a media type asked for by name is asked for") {
  CHECK(json("application/json"));
  CHECK(json("Application/JSON; charset=utf-8"));
  CHECK_FALSE(json("*/*"));
  CHECK_FALSE(json("application/*"));
  CHECK_FALSE(json("text/html"));
  CHECK_FALSE(json("text/html, image/gif, image/jpeg, */*; q=0.2"));  // STILTS
  CHECK_FALSE(json("image/png"));
  CHECK_FALSE(json(""));
  CHECK_FALSE(json(",;=/"));
  CHECK(*choose_format(Request(), k_xml_offer) == Format::standard);
}

TEST_CASE("of what Accept names, the highest q wins; of equals the named one, then the first") {
  CHECK(json("text/html, application/json;q=0.9, */*;q=0.1"));
  CHECK(json("text/xml;q=0.5, application/json;q=0.8"));
  CHECK(json("application/json, text/plain, */*"));  // axios
  CHECK(json("application/json, application/xml"));
  CHECK(json("application/json;q=1.000, text/xml; q=0.999"));
  CHECK(json("application/json;q=0.1, text/html"));
  CHECK_FALSE(json("application/xml, application/json"));
  CHECK_FALSE(json("text/xml, application/json;q=0.9"));
  CHECK_FALSE(json("application/json;q=0"));
  CHECK_FALSE(json("application/json;q=0, */*"));
  CHECK_FALSE(json("application/json;q=0.1, */*"));
  CHECK_FALSE(json("application/json;q=0.5, text/*;q=0.6"));
  CHECK(json("application/json;q=0.5, text/*;q=0.4"));
  CHECK(json("*/*, application/json"));
}

TEST_CASE("who asks for XML or text gets the resource's own form") {
  const auto chosen = [](std::string_view accept) {
    return *choose(with_accept(accept), {k_text_offer, k_json_offer});
  };
  CHECK(chosen("application/xml,text/plain") == 0);  // UWS 1.1 §2.2.2
  CHECK(chosen("text/xml, application/json;q=0.5") == 0);
  CHECK(chosen("application/json, text/xml;q=0.5") == 1);
  const auto three = [](std::string_view accept) {
    return *choose(with_accept(accept), {k_votable_offer, k_xml_offer, k_json_offer});
  };
  CHECK(three("text/xml") == 1);
  CHECK(three("text/plain") == 0);
  CHECK(three("application/json;q=0.2, text/xml;q=0.1") == 2);
}

TEST_CASE("DALI-10: RESPONSEFORMAT goes before Accept; what there is not is named") {
  const auto chosen = [](const char* target) {
    Request request = with_accept("application/json");
    REQUIRE(request.set_target(target));
    return choose(request, {k_votable_offer, k_xml_offer, k_json_offer});
  };
  CHECK(*chosen("/x?RESPONSEFORMAT=xml") == 1);
  CHECK(*chosen("/x?responseformat=Application/XML") == 1);
  CHECK(*chosen("/x?RESPONSEFORMAT=votable") == 0);
  CHECK(*chosen("/x?RESPONSEFORMAT=json&ResponseFormat=json") == 2);
  for (const char* bad : {"csv", "", "json;q=1"}) {
    const auto fault = chosen(("/x?RESPONSEFORMAT=" + std::string(bad)).c_str());
    REQUIRE_FALSE(fault);
    CHECK(fault.error().code == opus::Errc::invalid_argument);
    CHECK(fault.error().message ==
          "query: RESPONSEFORMAT: expected votable, xml or json, got '" + std::string(bad) + "'");
  }
  CHECK_FALSE(chosen("/x?RESPONSEFORMAT=json&RESPONSEFORMAT=xml"));
}
