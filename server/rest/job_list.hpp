#pragma once
// A job list as it is asked for: filters, pages, details (UWS 1.1 §2.2.2.1 and our own). Made piece
// by piece, so that a list of any length costs the memory of one piece.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <opus/access.hpp>
#include <opus/service.hpp>
#include <opus/uws.hpp>

#include "server/rest/negotiate.hpp"
#include "server/rest/request.hpp"

namespace opus { inline namespace uws0 { namespace rest {

struct ListRequest {
  JobFilter filter{};
  Format format = Format::standard;
  bool details = false;                    ///< DETAILS: whole jobs, not only their summaries
  std::optional<std::size_t> page_size{};  ///< PAGESIZE: at most so many, with a link to the rest
};

inline constexpr std::size_t k_largest_page = 1000;

/// PHASE, AFTER, LAST, RUNID, PARAMETER, PAGESIZE, CURSOR, DETAILS, RESPONSEFORMAT. Description and
/// owner are left to the caller. invalid_argument lists what is wrong.
Result<ListRequest> read_list_request(const Request& request);

/// The jobs of a list, newest first, those left out that the client may not see (UWS-LST-15).
/// Threads: one at a time; the service must outlive it. Jobs that change their phase meanwhile may
/// be missed or shown in their old one, none is shown twice.
class JobLister {
 public:
  JobLister(const Service& service, VisibleJobs visible, JobFilter filter);

  /// The next jobs, at most `most`; fewer at the end only.
  Result<std::vector<JobSummary>> next(std::size_t most);
  bool at_end() const noexcept { return at_end_; }
  /// How many LAST still allows.
  std::optional<std::size_t> remaining() const noexcept { return filter_.last; }

 private:
  const Service& service_;
  VisibleJobs visible_;
  JobFilter filter_;  ///< of the jobs that are still to come
  bool at_end_ = false;
};

/// A list as text: head, jobs and tail in any number of pieces.
class JobListText {
 public:
  /// `service` is asked for details.
  JobListText(const Service& service, const std::string& base_url, const ListRequest& request);

  void begin(std::string& out);
  Result<void> add(std::string& out, const std::vector<JobSummary>& jobs);
  /// `next`: URL of the next page; empty = there is none.
  void end(std::string& out, std::string_view next);

  /// How many jobs make a piece of some hundred kilobytes.
  std::size_t piece_jobs() const noexcept { return details_ ? 64 : 512; }
  std::string_view content_type() const noexcept { return json_ ? k_json : k_xml; }

 private:
  const Service& service_;
  UwsLinks links_;
  bool json_, details_;
  bool first_ = true;
};

/// Where the list goes on after `last` (opaque to clients): `remaining` is what LAST still allows.
std::string make_cursor(const JobId& last, std::optional<std::size_t> remaining);
/// The same list from the cursor on.
std::string next_url(const Request& request, std::string_view cursor);

}}}  // namespace opus::uws0::rest
