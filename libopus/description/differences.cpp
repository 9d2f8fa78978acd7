// Two descriptions compared by their canonical JSON, so that nothing a description has is
// forgotten.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <opus/description_history.hpp>

#include "libopus/core/json.hpp"
#include "libopus/core/strings.hpp"

namespace opus { inline namespace uws0 {
namespace {

void write(JsonWriter& writer, const Json& json) {
  if (json.is_object()) {
    writer.begin_object();
    for (const std::string& key : json.keys()) {
      writer.key(key);
      write(writer, *json.find(key));
    }
    writer.end_object();
  } else if (json.is_array()) {
    writer.begin_array();
    for (std::size_t i = 0; i < json.size(); ++i) write(writer, json.at(i));
    writer.end_array();
  } else if (json.is_string()) {
    writer.value(json.as_string());
  } else if (json.is_bool()) {
    writer.value(json.as_bool());
  } else if (const auto integer = json.as_integer()) {
    writer.value(*integer);
  } else if (json.is_number()) {
    writer.value(json.as_double());
  } else {
    writer.null();
  }
}

std::string text_of(const Json& json) {
  JsonWriter writer;
  write(writer, json);
  return writer.take();
}

/// The member "name" of an element, by which parameters, inputs and results are matched.
std::string name_of(const Json& element) {
  const auto name = element.find("name");
  return name ? std::string{name->as_string()} : std::string{};
}

bool has_names(const Json& array) {
  for (std::size_t i = 0; i < array.size(); ++i)
    if (name_of(array.at(i)).empty()) return false;
  return array.size() > 0;
}

std::optional<Json> find_named(const Json& array, std::string_view name) {
  for (std::size_t i = 0; i < array.size(); ++i)
    if (name_of(array.at(i)) == name) return array.at(i);
  return std::nullopt;
}

class Comparison {
 public:
  void compare(const std::string& path, const Json& before, const Json& after) {
    if (before.is_object() && after.is_object()) return compare_objects(path, before, after);
    if (before.is_array() && after.is_array() && has_names(before) && has_names(after))
      return compare_named(path, before, after);
    std::string was = text_of(before);
    std::string is = text_of(after);
    if (was != is) found_.push_back({path, std::move(was), std::move(is)});
  }
  std::vector<DescriptionDifference> take() { return std::move(found_); }

 private:
  static std::string below(const std::string& path, std::string_view name) {
    return path.empty() ? std::string{name} : path + "." + std::string{name};
  }

  void one(const std::string& path, const std::optional<Json>& before,
           const std::optional<Json>& after) {
    if (before && after) return compare(path, *before, *after);
    // A whole list that came or went is its elements.
    const Json& list = before ? *before : *after;
    if (list.is_array() && has_names(list)) {
      for (std::size_t i = 0; i < list.size(); ++i)
        whole(below(path, name_of(list.at(i))), list.at(i), before.has_value());
      return;
    }
    whole(path, list, before.has_value());
  }

  void whole(std::string path, const Json& json, bool gone) {
    DescriptionDifference difference{std::move(path), std::nullopt, std::nullopt};
    (gone ? difference.before : difference.after) = text_of(json);
    found_.push_back(std::move(difference));
  }

  void compare_objects(const std::string& path, const Json& before, const Json& after) {
    for (const std::string& key : before.keys())
      one(below(path, key), before.find(key), after.find(key));
    for (const std::string& key : after.keys())
      if (!before.find(key)) one(below(path, key), std::nullopt, after.find(key));
  }

  void compare_named(const std::string& path, const Json& before, const Json& after) {
    std::vector<std::string> order_before, order_after;
    for (std::size_t i = 0; i < before.size(); ++i) {
      const std::string name = name_of(before.at(i));
      const auto other = find_named(after, name);
      one(below(path, name), before.at(i), other);
      if (other) order_before.push_back(name);
    }
    for (std::size_t i = 0; i < after.size(); ++i) {
      const std::string name = name_of(after.at(i));
      if (find_named(before, name))
        order_after.push_back(name);
      else
        one(below(path, name), std::nullopt, after.at(i));
    }
    if (order_before != order_after)
      found_.push_back({path, names_json(order_before), names_json(order_after)});
  }

  static std::string names_json(const std::vector<std::string>& names) {
    JsonWriter writer;
    writer.begin_array();
    for (const std::string& name : names) writer.value(name);
    writer.end_array();
    return writer.take();
  }

  std::vector<DescriptionDifference> found_{};
};

/// A value as lines: a text's own, one per element of an array of texts, else its JSON.
std::vector<std::string> lines_of(const std::optional<std::string>& json) {
  if (!json) return {};
  const auto parsed = Json::parse(*json);
  if (!parsed) return {*json};
  if (parsed->is_string()) return split(parsed->as_string(), '\n');
  if (!parsed->is_array()) return {*json};
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < parsed->size(); ++i) {
    const Json element = parsed->at(i);
    lines.push_back(element.is_string() ? std::string{element.as_string()} : text_of(element));
  }
  return lines;
}

void append_line(std::string& out, char mark, std::string_view line) {
  out += "  ";
  out += mark;
  out += ' ';
  out += line;
  out += '\n';
}

/// Lines of both with " ", "-" or "+": what they share is a longest common subsequence of what is
/// between the lines that begin and end both. Beyond a size that no script has, all of it changed.
void append_lines(std::string& out, const std::vector<std::string>& before,
                  const std::vector<std::string>& after) {
  constexpr std::size_t k_most_cells = 4u << 20;
  std::size_t head = 0;
  while (head < before.size() && head < after.size() && before[head] == after[head]) ++head;
  std::size_t tail = 0;
  while (tail < before.size() - head && tail < after.size() - head &&
         before[before.size() - 1 - tail] == after[after.size() - 1 - tail])
    ++tail;
  const std::size_t rows = before.size() - head - tail;
  const std::size_t columns = after.size() - head - tail;
  for (std::size_t i = 0; i < head; ++i) append_line(out, ' ', before[i]);

  std::size_t i = 0, j = 0;
  if (rows > 0 && columns > 0 && (rows + 1) * (columns + 1) <= k_most_cells) {
    std::vector<std::uint32_t> common((rows + 1) * (columns + 1));
    const auto at = [&](std::size_t r, std::size_t c) -> std::uint32_t& {
      return common[r * (columns + 1) + c];
    };
    for (std::size_t r = rows; r-- > 0;)
      for (std::size_t c = columns; c-- > 0;)
        at(r, c) = before[head + r] == after[head + c] ? at(r + 1, c + 1) + 1
                                                       : std::max(at(r + 1, c), at(r, c + 1));
    while (i < rows && j < columns) {
      if (before[head + i] == after[head + j]) {
        append_line(out, ' ', before[head + i]);
        ++i, ++j;
      } else if (at(i + 1, j) >= at(i, j + 1)) {
        append_line(out, '-', before[head + i++]);
      } else {
        append_line(out, '+', after[head + j++]);
      }
    }
  }
  for (; i < rows; ++i) append_line(out, '-', before[head + i]);
  for (; j < columns; ++j) append_line(out, '+', after[head + j]);
  for (std::size_t k = before.size() - tail; k < before.size(); ++k)
    append_line(out, ' ', before[k]);
}

}  // namespace

std::vector<DescriptionDifference> differences(const JobDescription& before,
                                               const JobDescription& after) {
  const auto was = Json::parse(to_json(before), before.name);
  const auto is = Json::parse(to_json(after), after.name);
  Comparison comparison;
  if (was && is) comparison.compare("", *was, *is);  // our own JSON always parses
  return comparison.take();
}

std::string to_text(const std::vector<DescriptionDifference>& differences) {
  std::string out;
  for (const DescriptionDifference& difference : differences) {
    out += difference.path;
    out += !difference.before ? " (added)\n" : !difference.after ? " (removed)\n" : "\n";
    append_lines(out, lines_of(difference.before), lines_of(difference.after));
  }
  return out;
}

}}  // namespace opus::uws0
