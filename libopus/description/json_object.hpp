#pragma once
// Reads the members of one JSON object into fields and collects what is wrong with them.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <opus/error.hpp>

#include "libopus/core/json.hpp"

namespace opus { inline namespace uws0 { namespace description {

/// Absent members leave their field as it is; the faults name "path.member". `known` are all the
/// members there may be: any other is a fault, and so is one given twice.
class JsonObject {
 public:
  JsonObject(const Json& json, std::string path, const std::vector<std::string>& known,
             std::vector<Fault>& faults);

  void read(std::string_view key, std::string& to);
  void read(std::string_view key, std::optional<std::string>& to);
  void read(std::string_view key, bool& to);
  void read(std::string_view key, std::chrono::seconds& to);
  void read(std::string_view key, std::optional<std::chrono::seconds>& to);
  void read(std::string_view key, std::optional<std::uint64_t>& to);
  void read(std::string_view key, std::vector<std::string>& to);
  void read(std::string_view key, std::map<std::string, std::string>& to);
  /// A value in text form: a string, or a number or boolean (2.5 is "2.5", true is "true").
  void read_value(std::string_view key, std::optional<std::string>& to);
  void read_values(std::string_view key, std::vector<std::string>& to);

  void read_object(std::string_view key, const std::function<void(const Json&, std::string)>& read);
  /// `read` gets each element of an array with its path.
  void read_each(std::string_view key, const std::function<void(const Json&, std::string)>& read);

  bool has(std::string_view key) const;
  std::optional<Json> find(std::string_view key) const { return json_.find(key); }
  std::string path_of(std::string_view key) const;
  void fault(std::string_view key, std::string_view expected, std::string got);

 private:
  std::optional<Json> find(std::string_view key, bool (Json::*is)() const,
                           std::string_view expected);
  std::optional<std::int64_t> find_integer(std::string_view key);

  Json json_;
  std::string path_;
  std::vector<Fault>& faults_;
};

/// A value for Fault::got: a scalar as it is written, "[...]" or "{...}".
std::string shown_json(const Json& json);

/// The text form of a JSON number: an integer without a point, else the shortest that reads back.
std::string number_text(const Json& number);
std::string number_text(double number);

}}}  // namespace opus::uws0::description
