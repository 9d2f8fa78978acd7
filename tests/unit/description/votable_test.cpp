#include <algorithm>
#include <filesystem>
#include <string>

#include <opus/description.hpp>

#include "tests/support/catch.hpp"

using opus::Datatype;
using opus::InputKind;
using opus::JobDescription;
using opus::Multiplicity;

namespace {

const std::filesystem::path k_opus{OPUS_UWS_TEST_DATA "/opus"};

// A document whose RESOURCE begins on line 2 and has this content from line 3.
std::string votable(std::string_view content) {
  return "<VOTABLE xmlns=\"http://www.ivoa.net/xml/VOTable/v1.3\">\n"
         "<RESOURCE name=\"d\" type=\"meta\" utype=\"voprov:ActivityDescription\">\n" +
         std::string{content} + "\n</RESOURCE></VOTABLE>\n";
}

constexpr std::string_view k_script = R"(<PARAM name="script" value="true"/>)";

JobDescription read(std::string_view content) {
  auto description =
      opus::parse_description(votable(std::string{k_script} + std::string{content}), "d.xml");
  if (!description) FAIL(description.error().message);
  return *std::move(description);
}

std::string error_of_content(std::string_view content) {
  const auto description =
      opus::parse_description(votable(std::string{k_script} + std::string{content}), "d.xml");
  return description ? "none" : description.error().message;
}

}  // namespace

TEST_CASE("the first test description of OPUS is read as OPUS reads it") {
  const auto d = opus::load_description(k_opus / "test_activity_1_vot.xml");
  if (!d) FAIL(d.error().message);
  JobDescription expected{.name = "test_activity_1",
                          .annotation = "Job for tests, simply copies input text in a file",
                          .version = "1",
                          .type = "test",
                          .subtype = "test",
                          .contact = {"opus-admin", "admin@opus"},
                          .script = "sleep 10\necho $text > $output\n"};
  expected.execution_duration = std::chrono::seconds{20};
  expected.quote = std::chrono::seconds{10};
  expected.parameters = {
      {.name = "text", .annotation = "Input text for test job", .default_value = "Hello World"}};
  expected.results = {{.name = "output",
                       .annotation = "Output file that contains the input text",
                       .path = "output.txt",
                       .content_type = "text/plain"}};
  CHECK(*d == expected);
}

TEST_CASE("the second test description of OPUS has an uploaded file as input") {
  const auto d = opus::load_description(k_opus / "test_activity_2_vot.xml");
  if (!d) FAIL(d.error().message);
  CHECK(d->script == "sleep 10\ncat $input > $output\necho $text >> $output\n");
  REQUIRE(d->inputs.size() == 1);
  CHECK(d->inputs[0] == opus::InputDescription{.name = "input",
                                               .annotation = "Input entity for test job 2",
                                               .kind = InputKind::file,
                                               .url = "file://$ID",
                                               .default_value = "input.txt"});
}

TEST_CASE("OPUS's files keep everything when they are written and read again") {
  for (const char* name : {"test_activity_1_vot.xml", "test_activity_2_vot.xml"}) {
    const auto d = opus::load_description(k_opus / name).value();
    CHECK(opus::parse_description(opus::to_votable(d), "again.xml").value() == d);
    CHECK(opus::parse_description(opus::to_json(d), "again.json").value() == d);
  }
}

TEST_CASE("parameters without default are required unless they are type=\"no_query\"") {
  const auto d = read(R"(<GROUP name="InputParams">
    <PARAM name="a" datatype="char" value=""/>
    <PARAM name="b" datatype="int" type="no_query" value=""/>
    <PARAM name="c" datatype="xs:double" value="1.5" unit="mag" ucd="phot" utype="u" xtype="x"/>
    <PARAM name="d" value="x" type="no_query" arraysize="16"/>
    <PARAM name="e" datatype="float" arraysize="3" value="1 2 3"/>
    <PARAM name="f" datatype="unicodeChar" arraysize="*" value="x"/>
    <PARAM name="g" datatype="unsignedByte" arraysize="1" value="7"/>
  </GROUP>)");
  REQUIRE(d.parameters.size() == 7);
  CHECK(d.parameters[0] == opus::ParameterDescription{.name = "a", .required = true});
  CHECK(d.parameters[1] == opus::ParameterDescription{.name = "b", .datatype = Datatype::integer});
  CHECK(d.parameters[2] == opus::ParameterDescription{.name = "c",
                                                      .datatype = Datatype::double_number,
                                                      .unit = "mag",
                                                      .ucd = "phot",
                                                      .utype = "u",
                                                      .xtype = "x",
                                                      .default_value = "1.5"});
  CHECK(d.parameters[3] == opus::ParameterDescription{.name = "d", .default_value = "x"});
  CHECK(d.parameters[4] == opus::ParameterDescription{.name = "e",
                                                      .datatype = Datatype::float_number,
                                                      .arraysize = "3",
                                                      .default_value = "1 2 3"});
  CHECK(d.parameters[5] == opus::ParameterDescription{.name = "f", .default_value = "x"});
  CHECK(d.parameters[6].arraysize.empty());
}

TEST_CASE("VALUES give range and options, empty ones nothing") {
  const auto d = read(R"(<GROUP name="InputParams">
    <PARAM name="a" datatype="int" value="2"><DESCRIPTION>A</DESCRIPTION>
      <VALUES><MIN value="1"/><MAX value="3"/><OPTION value="1"/><OPTION value="2"/></VALUES></PARAM>
    <PARAM name="b" datatype="int" value="2"><VALUES><MIN value=""/></VALUES></PARAM></GROUP>)");
  CHECK(d.parameters[0] == opus::ParameterDescription{.name = "a",
                                                      .annotation = "A",
                                                      .datatype = Datatype::integer,
                                                      .default_value = "2",
                                                      .min = "1",
                                                      .max = "3",
                                                      .options = {"1", "2"}});
  CHECK_FALSE(d.parameters[1].min);
}

TEST_CASE("the url of a used entity tells what it is") {
  const auto d = read(R"(<GROUP name="Used">
    <GROUP name="a"><PARAM name="url" value="file://$ID"/></GROUP>
    <GROUP name="b"><PARAM name="url" value="https://a.org/$ID"/></GROUP>
    <GROUP name="c"><PARAM name="url" value=""/><PARAM name="default" value="M31"/></GROUP>
    <GROUP name="d"><LINK href="file://$ID"/></GROUP></GROUP>)");
  CHECK(d.inputs[0].kind == InputKind::file);
  CHECK(d.inputs[0].url == "file://$ID");
  CHECK(d.inputs[1].kind == InputKind::file);
  CHECK(d.inputs[1].url == "https://a.org/$ID");
  CHECK(d.inputs[2].kind == InputKind::value);
  CHECK(d.inputs[2].default_value == "M31");
  CHECK(d.inputs[3].kind == InputKind::file);
  CHECK_FALSE(d.inputs[3].default_value);
}

TEST_CASE("multiplicities and several content types are read") {
  const auto d = read(R"(<GROUP name="Used">
    <GROUP name="a"><PARAM name="multiplicity" value=""/>
      <PARAM name="content_type" value="image/fits, image/png text/plain; charset=utf-8,a/b"/>
      <PARAM name="role" value="science"/></GROUP>
    <GROUP name="b"><PARAM name="multiplicity" value="*"/></GROUP>
    <GROUP name="c"><PARAM name="multiplicity" value="3..*"/></GROUP>
    <GROUP name="d"><PARAM name="multiplicity" value=" 2..4 "/></GROUP></GROUP>
    <GROUP name="Generated">
    <GROUP name="r"><PARAM name="default" value="*.fits"/>
      <PARAM name="content_type" value="image/fits"/></GROUP>
    <GROUP name="s"><PARAM name="default" value="s.x"/>
      <PARAM name="content_type" value="image/fits,image/png"/></GROUP></GROUP>)");
  CHECK(d.inputs[0].multiplicity == Multiplicity{1, 1});
  CHECK(d.inputs[0].role == "science");
  CHECK(d.inputs[0].content_types ==
        std::vector<std::string>{"image/fits", "image/png", "text/plain; charset=utf-8", "a/b"});
  CHECK(d.inputs[1].multiplicity == Multiplicity{0, std::nullopt});
  CHECK(d.inputs[2].multiplicity == Multiplicity{3, std::nullopt});
  CHECK(d.inputs[3].multiplicity == Multiplicity{2, 4});
  CHECK(d.results[0].multiplicity == Multiplicity{1, std::nullopt});  // all files of a glob
  CHECK(d.results[0].content_type == "image/fits");
  CHECK(d.results[1].content_type.empty());  // either: the file name tells
}

TEST_CASE("an input that refers to the parameter of its name is that parameter") {
  const auto d = read(R"(<GROUP name="InputParams">
    <PARAM ID="image" name="image" xtype="application/octet-stream" value="" type="no_query">
      <DESCRIPTION>Image</DESCRIPTION></PARAM>
    <PARAM ID="target" name="target" value="M31"><DESCRIPTION>T</DESCRIPTION></PARAM>
    <PARAM ID="sigma" name="sigma" datatype="int" value="1"/></GROUP>
    <GROUP name="Used"><GROUP name="image" ref="image"/>
      <GROUP name="target" ref="target"><DESCRIPTION>Own</DESCRIPTION></GROUP>
      <GROUP name="other" ref="sigma"/></GROUP>)");
  REQUIRE(d.parameters.size() == 1);
  CHECK(d.parameters[0].name == "sigma");
  CHECK(d.inputs[0] ==
        opus::InputDescription{.name = "image", .annotation = "Image", .multiplicity = {0, 1}});
  CHECK(d.inputs[1] == opus::InputDescription{.name = "target",
                                              .annotation = "Own",
                                              .kind = InputKind::value,
                                              .default_value = "M31"});
  CHECK(d.inputs[2].default_value == "1");
}

TEST_CASE("a result that refers to a parameter inherits its default as file name") {
  const auto d = read(R"(<GROUP name="Generated"><GROUP name="map" ref="map"/></GROUP>
    <GROUP name="InputParams"><PARAM ID="map" name="map" value="map.fits">
      <DESCRIPTION>Map</DESCRIPTION></PARAM></GROUP>)");
  CHECK(d.results[0] ==
        opus::ResultDescription{.name = "map", .annotation = "Map", .path = "map.fits"});
  CHECK(d.parameters[0].name == "map");
}

TEST_CASE("the older layout has PARAMs in InputEntities and OutputEntities") {
  const auto d = read(R"(<LINK href="https://a.org/doc"/>
    <PARAM name="executionduration" value="5"/>
    <GROUP name="InputEntities">
      <PARAM name="image" value="i.fits" xtype="image/fits" utype="voprov:Entity">
        <LINK content-role="location" href="file://$ID"/><DESCRIPTION>I</DESCRIPTION></PARAM></GROUP>
    <GROUP name="OutputEntities">
      <PARAM name="map" value="map.fits" xtype="image/fits"/></GROUP>)");
  CHECK(d.doc_url == "https://a.org/doc");
  CHECK(d.execution_duration == std::chrono::seconds{5});
  CHECK(d.inputs[0] == opus::InputDescription{.name = "image",
                                              .annotation = "I",
                                              .content_types = {"image/fits"},
                                              .url = "file://$ID",
                                              .default_value = "i.fits"});
  CHECK(d.results[0] ==
        opus::ResultDescription{.name = "map", .path = "map.fits", .content_type = "image/fits"});
}

TEST_CASE("what is unknown or empty is passed over, prefixes do not matter") {
  const auto d = opus::parse_description(
      R"(<v:VOTABLE xmlns:v="x"><v:INFO name="a" value="b"/><v:RESOURCE name="other"/>
      <v:RESOURCE><v:RESOURCE ID="d" utype="prov:activitydescription">
      <v:PARAM name="group" value="x"/><v:PARAM name="command" value="not ours"/>
      <v:PARAM name="quote" value=""/><v:PARAM name="version" value=""/>
      <v:PARAM name="annotation" value="A"/><v:GROUP name="Whatever"/>
      <v:PARAM name="script" value="true"/></v:RESOURCE></v:RESOURCE></v:VOTABLE>)",
      "d.xml");
  if (!d) FAIL(d.error().message);
  CHECK(*d == JobDescription{.name = "d", .annotation = "A", .script = "true"});
}

TEST_CASE("without a utype the first RESOURCE counts, as in OPUS") {
  const auto d = opus::parse_description(
      R"(<VOTABLE><RESOURCE name="d"><PARAM name="script" value="true"/></RESOURCE></VOTABLE>)",
      "d.xml");
  REQUIRE(d);
  CHECK(d->name == "d");
}

TEST_CASE("what OPUS lacks is in PARAMs that OPUS passes over") {
  JobDescription d{.name = "d",
                   .executor = "slurm",
                   .executor_options = {{"partition", "a=b"}},
                   .command = {"p", "", "${x}"},
                   .environment = {{"A", "="}}};
  d.parameters = {{.name = "x", .default_value = ""}};
  d.inputs = {{.name = "f"}};
  d.limits.processes = 4;
  const std::string xml = opus::to_votable(d);
  INFO(xml);
  for (
      const char* param :
      {R"(<PARAM name="executor" value="slurm" arraysize="*" datatype="char" utype="opus:JobDescription.executor"/>)",
       R"(<PARAM name="executorOptions.partition" value="a=b" arraysize="*" datatype="char" utype="opus:JobDescription.executorOptions"/>)",
       R"(<PARAM name="command.1" value="" arraysize="*" datatype="char" utype="opus:JobDescription.command"/>)",
       R"(<PARAM name="environment.A" value="=" arraysize="*" datatype="char" utype="opus:JobDescription.environment"/>)",
       R"(<PARAM name="emptyDefaults" value="x" arraysize="*" datatype="char" utype="opus:JobDescription.emptyDefaults"/>)",
       R"(<PARAM name="processes" value="4" datatype="long" utype="opus:ResourceLimits.processes"/>)",
       R"(<PARAM name="url" value="file://$ID" arraysize="*" datatype="char" utype="voprov:EntityDescription.url"/>)",
       R"(<PARAM name="kind" value="file" arraysize="*" datatype="char" utype="opus:InputDescription.kind"/>)"})
    CHECK(xml.find(param) != std::string::npos);
  CHECK(opus::parse_description(xml, "d.xml").value() == d);
}

TEST_CASE("faults name file, line, field and what was expected") {
  CHECK(error_of_content("\n<PARAM name=\"executionDuration\" value=\"1h\"/>") ==
        "d.xml:4: executionDuration: expected a whole number of seconds, got '1h'");
  CHECK(error_of_content(
            "<GROUP name=\"InputParams\">\n\n<PARAM name=\"a\" datatype=\"bit\" value=\"1\"/>"
            "\n<PARAM value=\"1\"/></GROUP>") ==
        "d.xml:5: a, datatype: expected one of boolean, unsignedByte, short, int, long, float, "
        "double, char, got 'bit'; d.xml:6: PARAM: expected an attribute name, got nothing");
  CHECK(error_of_content("<GROUP name=\"Used\">\n<GROUP name=\"a\"><PARAM name=\"multiplicity\" "
                         "value=\"x\"/></GROUP></GROUP>") ==
        "d.xml:4: multiplicity: expected a multiplicity such as 1, 0..1, 1..*, 2..4 or *, got 'x'");
  CHECK(error_of_content("<GROUP name=\"Used\">\n<GROUP name=\"a\" ref=\"b\"/></GROUP>") ==
        "d.xml:4: ref: expected the name of a parameter, got 'b'");
  CHECK(error_of_content(
            "<GROUP name=\"InputParams\"><PARAM name=\"a\" value=\"1\"><VALUES>\n<OPTION/>"
            "</VALUES></PARAM></GROUP>") ==
        "d.xml:4: a: expected an OPTION with a value, got nothing");
}

TEST_CASE("faults of the content carry the line of their element") {
  CHECK(error_of_content("\n<GROUP name=\"InputParams\">\n"
                         "<PARAM name=\"a\" datatype=\"int\" value=\"1.5\"/></GROUP>") ==
        "d.xml:5: parameters[0].default: expected an integer from -2147483648 to 2147483647, got "
        "'1.5'");
  CHECK(error_of_content("\n<GROUP name=\"Generated\">\n\n<GROUP name=\"r\"/></GROUP>") ==
        "d.xml:6: results[0].path: expected a file name or glob below the work folder, got ''");
  CHECK(error_of_content("\n\n<PARAM name=\"quote\" value=\"-1\"/>") ==
        "d.xml:5: quote: expected 0 to 2147483647 seconds, got '-1'");
  const auto no_script = opus::parse_description(votable(""), "d.xml");
  REQUIRE_FALSE(no_script);
  CHECK(no_script.error().message ==
        "d.xml:2: command: expected either a command or a script, got nothing");
}

TEST_CASE("our own PARAMs are checked as strictly") {
  const auto ours = [](std::string_view name, std::string_view value) {
    return "\n<PARAM name=\"" + std::string{name} + "\" value=\"" + std::string{value} +
           "\" utype=\"opus:x\"/>";
  };
  CHECK(error_of_content(ours("onDestruction", "keep")) ==
        "d.xml:4: onDestruction: expected remove or archive, got 'keep'");
  CHECK(error_of_content(ours("reuse", "always")) ==
        "d.xml:4: reuse: expected never, quick or verified, got 'always'");
  CHECK(error_of_content(ours("openFiles", "0")) ==
        "d.xml:4: openFiles: expected a positive integer, got '0'");
  CHECK(error_of_content(ours("environment", "A")) ==
        "d.xml:4: environment: expected a name after a point, as in environment.NAME, got "
        "'environment'");
  CHECK(error_of_content(ours("environment.A", "1") + ours("environment.A", "2")) ==
        "d.xml:5: environment.A: expected each name once, got 'environment.A'");
  CHECK(error_of_content(ours("emptyDefaults", "a")) ==
        "d.xml:4: emptyDefaults: expected names of parameters, got 'a'");
  CHECK(error_of_content(ours("retention", "soon")) ==
        "d.xml:4: retention: expected a whole number of seconds, got 'soon'");
  CHECK(error_of_content(ours("somethingNewer", "x")) == "none");
}

TEST_CASE("what is no description in VOTable form is refused") {
  const auto message = [](std::string_view xml) {
    const auto read = opus::parse_description(xml, "d.xml");
    return read ? "none" : read.error().message;
  };
  CHECK(message("<html/>") == "d.xml:1: expected the element VOTABLE, got 'html'");
  CHECK(message("<VOTABLE>\n<TABLE/></VOTABLE>") ==
        "d.xml:1: expected a RESOURCE with utype=\"voprov:ActivityDescription\", got none");
  CHECK(message("<VOTABLE>\n<RESOURCE></VOTABLE>").starts_with("d.xml:"));
  CHECK(message("<!DOCTYPE x [<!ENTITY e \"e\">]><VOTABLE/>").starts_with("d.xml:1: "));
}
