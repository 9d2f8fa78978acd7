#pragma once
// From the service's changes to the streams that want to hear of them.

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include <opus/service.hpp>

#include "server/rest/events/job_feed.hpp"
#include "server/rest/events/list_feed.hpp"

namespace opus { inline namespace uws0 { namespace rest {

/// One subscription and, while somebody watches a job, one thread that looks whether logs have
/// grown: they may lie on a network file system, where nothing but looking tells. A change wakes
/// the listeners of its own job and list only. Threads: any. The service must outlive the hub; the
/// feeds may outlive both, but not be asked then.
class EventHub {
 public:
  /// `look`: between two looks at the logs; more where these take long.
  EventHub(const Service& service, std::chrono::milliseconds look);
  ~EventHub();

  /// not_found.
  Result<std::shared_ptr<JobFeed>> job(const JobId& id);
  std::shared_ptr<ListFeed> list(std::string_view description);

  /// Different after each start of the program: numbers of list changes begin anew.
  const std::string& epoch() const noexcept { return epoch_; }

 private:
  struct Core;
  void subscribe();

  const Service& service_;
  const std::string epoch_;
  std::shared_ptr<Core> core_;
  std::jthread looker_;
};

}}}  // namespace opus::uws0::rest
