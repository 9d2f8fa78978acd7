#include "libopus/core/xml.hpp"

#include "libopus/core/strings.hpp"
#include "tests/support/catch.hpp"

#include <random>
#include <string>

using namespace opus;

namespace {

XmlDocument parsed(std::string_view text) { return XmlDocument::parse(text, "f").value(); }

std::string error_of(std::string_view text) {
  const auto document = XmlDocument::parse(text, "f");
  return document ? "no error" : document.error().message;
}

}  // namespace

TEST_CASE("elements are found by local name, whatever the prefix") {
  const auto document = parsed(
      "<?xml version='1.0' encoding='UTF-8'?>\n<!-- a comment -->\n"
      "<uws:job xmlns:uws='urn:u'>\n  <uws:phase>PENDING</uws:phase>\n"
      "  <phase>second</phase>\n  <other/>\n</uws:job>\n<!-- end -->");
  const XmlElement& root = document.root();
  CHECK(root.name() == "job");
  CHECK(root.qualified_name() == "uws:job");
  CHECK(root.line() == 3);
  REQUIRE(root.children().size() == 3);
  CHECK(root.children("phase").size() == 2);
  REQUIRE(root.child("phase"));
  CHECK(root.child("phase")->text() == "PENDING");
  CHECK(root.child("phase")->line() == 4);
  CHECK(root.children("phase")[1].text() == "second");
  CHECK_FALSE(root.child("none"));
  CHECK(root.child("other")->text().empty());
}

TEST_CASE("an attribute is found by its name as written, else by local part") {
  const auto document = parsed("<a xlink:href='1' href='2' xsi:nil='true' empty=''/>");
  CHECK(document.root().attribute("href") == "2");
  CHECK(document.root().attribute("xlink:href") == "1");
  CHECK(document.root().attribute("nil") == "true");
  CHECK(document.root().attribute("empty") == "");
  CHECK_FALSE(document.root().attribute("other"));
}

TEST_CASE("text joins pieces and CDATA, without comments and children") {
  CHECK(parsed("<a>one <!-- no --><![CDATA[<two> &amp;]]><b>no</b> &lt;&#51;&#x20AC;</a>")
            .root()
            .text() == "one <two> &amp; <3\xE2\x82\xAC");
  CHECK(parsed("<a>line\r\nline</a>").root().text() == "line\nline");
}

TEST_CASE("an element outlives its document and tells where it is") {
  const XmlElement child = *XmlDocument::parse("<a>\n<b/></a>", "dir/x.xml")->root().child("b");
  const Error error = child.error("expected an attribute 'name'");
  CHECK(error.code == Errc::invalid_argument);
  CHECK(error.message == "dir/x.xml:2: expected an attribute 'name'");
}

TEST_CASE("a document that is not well-formed is refused with its line") {
  struct Case {
    std::string_view text;
    const char* expected;
  };
  const Case cases[] = {
      {"", "f:1: there is no element"},
      {"  \n ", "f:1: there is no element"},
      {"<!-- only -->", "f:1: there is no element"},
      {"text", "f:1: "},
      {"<a>\n<b>\n</a>", "f:2: the end tag does not match"},
      {"<a>", "f:1: "},
      {"<a", "f:1: "},
      {"<a b='1>", "f:1: malformed attribute"},
      {"<a>\n<c b/></a>", "f:2: malformed attribute"},
      {"<a b='1' b='2'/>", "f:1: "},
      {"<a/>\n<b/>", "f:2: a second root element"},
      {"<a/>text", "f:1: text "},
      {"<![CDATA[x]]><a/>", "f:1: text outside"},
      {"<a><![CDATA[", "f:1: CDATA section without its end"},
      {"<a>\n<!-- </a>", "f:2: comment without its end"},
      {"<1a/>", "f:1: malformed element"},
      {"<a>\nx &amp y</a>", "f:2: '&amp y</a>'"},
      {"<a b='?x=1&y=2'/>", "f:1: '&y=2'/>'"},
      {"<a>&unknown;</a>", "f:1: '&unknown;' is not"},
      {"<a>&#0;</a>", "f:1: '&#0;' is not"},
      {"<a>&#xD800;</a>", "f:1: '&#xD800;' is not"},
      {"<a>&#x110000;</a>", "f:1: '&#x110000;' is not"},
      {"<a>&#-1;</a>", "f:1: '&#-1;' is not"},
      {"<a>&#99999999999;</a>", "f:1: '&#99999999999;' is not"},
      {"<a>&;</a>", "f:1: '&;' is not"},
      {"<a>\n\nbad \xE4</a>", "f:3: not valid UTF-8"},
      {{"<a>\0</a>", 8}, "f:1: not UTF-8 text: it contains NUL"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK(error_of(c.text).rfind(c.expected, 0) == 0);
    CAPTURE(error_of(c.text));
    CHECK(XmlDocument::parse(c.text).error().code == Errc::invalid_argument);
  }
}

TEST_CASE("ampersands in comments and CDATA are not references") {
  CHECK(parsed("<a><!-- a && b --><![CDATA[x && y &foo;]]></a>").root().text() == "x && y &foo;");
}

TEST_CASE("document types and entities are refused, so nothing expands or is fetched") {
  const char* const cases[] = {
      "<!DOCTYPE a><a/>",
      "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",
      "<!DOCTYPE a [<!ENTITY x 'xxxxxxxxxx'>]><a>&amp;</a>",
      "<a><!ENTITY x 'y'></a>",
  };
  for (const char* const text : cases) {
    CAPTURE(text);
    CHECK(error_of(text) == "f:1: document type and entity declarations are not allowed");
  }
}

TEST_CASE("64 levels of elements may be nested, not more") {
  const auto nested = [](int n) {
    std::string text;
    for (int i = 0; i < n; ++i) text += "<a>\n";
    for (int i = 0; i < n; ++i) text += "</a>";
    return text;
  };
  CHECK(XmlDocument::parse(nested(64)));
  CHECK(error_of(nested(65)) == "f:65: nested deeper than 64 levels");
  CHECK(error_of(nested(200'000)).find("nested deeper than 64 levels") != std::string::npos);
}

TEST_CASE("any text that is escaped is read back, in elements and attributes") {
  std::mt19937 random{17};
  for (int round = 0; round < 1'000; ++round) {
    std::string bytes(1 + random() % 30, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    bytes = "." + bytes + ".";  // blanks alone are no text
    const std::string xml = xml_escaped(bytes);
    const auto document = XmlDocument::parse("<a b=\"" + xml + "\">" + xml + "</a>");
    REQUIRE(document);
    REQUIRE(document->root().text() == document->root().attribute("b"));
    REQUIRE(xml_escaped(document->root().text()) == xml);
  }
}

TEST_CASE("damaged XML documents are refused or read, never more") {
  const std::string good =
      "<?xml version='1.0'?><u:a xmlns:u='x' b=\"1\"><!-- c "
      "--><u:d>t&amp;</u:d><![CDATA[x]]></u:a>";
  std::mt19937 random{19};
  for (int i = 0; i < 20'000; ++i) {
    std::string bad = good;
    for (auto n = 1 + random() % 3; n > 0; --n)
      bad[random() % bad.size()] = static_cast<char>(random() % 128);
    const auto document = XmlDocument::parse(bad, "f");
    if (!document) REQUIRE(document.error().message.rfind("f:", 0) == 0);
    if (document) REQUIRE(is_utf8(document->root().text()));
  }
}
