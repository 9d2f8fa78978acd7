#include "server/rest/job_list.hpp"

#include <algorithm>
#include <utility>

#include "server/rest/text.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

struct Cursor {
  JobId before{};
  std::optional<std::size_t> remaining{};
};

bool is_job_id(std::string_view text) {
  if (text.size() != 36 || text[14] != '7') return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? c != '-' : !hex) return false;
  }
  return true;
}

std::optional<Cursor> parse_cursor(std::string_view text) {
  const auto dot = text.find('.');
  if (!is_job_id(text.substr(0, dot))) return std::nullopt;
  Cursor cursor{JobId{std::string(text.substr(0, dot))}, std::nullopt};
  if (dot == text.npos) return cursor;
  const auto remaining = parse_integer(text.substr(dot + 1));
  if (!remaining || *remaining <= 0) return std::nullopt;
  cursor.remaining = static_cast<std::size_t>(*remaining);
  return cursor;
}

}  // namespace

Result<ListRequest> read_list_request(const Request& request) {
  ListRequest list;
  OPUS_UWS_TRY(list.filter, parse_job_filter(request.query));
  OPUS_UWS_TRY(list.format, choose_format(request, k_xml_offer));
  std::vector<Fault> faults;
  const auto fault = [&](std::string_view field, std::string_view expected, std::string_view got) {
    faults.push_back({std::string(field), std::string(expected), in_quotes(got)});
  };
  OPUS_UWS_TRY(const auto page_size, request.value("PAGESIZE"));
  if (page_size) {
    const auto number = parse_integer(*page_size);
    if (number && *number > 0 && *number <= static_cast<std::int64_t>(k_largest_page))
      list.page_size = static_cast<std::size_t>(*number);
    else
      fault("PAGESIZE", "a number from 1 to " + std::to_string(k_largest_page), *page_size);
  }
  OPUS_UWS_TRY(const auto cursor_text, request.value("CURSOR"));
  if (cursor_text) {
    if (auto cursor = parse_cursor(*cursor_text)) {
      list.filter.before = std::move(cursor->before);
      if (cursor->remaining) list.filter.last = cursor->remaining;
    } else {
      fault("CURSOR", "the cursor of a link to a next page", *cursor_text);
    }
  }
  OPUS_UWS_TRY(const auto details, request.value("DETAILS"));
  if (details) {
    list.details = iequals(*details, "true");
    if (!list.details && !iequals(*details, "false")) fault("DETAILS", "true or false", *details);
    if (list.details && list.format != Format::json)
      fault("DETAILS", "a list as JSON (RESPONSEFORMAT=json): UWS 1.1 has no place for it in XML",
            *details);
  }
  if (!faults.empty()) return faults_error("job list", std::move(faults));
  return list;
}

JobLister::JobLister(const Service& service, VisibleJobs visible, JobFilter filter)
    : service_(service),
      visible_(std::move(visible)),
      filter_(std::move(filter)),
      at_end_(visible_.none()) {
  visible_.narrow(filter_);
}

Result<std::vector<JobSummary>> JobLister::next(std::size_t most) {
  std::vector<JobSummary> jobs;
  const std::optional<std::size_t> last = filter_.last;
  while (!at_end_ && jobs.size() < most) {
    JobFilter filter = filter_;
    filter.last = most - jobs.size();
    if (last) filter.last = std::min(*filter.last, *last - jobs.size());
    OPUS_UWS_TRY(std::vector<JobSummary> read, service_.list(filter));
    at_end_ = read.size() < *filter.last;
    if (!read.empty()) filter_.before = read.back().id;
    for (JobSummary& job : read)
      if (visible_.shows(job.owner)) jobs.push_back(std::move(job));
    if (last) {
      filter_.last = *last - jobs.size();
      at_end_ = at_end_ || *filter_.last == 0;
    }
  }
  return jobs;
}

JobListText::JobListText(const Service& service, const std::string& base_url,
                         const ListRequest& request)
    : service_(service),
      links_{base_url},
      json_(request.format == Format::json),
      details_(request.details) {}

void JobListText::begin(std::string& out) {
  out += json_ ? std::string_view("{\"jobs\":[") : uws_jobs_head();
}

Result<void> JobListText::add(std::string& out, const std::vector<JobSummary>& jobs) {
  for (const JobSummary& job : jobs) {
    if (!json_) {
      append_uws_jobref(out, job, links_);
      continue;
    }
    std::string text;
    if (details_) {
      const auto whole = service_.peek(job.id);
      if (!whole && whole.error().code == Errc::not_found) continue;  // destroyed meanwhile
      if (!whole) return whole.error();
      text = to_json(**whole, links_, service_.queue_position(**whole));
    } else {
      text = to_json(job, links_);
    }
    out += std::exchange(first_, false) ? "\n" : ",\n";
    out += text;
  }
  return {};
}

void JobListText::end(std::string& out, std::string_view next) {
  if (!json_) {
    out += uws_jobs_tail();
    return;
  }
  out += "\n],\"next\":";
  if (next.empty())
    out += "null";
  else
    append_json_string(out, next);
  out += "}\n";
}

std::string make_cursor(const JobId& last, std::optional<std::size_t> remaining) {
  return remaining ? last.value + '.' + std::to_string(*remaining) : last.value;
}

std::string next_url(const Request& request, std::string_view cursor) {
  std::string url = UwsLinks{request.base_url}.list_url(request.path[1]) + '?';
  for (const auto& [name, value] : request.query) {
    if (iequals(name, "CURSOR")) continue;
    url += percent_encode(name) + '=' + percent_encode(value) + '&';
  }
  return url += "CURSOR=" + percent_encode(cursor);
}

}}}  // namespace opus::uws0::rest
