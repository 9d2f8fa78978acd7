// Which job runs next.
#include "libopus/service/fair_queue.hpp"

#include <string>

#include "tests/support/catch.hpp"

using opus::JobId;
using opus::service::FairQueue;

TEST_CASE("within an owner it is first come, first served", "[fair queue]") {
  FairQueue queue;
  for (const char* id : {"1", "2", "3"}) queue.push("alice", JobId{id});
  CHECK(queue.waiting() == 3);
  for (const char* id : {"1", "2", "3"}) CHECK(queue.pop() == JobId{id});
  CHECK_FALSE(queue.pop());
}

TEST_CASE("the owner with the fewest running jobs comes first", "[fair queue]") {
  FairQueue queue;
  for (const char* id : {"a1", "a2", "a3"}) queue.push("alice", JobId{id});
  CHECK(queue.pop() == JobId{"a1"});
  CHECK(queue.pop() == JobId{"a2"});
  queue.push("bob", JobId{"b1"});
  queue.push(std::nullopt, JobId{"n1"});
  queue.push("bob", JobId{"b2"});
  CHECK(queue.pop() == JobId{"n1"});  // neither runs anything nor was ever served: by name
  CHECK(queue.pop() == JobId{"b1"});
  CHECK(queue.pop() == JobId{"b2"});  // one of bob's runs, two of alice's
  queue.release("alice");
  queue.release("alice");
  CHECK(queue.pop() == JobId{"a3"});
}

TEST_CASE("equals take turns", "[fair queue]") {
  FairQueue queue;
  for (int i = 0; i < 3; ++i) {
    queue.push("alice", JobId{"a" + std::to_string(i)});
    queue.push("bob", JobId{"b" + std::to_string(i)});
  }
  std::string order;
  while (const auto id = queue.pop()) {
    order += id->value[0];
    queue.release(id->value[0] == 'a' ? "alice" : "bob");
  }
  CHECK(order == "ababab");
}

TEST_CASE("a job can be taken back, put first again, or run without having waited",
          "[fair queue]") {
  FairQueue queue;
  queue.push("alice", JobId{"1"});
  queue.push("alice", JobId{"2"});
  CHECK(queue.remove("alice", JobId{"1"}));
  CHECK_FALSE(queue.remove("alice", JobId{"1"}));
  CHECK_FALSE(queue.remove("bob", JobId{"2"}));
  CHECK(queue.pop() == JobId{"2"});
  queue.push("alice", JobId{"3"});
  queue.push_front("alice", JobId{"2"});
  queue.release("alice");
  CHECK(queue.pop() == JobId{"2"});
  queue.occupy("carol");
  queue.push("carol", JobId{"c"});
  queue.push("dave", JobId{"d"});
  CHECK(queue.pop() == JobId{"d"});
  queue.release("nobody");
}
