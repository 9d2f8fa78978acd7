#include "libopus/job/xtype_check.hpp"

#include <opus/description.hpp>
#include "libopus/job/value_check.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/contains.hpp"

using opus::Datatype;
using opus::ParameterDescription;

namespace {

bool is_of(std::string_view xtype, std::string_view value) {
  return !opus::expected_of_xtype(xtype, value);
}

}  // namespace

TEST_CASE("values of the types of DALI are checked (DALI-16)") {
  struct Row {
    const char* xtype;
    std::vector<const char*> good;
    std::vector<const char*> bad;
  };
  const Row rows[] = {
      {"timestamp",
       {"2030-01-02T03:04:05.678Z", "2030-01-02", " 2030-01-02T03:04:05 "},
       {"yesterday", "2030-13-01", "2030-01-02T03:04:05+02:00"}},
      {"interval", {"1 2", "-Inf 3", "2 +Inf", "5 5"}, {"1", "2 1", "1 2 3", "NaN 1", "a b"}},
      {"point", {"0 -90", "360 90", "10.5\t-3"}, {"361 0", "-1 0", "10 91", "10", "Inf 0"}},
      {"circle", {"10 20 0.5"}, {"10 20", "10 20 0", "10 20 -1", "10 20 181", "10 20 NaN"}},
      {"range",
       {"10 20 -5 5", "0 360 89 +Inf"},
       {"20 10 0 1", "0 400 0 1", "0 1 -91 1", "0 1 0", "0 1 5 NaN"}},
      {"polygon", {"0 0 1 0 1 1", "0 0 1 0 1 1 0 1"}, {"0 0 1 0", "0 0 1 0 1 1 0", "0 0 1 0 1 99"}},
      {"shape",
       {"circle 10 20 1", "POLYGON 0 0 1 0 1 1", "Range 1 2 3 4"},
       {"10 20 1", "circle 10 20", "point 1 2", "ellipse 1 2 3 4", "circle"}},
      {"uuid",
       {"0190b4c4-7f10-7abc-8def-0123456789AB"},
       {"0190b4c47f107abc8def0123456789ab", "0190b4c4-7f10-7abc-8def-0123456789ag"}},
      {"uri",
       {"ivo://ivoa.net/std/UWS#rest-1.1", "urn:x:y", "https://example.org/a%20b"},
       {"no-scheme", "//example.org", ":x", "1http://a", "http://a b", "http://a<b>"}},
      {"adql:REGION", {"anything"}, {}},
      {"", {"anything"}, {}}};
  for (const Row& row : rows) {
    CAPTURE(row.xtype);
    CHECK(is_of(row.xtype, " "));  // nothing was said
    for (const char* value : row.good) {
      CAPTURE(value);
      CHECK(is_of(row.xtype, value));
    }
    for (const char* value : row.bad) {
      CAPTURE(value);
      CHECK_FALSE(is_of(row.xtype, value));
    }
  }
}

TEST_CASE("a fault of such a value names the parameter and what was expected (DALI-16)") {
  ParameterDescription position;
  position.name = "POS";
  position.datatype = Datatype::double_number;
  position.arraysize = "3";
  position.xtype = "circle";
  CHECK(opus::check_value(position, "10 20 0.5"));
  const auto fault = opus::value_fault(position, "10 120 0.5");
  REQUIRE(fault);
  CHECK(fault->field == "POS");
  CHECK(opus_test::contains(fault->expected, "a latitude"));
  CHECK(fault->got == "10 120 0.5");
  CHECK(opus_test::contains(opus::value_fault(position, "10 20")->expected, "3 values"));
}

TEST_CASE("an error about a shape that is not known begins as clients expect (DALI-15)") {
  opus::JobDescription cutout;
  cutout.name = "cutout";
  ParameterDescription position;
  position.name = "POS";
  position.xtype = "shape";
  cutout.parameters = {position};
  const auto message = [&](const char* value) {
    const auto checked = opus::check_parameters(cutout, {{"POS", value}});
    return checked ? std::string() : checked.error().message;
  };
  CHECK(message("circle 1 2 3").empty());
  CHECK(message("Ellipse 1 2 3 4").starts_with("unsupported-xtype: ellipse"));
  CHECK(opus_test::contains(message("Ellipse 1 2 3 4"), "POS: expected circle, range or polygon"));
  CHECK(message("circle 1 2").starts_with("POS: expected a longitude"));
}
