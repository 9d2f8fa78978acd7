#pragma once
// Reads the items of the three groups of a description in VOTable form: one parameter, one input,
// one result at a time. In today's layout an input is a GROUP of PARAMs, in the older one a PARAM.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <opus/description.hpp>
#include <opus/error.hpp>

#include "libopus/core/xml.hpp"

namespace opus { inline namespace uws0 { namespace description {

/// Collects faults whose field is "origin:line" or "origin:line: what".
class VotableFaults {
 public:
  explicit VotableFaults(std::string_view origin) : origin_(origin) {}
  std::string at(int line) const { return origin_ + ":" + std::to_string(line); }
  void add(const XmlElement& element, std::string_view what, std::string_view expected,
           std::string_view got);
  std::vector<Fault>& list() { return list_; }

 private:
  std::string origin_;
  std::vector<Fault> list_{};
};

/// PARAM name (lower case) -> value, of the PARAMs directly in the element or in groups in it.
std::map<std::string, std::string> param_values(const XmlElement& element);

/// A parameter as its PARAM tells it.
struct VotableParameter {
  ParameterDescription description{};
  bool is_file = false;  ///< xtype application/octet-stream: OPUS's datatype "file"
  int line = 0;
};

VotableParameter read_parameter(const XmlElement& param, VotableFaults& faults);

/// `referred` is the parameter that `ref` names: its default, annotation and kind are inherited.
InputDescription read_input(const XmlElement& item, const VotableParameter* referred,
                            VotableFaults& faults);
ResultDescription read_result(const XmlElement& item, const VotableParameter* referred,
                              VotableFaults& faults);

}}}  // namespace opus::uws0::description
