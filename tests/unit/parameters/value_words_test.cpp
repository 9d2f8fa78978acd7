#include "libopus/job/value_words.hpp"

#include "libopus/job/nearest.hpp"
#include "tests/support/catch.hpp"

using opus::Datatype;
using opus::Multiplicity;

TEST_CASE("datatypes are VOTable's words, and OPUS's XML Schema names are understood") {
  for (const auto datatype :
       {Datatype::boolean, Datatype::unsigned_byte, Datatype::short_integer, Datatype::integer,
        Datatype::long_integer, Datatype::float_number, Datatype::double_number, Datatype::text})
    CHECK(opus::datatype_from(opus::to_string(datatype)) == datatype);
  CHECK(opus::datatype_from("xs:integer") == Datatype::integer);
  CHECK(opus::datatype_from("xs:anyURI") == Datatype::text);
  CHECK(opus::datatype_from("unicodeChar") == Datatype::text);
  CHECK_FALSE(opus::datatype_from("integer"));
  CHECK_FALSE(opus::datatype_from("floatComplex"));
  CHECK_FALSE(opus::datatype_from(""));
}

TEST_CASE("array sizes are a number, a largest number, or any number") {
  CHECK(opus::parse_arraysize("3")->min == 3u);
  CHECK(opus::parse_arraysize("3")->max == 3u);
  CHECK(opus::parse_arraysize("5*")->min == 0u);
  CHECK(opus::parse_arraysize("5*")->max == 5u);
  CHECK_FALSE(opus::parse_arraysize("*")->max);
  for (const char* text : {"", "0", "0*", "-1", "2x3", "**", "*3", "n", "99999999999"})
    CHECK_FALSE(opus::parse_arraysize(text));
}

TEST_CASE("multiplicities are read as OPUS and ProvenanceDM 1.2 write them") {
  CHECK(opus::parse_multiplicity("") == Multiplicity{1, 1});
  CHECK(opus::parse_multiplicity("1") == Multiplicity{1, 1});
  CHECK(opus::parse_multiplicity("4") == Multiplicity{4, 4});
  CHECK(opus::parse_multiplicity("*") == Multiplicity{0, std::nullopt});
  CHECK(opus::parse_multiplicity("0..1") == Multiplicity{0, 1});
  CHECK(opus::parse_multiplicity("3..*") == Multiplicity{3, std::nullopt});
  CHECK(opus::parse_multiplicity("2..4") == Multiplicity{2, 4});
  for (const char* text : {"0", "4..2", "0..0", "..", "1..", "..2", "-1", "1...3", "many", "1..*x",
                           "+1", "99999999999"})
    CHECK_FALSE(opus::parse_multiplicity(text));
  for (const Multiplicity m :
       {Multiplicity{1, 1}, Multiplicity{0, 1}, Multiplicity{0, std::nullopt}, Multiplicity{2, 7}})
    CHECK(opus::parse_multiplicity(opus::to_string(m)) == m);
  CHECK(opus::to_string(Multiplicity{}) == "1");
  CHECK(opus::to_string(Multiplicity{1, std::nullopt}) == "1..*");
}

TEST_CASE("the nearest known word is offered for a misspelt one") {
  const std::vector<std::string> known{"name", "executionDuration", "parameters"};
  CHECK(opus::nearest("nmae", known) == "name");
  CHECK(opus::nearest("Parameter", known) == "parameters");
  CHECK(opus::nearest("execution_duration", known) == "executionDuration");
  CHECK(opus::nearest("zebra", known).empty());
  CHECK(opus::nearest("", known).empty());
  CHECK(opus::nearest(std::string(1000, 'a'), known).empty());
  CHECK(opus::expected_one_of("a word", "nam", known) == "a word (did you mean 'name'?)");
  CHECK(opus::expected_one_of("a word", "zebra", {"a1", "b1"}) == "a word (one of a1, b1)");
  CHECK(opus::expected_one_of("a word", "zebra", {}) == "a word (there is none)");
}
