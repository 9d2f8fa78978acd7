#include <opus/uws.hpp>

namespace opus { inline namespace uws0 {
namespace {

/// As one path segment: RFC 3986 unreserved characters stay, everything else becomes %XX.
void append_segment(std::string& out, std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', hex[byte >> 4], hex[byte & 15]};
    }
  }
}

std::string child_url(const UwsLinks& links, const Job& job, std::string_view folder,
                      std::string_view name) {
  std::string url = links.job_url(job);
  url += folder;
  append_segment(url, name);
  return url;
}

}  // namespace

std::string UwsLinks::list_url(std::string_view description) const {
  std::string url;
  url.reserve(base.size() + description.size() + 64);
  url += base;
  url += "/rest/";
  append_segment(url, description);
  return url;
}

std::string UwsLinks::job_url(std::string_view description, const JobId& id) const {
  std::string url = list_url(description);
  url += '/';
  append_segment(url, id.value);
  return url;
}

std::string UwsLinks::parameter_url(const Job& job, std::string_view name) const {
  return child_url(*this, job, "/parameters/", name);
}

std::string UwsLinks::result_url(const Job& job, std::string_view result_id) const {
  return child_url(*this, job, "/results/", result_id);
}

}}  // namespace opus::uws0
