#include "tests/unit/description/random_description.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace opus { inline namespace uws0 { namespace test {

namespace {

class Generator {
 public:
  explicit Generator(std::mt19937& random) : random_(random) {}

  JobDescription make() {
    JobDescription d;
    d.name = pick({"smooth", "9lives", "a.b-c_d", "_", "p0"});
    d.annotation = text();
    d.version = "v" + line();
    d.type = line();
    d.subtype = line();
    d.doc_url =
        pick({"", "https://example.org/a?b=c&d='e'", "doc/page.html", "doi:10.1/x\xC3\xA9"});
    d.contact = {line(), line()};
    parameters(d);
    inputs(d);
    results(d);
    program(d);
    if (chance(2)) d.environment = {{"LC_ALL", text()}, {"_x9", text()}};
    d.execution_duration = std::chrono::seconds{number(0, 100000)};
    if (d.execution_duration.count() > 0 && chance(2))
      d.execution_duration_max = d.execution_duration + std::chrono::seconds{number(0, 100)};
    if (d.execution_duration.count() > 0 && chance(2))
      d.execution_duration_min = std::chrono::seconds{number(1, 100000)} % d.execution_duration;
    if (chance(2)) d.quote = std::chrono::seconds{number(0, 2147483647)};
    if (chance(2)) d.retention = std::chrono::seconds{number(1, 2147483647)};
    if (d.retention && chance(2)) {
      d.retention_min =
          d.retention->count() > 9 ? *d.retention - std::chrono::seconds{9} : *d.retention;
      d.retention_max = *d.retention;
    }
    if (chance(2)) d.on_destruction = OnDestruction::archive;
    if (chance(2)) d.reuse = chance(2) ? opus::Reuse::quick : opus::Reuse::verified;
    limits(d.limits);
    return d;
  }

 private:
  int number(int least, int most) {
    return std::uniform_int_distribution<int>{least, most}(random_);
  }
  bool chance(int one_in) { return number(1, one_in) == 1; }
  std::string pick(std::vector<std::string> of) {
    return of[static_cast<std::size_t>(number(0, static_cast<int>(of.size()) - 1))];
  }

  // What quoting, escaping and blanks can go wrong with.
  std::string text() {
    static constexpr std::array<std::string_view, 26> k_pieces{
        "a",        "Z9",  " ",  "  ",   "\n", "\r\n",     "\r",           "\t",
        "\"",       "'",   "<",  ">",    "&",  "]]>",      "&amp;",        "&#13;",
        "<!--",     "-->", "\\", "${x}", "=",  "\xC3\xA9", "\xE2\x88\x91", "\xF0\x9F\x94\xAD",
        "\xC2\x85", "\x7F"};
    std::string out;
    for (int i = number(0, 8); i > 0; --i)
      out += k_pieces[static_cast<std::size_t>(number(0, static_cast<int>(k_pieces.size()) - 1))];
    return out;
  }
  std::string line() { return without(text(), "\t\n\r"); }
  std::string token() { return without(line(), " "); }
  static std::string without(std::string text, std::string_view bad) {
    std::erase_if(text, [&](char c) { return bad.find(c) != std::string_view::npos; });
    return text;
  }

  void program(JobDescription& d) {
    d.executor = pick({"local", "function", "slurm-2", "my.pod"});
    if (chance(2)) d.executor_options = {{"partition", text()}, {"a.b-c", text()}};
    if (d.executor == "function") return;
    if (chance(2)) {
      d.script = "#!/bin/sh\n" + without(text(), "\r") + pick({"", "\n", "\n\n"});
      return;
    }
    d.command = {"program " + without(text(), "$")};
    for (int i = number(0, 4); i > 0; --i) d.command.push_back("$${" + without(text(), "$"));
    for (const auto& parameter : d.parameters) d.command.push_back("-x=${" + parameter.name + "}");
    for (const auto& input : d.inputs) d.command.push_back("${" + input.name + "}");
    d.command.push_back("");
  }

  void limits(ResourceLimits& limits) {
    if (chance(2)) limits.memory_bytes = 9223372036854775807ull;
    if (chance(2)) limits.file_size_bytes = 1;
    if (chance(2)) limits.open_files = static_cast<unsigned>(number(1, 1000));
    if (chance(2)) limits.processes = 42;
  }

  Multiplicity multiplicity() {
    Multiplicity m{static_cast<unsigned>(number(0, 3)), std::nullopt};
    if (chance(2)) m.max = std::max(1u, m.min + static_cast<unsigned>(number(0, 2)));
    return m;
  }

  void parameters(JobDescription& d) {
    for (int i = number(0, 6); i > 0; --i) {
      ParameterDescription p;
      p.name = pick({"p", "P_", "_q"}) + std::to_string(i);
      p.annotation = text();
      p.unit = token();
      p.ucd = pick({"", "phot.mag;em.opt.V", "a_b:c-9"});
      p.utype = token();
      p.xtype = pick({"", "adql:BLOB", "application/octet-stream"});
      values(p);
      p.required = !p.default_value && chance(2);
      d.parameters.push_back(std::move(p));
    }
  }

  void values(ParameterDescription& p) {
    p.datatype = static_cast<Datatype>(number(0, 7));
    std::vector<std::string> good;  // ascending
    switch (p.datatype) {
      case Datatype::text:
        good = {"A" + text(), "B" + text(), "C" + text()};
        if (chance(4)) p.options = {"", "B"};
        if (chance(4)) p.default_value = "";
        break;
      case Datatype::boolean: good = {pick({"false", "F", "0"}), pick({"true", "T", "1"})}; break;
      case Datatype::float_number:
      case Datatype::double_number:
        good = {pick({"-Inf", "-1e30", "-0.5", "-0"}), pick({"1", "1.0", "1.50", "+1"}),
                pick({"2.5", "1e15", "1e22", "100000", "1E5"})};
        break;
      default: good = {pick({"0", "-0", "00"}), pick({"1", "+7"}), pick({"100", "0120"})};
    }
    if (!p.options.empty() || p.default_value) return;
    if (p.datatype != Datatype::text && chance(3)) p.arraysize = pick({"*", "3", "4*"});
    if (p.datatype != Datatype::boolean && chance(2)) p.min = good.front();
    if (p.datatype != Datatype::boolean && chance(2)) p.max = good.back();
    if (chance(2)) p.options = good;
    if (chance(3)) return;
    p.default_value = p.arraysize.empty() ? good[1] : good[0] + " " + good[1] + "  " + good[1];
    if (p.arraysize == "*" && chance(2)) p.default_value = "";
  }

  void inputs(JobDescription& d) {
    for (int i = number(0, 3); i > 0; --i) {
      InputDescription input;
      input.name = "in" + std::to_string(i);
      input.annotation = text();
      input.role = line();
      input.multiplicity = multiplicity();
      if (chance(2)) input.content_types = {"image/*", "text/plain; charset=utf-8", "a/b;c=\"d\""};
      if (chance(3)) input.kind = InputKind::value;
      if (input.kind == InputKind::file)
        input.url = pick({"", "file://$ID", "https://example.org/?id=$ID&q='\"<"});
      if (chance(2)) input.default_value = "d" + text();
      d.inputs.push_back(std::move(input));
    }
  }

  void results(JobDescription& d) {
    for (int i = number(0, 3); i > 0; --i) {
      ResultDescription result;
      result.name = "out" + std::to_string(i);
      result.annotation = text();
      result.role = line();
      result.path = pick({"maps/*.fits", "a b'c\"<&", "\xC3\xA9.txt"}) + std::to_string(i);
      result.content_type = pick({"", "image/fits", "text/plain; charset=utf-8"});
      result.multiplicity = {static_cast<unsigned>(number(0, 1)), 1};
      if (chance(3)) result.multiplicity.max = std::nullopt;
      if (chance(3)) named_by_parameter(d, result);
      d.results.push_back(std::move(result));
    }
  }

  // A parameter of the result's name gives its file name.
  void named_by_parameter(JobDescription& d, ResultDescription& result) {
    ParameterDescription parameter;
    parameter.name = result.name;
    parameter.annotation = text();
    if (chance(2)) parameter.default_value = "my " + result.name;
    parameter.required = !parameter.default_value;
    if (chance(2)) result.path.clear();
    d.parameters.push_back(std::move(parameter));
  }

  std::mt19937& random_;
};

}  // namespace

JobDescription random_description(std::mt19937& random) { return Generator{random}.make(); }

}}}  // namespace opus::uws0::test
