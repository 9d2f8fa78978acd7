#include "libopus/entity/result_files.hpp"

#include "libopus/core/files.hpp"
#include "libopus/core/strings.hpp"
#include "libopus/core/utf8.hpp"
#include "libopus/entity/glob.hpp"

#include <algorithm>
#include <cerrno>
#include <map>
#include <system_error>
#include <utility>

namespace opus { inline namespace uws0 { namespace entity {

namespace fs = std::filesystem;

namespace {

// Names of our own temporary files begin with a dot, so those of results do not.
std::string target_name(std::string_view name) {
  constexpr char k_digits[] = "0123456789abcdef";
  std::string out;
  const auto escape = [&](char c) {
    const auto byte = static_cast<unsigned char>(c);
    out.append({'%', k_digits[byte >> 4], k_digits[byte & 0xF]});
  };
  for (std::size_t at = 0; at < name.size();) {
    const Utf8Character next = decode_utf8(name, at);
    const bool plain = next.length > 0 && !is_control(next.code_point) && next.code_point != '%' &&
                       !(at == 0 && next.code_point == '.');
    const std::size_t length = std::max<std::size_t>(next.length, 1);
    for (const char c : name.substr(at, length)) plain ? void(out += c) : escape(c);
    at += length;
  }
  return out;
}

}  // namespace

std::optional<std::string> original_name(std::string_view name) {
  auto original = percent_decoded(name);
  if (original && target_name(*original) != name) return std::nullopt;
  return original;
}

fs::path result_target(const fs::path& results_dir, std::string_view result,
                       std::string_view path) {
  fs::path target = results_dir / target_name(result);
  for (const std::string& element : split(path, '/')) target /= target_name(element);
  return target;
}

namespace {

// A folder whose names stand for paths below the work folder: the work folder itself, where they
// are these paths, or a result's own folder, where they are the names of result_target().
struct Tree {
  Tree(fs::path at, bool results) : root(std::move(at)), is_results(results) {
    std::error_code absent;
    real_root = fs::canonical(root, absent);
  }

  fs::path root, real_root;  // the second without links; empty if there is no such folder
  bool is_results;

  std::string name_on_disk(const std::string& element) const {
    return is_results ? target_name(element) : element;
  }
  std::optional<std::string> name_of(std::string on_disk) const {
    return is_results ? original_name(on_disk) : std::move(on_disk);
  }
  fs::path place_of(std::string_view path) const {
    fs::path place = root;
    for (const std::string& element : split(path, '/')) place /= name_on_disk(element);
    return place;
  }
};

std::string_view kind_of(fs::file_type type) {
  switch (type) {
    case fs::file_type::directory: return "a folder";
    case fs::file_type::fifo: return "a FIFO";
    case fs::file_type::socket: return "a socket";
    case fs::file_type::block:
    case fs::file_type::character: return "a device";
    default: return "no regular file";
  }
}

bool is_inside(const fs::path& path, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first ==
         folder.end();
}

struct Looked {
  bool usable = false;
  bool is_link = false;    // symbolic
  bool is_shared = false;  // has other names, perhaps elsewhere, where it could still be changed
  std::string refused{};   // why it is not usable, if something is there
};

// Is it a regular file in the tree, seen through links that stay in the tree?
Looked look_at(const fs::path& place, const Tree& tree) {
  std::error_code error;
  const fs::file_status own = fs::symlink_status(place, error);
  if (own.type() == fs::file_type::not_found) return {};
  if (error) return {.refused = error.message()};
  const bool is_link = own.type() == fs::file_type::symlink;
  const fs::path real = fs::canonical(place, error);
  if (error) return {.refused = is_link ? "a link to nowhere" : error.message()};
  if (tree.real_root.empty() || !is_inside(real, tree.real_root))
    return {.refused = "a link out of the work folder"};
  const fs::file_status status = fs::symlink_status(real, error);
  if (error) return {.refused = error.message()};
  if (status.type() != fs::file_type::regular)
    return {.refused = std::string{kind_of(status.type())}};
  const bool is_shared = fs::hard_link_count(real, error) > 1;
  return {.usable = true, .is_link = is_link, .is_shared = is_shared};
}

class Finder {
 public:
  Finder(const Tree& tree, std::vector<std::string> elements)
      : tree_(tree), elements_(std::move(elements)) {}

  Result<std::vector<std::string>> find() {
    OPUS_UWS_CHECK(descend(tree_.root, "", 0));
    return std::move(found_);
  }

 private:
  Result<void> descend(const fs::path& folder, const std::string& path, std::size_t depth) {
    if (depth == elements_.size()) {
      found_.push_back(path);
      return {};
    }
    const std::string& element = elements_[depth];
    const std::string prefix = depth == 0 ? "" : path + "/";
    if (!is_glob(element)) {
      const fs::path place = folder / tree_.name_on_disk(element);
      std::error_code error;
      if (fs::symlink_status(place, error).type() == fs::file_type::not_found) return {};
      return descend(place, prefix + element, depth + 1);
    }
    std::error_code error;
    for (fs::directory_iterator entry{folder, error}, end; !error && entry != end;
         entry.increment(error)) {
      const auto name = tree_.name_of(entry->path().filename().string());
      const bool inputs = depth == 0 && name == "inputs";
      if (name && !inputs && glob_matches(element, *name))
        OPUS_UWS_CHECK(descend(entry->path(), prefix + *name, depth + 1));
    }
    const bool absent =
        error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory;
    if (error && !absent) return system_error("cannot list", folder, error.value());
    return {};
  }

  const Tree& tree_;
  std::vector<std::string> elements_;
  std::vector<std::string> found_;
};

// The file of that path, moved already or still in the work folder.
std::optional<ResultFile> usable_file(const Tree& work, const Tree& results,
                                      const std::string& path, std::string& refused) {
  ResultFile file{.path = path, .target = results.place_of(path)};
  if (const Looked moved = look_at(file.target, results); moved.usable && !moved.is_link)
    return file;
  file.source = work.place_of(path);
  const Looked left = look_at(file.source, work);
  refused = left.refused;
  if (!left.usable) return std::nullopt;
  file.copy = left.is_link || left.is_shared;
  return file;
}

}  // namespace

Result<ResultFiles> find_result_files(const fs::path& work_dir, const fs::path& results_dir,
                                      std::string_view result, std::string_view pattern) {
  const Tree work{work_dir, false};
  const Tree results{results_dir / target_name(result), true};
  ResultFiles out;
  if (auto file = usable_file(work, results, std::string{pattern}, out.refused)) {
    out.files.push_back(*std::move(file));
    return out;
  }
  if (!is_glob(pattern)) return out;

  out.refused.clear();
  std::map<std::string, ResultFile> by_path;
  for (const Tree* tree : {&work, &results}) {
    OPUS_UWS_TRY(const auto paths, Finder(*tree, split(pattern, '/')).find());
    for (const std::string& path : paths) {
      std::string ignored;
      if (auto file = usable_file(work, results, path, ignored))
        by_path.insert_or_assign(path, *std::move(file));
    }
  }
  for (auto& [path, file] : by_path) out.files.push_back(std::move(file));
  return out;
}

}}}  // namespace opus::uws0::entity
