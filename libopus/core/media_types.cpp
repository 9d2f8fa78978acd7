#include "libopus/core/descriptor.hpp"
#include "libopus/core/files.hpp"
#include "libopus/core/strings.hpp"

#include <array>
#include <utility>

namespace opus { inline namespace uws0 {

namespace {

using NamedType = std::pair<std::string_view, std::string_view>;

// The longest ending that fits wins; lower case.
constexpr NamedType k_endings[] = {
    {".fits", "application/fits"},
    {".fit", "application/fits"},
    {".fts", "application/fits"},
    {".fits.gz", "application/fits+gzip"},
    {".fits.fz", "application/fits"},
    {".vot", "application/x-votable+xml"},
    {".votable", "application/x-votable+xml"},
    {".votable.xml", "application/x-votable+xml"},
    {".csv", "text/csv"},
    {".tsv", "text/tab-separated-values"},
    {".json", "application/json"},
    {".geojson", "application/geo+json"},
    {".ndjson", "application/x-ndjson"},
    {".jsonl", "application/x-ndjson"},
    {".xml", "application/xml"},
    {".yaml", "application/yaml"},
    {".yml", "application/yaml"},
    {".toml", "application/toml"},
    {".h5", "application/x-hdf5"},
    {".hdf5", "application/x-hdf5"},
    {".he5", "application/x-hdf5"},
    {".hdf", "application/x-hdf"},
    {".cdf", "application/x-cdf"},
    {".nc", "application/x-netcdf"},
    {".nc4", "application/x-netcdf"},
    {".asdf", "application/x-asdf"},
    {".parquet", "application/vnd.apache.parquet"},
    {".arrow", "application/vnd.apache.arrow.file"},
    {".npy", "application/x-npy"},
    {".npz", "application/x-npz"},
    {".root", "application/x-root"},
    {".sqlite", "application/vnd.sqlite3"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".jpeg", "image/jpeg"},
    {".gif", "image/gif"},
    {".webp", "image/webp"},
    {".tif", "image/tiff"},
    {".tiff", "image/tiff"},
    {".svg", "image/svg+xml"},
    {".pdf", "application/pdf"},
    {".ps", "application/postscript"},
    {".eps", "application/postscript"},
    {".txt", "text/plain"},
    {".log", "text/plain"},
    {".dat", "text/plain"},
    {".asc", "text/plain"},
    {".ascii", "text/plain"},
    {".md", "text/markdown"},
    {".html", "text/html"},
    {".htm", "text/html"},
    {".tex", "application/x-tex"},
    {".py", "text/x-python"},
    {".sh", "application/x-sh"},
    {".tar", "application/x-tar"},
    {".zip", "application/zip"},
    {".gz", "application/gzip"},
    {".tgz", "application/gzip"},
    {".bz2", "application/x-bzip2"},
    {".xz", "application/x-xz"},
    {".zst", "application/zstd"},
    {".mp4", "video/mp4"},
};

using namespace std::string_view_literals;

// First bytes that name the format beyond doubt.
constexpr NamedType k_magic[] = {
    {"SIMPLE  ="sv, "application/fits"},
    {"\x89PNG\r\n\x1A\n"sv, "image/png"},
    {"\xFF\xD8\xFF"sv, "image/jpeg"},
    {"GIF87a"sv, "image/gif"},
    {"GIF89a"sv, "image/gif"},
    {"%PDF-"sv, "application/pdf"},
    {"%!PS-"sv, "application/postscript"},
    {"\x1F\x8B\x08"sv, "application/gzip"},
    {"PK\x03\x04"sv, "application/zip"},
    {"PK\x05\x06"sv, "application/zip"},
    {"BZh"sv, "application/x-bzip2"},
    {"\xFD"
     "7zXZ\0"sv,
     "application/x-xz"},
    {"\x28\xB5\x2F\xFD"sv, "application/zstd"},
    {"\x89HDF\r\n\x1A\n"sv, "application/x-hdf5"},
    {"CDF\x01"sv, "application/x-netcdf"},
    {"CDF\x02"sv, "application/x-netcdf"},
    {"CDF\x05"sv, "application/x-netcdf"},
    {"\xCD\xF3\x00\x01\x00\x00\xFF\xFF"sv, "application/x-cdf"},
    {"\xCD\xF3\x00\x01\xCC\xCC\x00\x01"sv, "application/x-cdf"},
    {"\xCD\xF2\x60\x02\x00\x00\xFF\xFF"sv, "application/x-cdf"},
    {"#ASDF"sv, "application/x-asdf"},
    {"PAR1"sv, "application/vnd.apache.parquet"},
    {"ARROW1\0\0"sv, "application/vnd.apache.arrow.file"},
    {"\x93NUMPY"sv, "application/x-npy"},
    {"SQLite format 3\0"sv, "application/vnd.sqlite3"},
};

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
  return ascii_iequals(text.substr(0, prefix.size()), prefix);
}

// What markup it is: the name of the first element decides, after declaration and comments.
std::string_view type_of_markup(std::string_view head) {
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  head = trim(head);
  if (starts_with_ignoring_case(head, "<!doctype html") || starts_with_ignoring_case(head, "<html"))
    return "text/html";
  const bool declared = head.starts_with("<?xml");
  while (head.starts_with("<?") || head.starts_with("<!")) {
    const std::string_view close = head.starts_with("<!--") ? "-->" : ">";
    const std::size_t end = head.find(close);
    if (end == std::string_view::npos) break;
    head = trim(head.substr(end + close.size()));
  }
  if (head.starts_with('<')) {
    const std::string_view tag = head.substr(1, head.find_first_of(" \t\r\n/>") - 1);
    const std::string_view name = tag.substr(tag.find(':') + 1);  // npos + 1 == 0
    if (name == "VOTABLE") return "application/x-votable+xml";
    if (name == "svg") return "image/svg+xml";
  }
  return declared ? "application/xml" : std::string_view{};
}

std::string_view type_by_name(std::string_view file_name) {
  const std::string name = ascii_lower(file_name);
  NamedType best{};
  for (const NamedType& entry : k_endings)
    if (name.ends_with(entry.first) && entry.first.size() > best.first.size()) best = entry;
  return best.second;
}

std::string_view type_by_content(const std::filesystem::path& file) {
  const auto fd = open_regular_file(file);
  if (!fd) return {};
  std::array<char, 1024> buffer{};
  const auto got = read_some(fd->get(), buffer.data(), buffer.size(), file);
  if (!got) return {};
  const std::string_view head{buffer.data(), *got};
  for (const auto& [magic, type] : k_magic)
    if (head.starts_with(magic)) return type;
  if (head.size() > 262 && head.substr(257, 5) == "ustar") return "application/x-tar";
  return type_of_markup(head);
}

}  // namespace

std::string media_type_of(std::string_view file_name, const std::filesystem::path& file) {
  const std::string_view named = type_by_name(file_name);
  // ".xml" says little: a VOTable or an SVG drawing is better known by its first element.
  if (!named.empty() && named != "application/xml") return std::string{named};
  const std::string_view found = file.empty() ? std::string_view{} : type_by_content(file);
  if (!found.empty() && (named.empty() || found.ends_with("xml"))) return std::string{found};
  return std::string{named.empty() ? "application/octet-stream" : named};
}

}}  // namespace opus::uws0
