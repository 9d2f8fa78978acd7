#include "libopus/provenance/names.hpp"

#include "libopus/core/strings.hpp"

namespace opus { inline namespace uws0 { namespace provenance {
namespace {

bool is_letter_or_digit(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return ((byte | 0x20u) - unsigned{'a'} <= 25u) | (byte - unsigned{'0'} <= 9u);
}

void append_encoded(std::string& out, char c) {
  constexpr std::string_view hex = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  out += {'.', hex[byte >> 4], hex[byte & 15]};
}

/// Without an early end: so the compiler makes it look at many bytes at once.
bool is_plain(std::string_view text) {
  bool plain = true;
  for (const char c : text) plain &= is_letter_or_digit(c) | (c == '_') | (c == '-');
  return plain;
}

/// What stands before it, and the text encoded.
std::string named(std::string_view prefix, std::string_view text) {
  std::string out;
  out.reserve(prefix.size() + text.size());
  out += prefix;
  if (is_plain(text)) return out += text;
  for (const char c : text) {
    if (is_letter_or_digit(c) || c == '_' || c == '-')
      out += c;
    else
      append_encoded(out, c);
  }
  return out;
}

/// Like encoded(), but dots stay unless last: for people, where something else makes it unique.
std::string readable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool inner_dot = c == '.' && i + 1 < text.size();
    if (is_letter_or_digit(c) || c == '_' || c == '-' || inner_dot)
      out += c;
    else
      append_encoded(out, c);
  }
  return out;
}

}  // namespace

std::map<std::string, std::string> namespaces(std::string_view base) {
  return {{"id", std::string{base}},
          {"opus", "urn:opus-uws:terms:"},
          {"schema", "http://schema.org/"},
          {"voprov", "http://www.ivoa.net/documents/ProvenanceDM/index.html#"},
          {"wfrun", "https://w3id.org/ro/terms/workflow-run#"}};
}

std::string encoded(std::string_view text) { return named({}, text); }

std::optional<std::string> decode_name(std::string_view name) {
  const auto digit = [](char c) -> int {
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  std::string out;
  out.reserve(name.size());
  for (std::size_t at = 0; at < name.size(); ++at) {
    const char c = name[at];
    if (is_letter_or_digit(c) || c == '_' || c == '-') {
      out += c;
      continue;
    }
    const int high = at + 1 < name.size() ? digit(name[at + 1]) : -1;
    const int low = at + 2 < name.size() ? digit(name[at + 2]) : -1;
    if (c != '.' || high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    at += 2;
  }
  return out;
}

std::string job_name(const JobId& id) { return named("id:job-", id.value); }

std::string entity_name(const EntityId& id) { return named("id:store-", id.value); }

std::string parameter_name(const JobId& job, std::string_view name, unsigned nth) {
  std::string out;
  out.reserve(std::string_view{"id:par-..n999"}.size() + job.value.size() + name.size());
  out += named("id:par-", job.value);
  out += '.';
  out += encoded(name);
  if (nth > 1) out += ".n" + std::to_string(nth);  // 'n' is no hex digit: nothing encoded ends so
  return out;
}

std::string log_name(const JobId& job, std::string_view stream) {
  return named("id:log-", job.value) + '.' + encoded(stream);
}

std::string plan_name(const Job& job) {
  constexpr std::size_t hash_digits = 12, version_bytes = 40;
  std::string out = "id:jdl-" + readable(job.description);
  if (!job.description_version.empty())
    out += '.' + readable(std::string_view{job.description_version}.substr(0, version_bytes));
  if (!job.description_hash.empty())
    out += '.' + encoded(std::string_view{job.description_hash}.substr(0, hash_digits));
  return out;
}

std::string owner_name(std::string_view owner) { return named("id:user-", owner); }

std::string contact_name(const Contact& contact) {
  return "id:contact-" + encoded(contact.email.empty() ? contact.name : contact.email);
}

std::string software_name(std::string_view software) {
  software = trim(software);
  const std::size_t blank = software.rfind(' ');
  std::string out = "id:svc-" + encoded(software.substr(0, blank));
  if (blank != std::string_view::npos) out += '.' + readable(software.substr(blank + 1));
  return out;
}

}}}  // namespace opus::uws0::provenance
