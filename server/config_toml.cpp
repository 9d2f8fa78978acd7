// The TOML file of the configuration.
#include <fstream>
#include <sstream>
#include <string>

#include <toml++/toml.h>

#include "server/config.hpp"

namespace opus { inline namespace uws0 { namespace server {
namespace {

/// A scalar as the text that a flag would have; nullopt for dates and the like.
std::optional<std::string> to_text(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  return std::nullopt;
}

class Reader {
 public:
  Reader(ServerConfig& config, const std::filesystem::path& file)
      : config_(config), file_(file), folder_(std::filesystem::absolute(file).parent_path()) {}

  void read(const toml::table& table, const std::string& section) {
    for (const auto& [name, node] : table) {
      const std::string key = section + std::string(name.str());
      if (const auto* inner = node.as_table()) {
        read(*inner, key + '.');
        continue;
      }
      std::vector<std::string> values;
      const auto add = [&](const toml::node& value) {
        const auto text = to_text(value);
        if (text)
          values.push_back(*text);
        else
          fault(value, key + ": expected a text, a whole number, true or false");
        return text.has_value();
      };
      bool good = true;
      if (const auto* array = node.as_array())
        for (const toml::node& element : *array) good = add(element) && good;
      else
        good = add(node);
      if (!good) continue;
      if (const auto set = set_key(config_, key, values, place(node), folder_); !set)
        fault(node, set.error().message);
    }
  }
  const std::string& faults() const noexcept { return faults_; }

 private:
  std::string place(const toml::node& node) const {
    return file_.string() + ':' + std::to_string(node.source().begin.line);
  }
  void fault(const toml::node& node, const std::string& message) {
    if (!faults_.empty()) faults_ += '\n';
    faults_ += place(node) + ": " + message;
  }

  ServerConfig& config_;
  const std::filesystem::path& file_;
  std::filesystem::path folder_;
  std::string faults_;
};

}  // namespace

Result<void> read_toml(ServerConfig& config, const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  if (!stream || !(text << stream.rdbuf()))
    return Error{Errc::not_found, "cannot read the configuration file " + file.string()};
  try {
    const toml::table table = toml::parse(text.str(), file.string());
    Reader reader(config, file);
    reader.read(table, "");
    if (!reader.faults().empty()) return Error{Errc::invalid_argument, reader.faults()};
    return {};
  } catch (const toml::parse_error& fault) {
    return Error{Errc::invalid_argument, file.string() + ':' +
                                             std::to_string(fault.source().begin.line) + ": " +
                                             std::string(fault.description())};
  }
}

}}}  // namespace opus::uws0::server
