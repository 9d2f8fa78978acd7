// The cache never shows less than what was committed.
#include "libopus/service/job_cache.hpp"

#include "tests/support/catch.hpp"

using opus::Job;
using opus::JobId;
using opus::service::JobCache;

namespace {

std::shared_ptr<const Job> job(const std::string& id, std::uint64_t version = 1) {
  auto made = std::make_shared<Job>();
  made->id = JobId{id};
  made->version = version;
  return made;
}

}  // namespace

TEST_CASE("what was committed is found, the longest unused is forgotten", "[job cache]") {
  JobCache cache{2};
  cache.put(job("a"));
  cache.put(job("b"));
  CHECK(cache.find(JobId{"a"}) != nullptr);
  cache.put(job("c"));
  CHECK(cache.find(JobId{"b"}) == nullptr);
  CHECK(cache.find(JobId{"a"}) != nullptr);
  CHECK(cache.find(JobId{"c"}) != nullptr);
  cache.put(job("c", 2));
  CHECK(cache.find(JobId{"c"})->version == 2);
  cache.erase(JobId{"c"});
  CHECK(cache.find(JobId{"c"}) == nullptr);
  cache.erase(JobId{"never there"});
}

TEST_CASE("what a reader read before a commit does not get in after it", "[job cache]") {
  JobCache cache{8};
  const std::uint64_t before = cache.generation();
  cache.put(job("a", 2));
  cache.offer(job("a", 1), before);
  CHECK(cache.find(JobId{"a"})->version == 2);
  cache.erase(JobId{"a"});
  cache.offer(job("a", 2), before);
  CHECK(cache.find(JobId{"a"}) == nullptr);
  cache.offer(job("a", 3), cache.generation());
  CHECK(cache.find(JobId{"a"})->version == 3);
}
