#pragma once
// A long job list on its way to the client: one piece is sent while the next is made.

#include <mutex>
#include <string>

#include "server/rest/body_stream.hpp"
#include "server/rest/call.hpp"
#include "server/rest/job_list.hpp"

namespace opus { inline namespace uws0 { namespace rest {

/// Costs two pieces of memory, however long the list is. Reads the store on the host's threads for
/// work that may block.
class ListStream final : public BodyStream, public std::enable_shared_from_this<ListStream> {
 public:
  /// `first`: what has been made already, not empty.
  ListStream(Host& host, JobLister jobs, JobListText text, std::string first);

  State pull(std::string& piece) override;

 private:
  void make_next();

  Host& host_;
  JobLister jobs_;  // these two are the maker's, of which there is never more than one
  JobListText text_;

  std::mutex mutex_;
  std::string ready_;  ///< empty: it is being made
  bool ended_ = false;
  bool broken_ = false;
};

}}}  // namespace opus::uws0::rest
