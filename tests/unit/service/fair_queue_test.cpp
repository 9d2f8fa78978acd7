// Which job runs next.
#include "libopus/service/fair_queue.hpp"

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

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

TEST_CASE("a position tells the turn, whatever runs and waits", "[fair queue]") {
  std::mt19937 random{7};
  for (int round = 0; round < 300; ++round) {
    FairQueue queue;
    std::vector<std::pair<FairQueue::Owner, JobId>> waiting;
    const auto owner = [&]() -> FairQueue::Owner {
      const auto number = random() % 4;
      return number == 0 ? std::nullopt : std::optional{"owner" + std::to_string(number)};
    };
    for (int i = 0; i < 40; ++i) {
      const FairQueue::Owner who = owner();
      const JobId id{std::to_string(i)};
      const std::string kind{"abc", random() % 3, 1};
      switch (random() % 6) {
        case 0: queue.occupy(who); break;
        case 1: queue.release(who); break;
        case 2: {
          const auto next = queue.pop();
          std::erase_if(waiting, [&](const auto& one) { return one.second == next; });
          break;
        }
        case 3: queue.push_front(who, id, kind), waiting.emplace_back(who, id); break;
        default: queue.push(who, id, kind), waiting.emplace_back(who, id);
      }
    }
    if (!waiting.empty()) {
      CHECK(queue.remove(waiting.front().first, waiting.front().second));
      CHECK_FALSE(queue.position(waiting.front().first, waiting.front().second));
      waiting.erase(waiting.begin());
    }
    std::vector<std::pair<std::size_t, JobId>> told;
    for (const auto& [who, id] : waiting) {
      const auto position = queue.position(who, id);
      REQUIRE(position);
      told.emplace_back(*position, id);
    }
    std::sort(told.begin(), told.end());
    for (std::size_t i = 0; i < told.size(); ++i) {
      CHECK(told[i].first == i + 1);
      CHECK(queue.pop() == told[i].second);
    }
  }
  CHECK_FALSE(FairQueue{}.position("nobody", JobId{"1"}));
}

TEST_CASE("with a job that is popped its like can be taken, and the rest stays in order",
          "[fair queue]") {
  FairQueue queue;
  for (const char* id : {"a1", "b1", "a2", "a3", "b2", "a4"}) queue.push("alice", JobId{id});
  CHECK(queue.pop() == JobId{"a1"});
  const auto is_a = [](const JobId& id) { return id.value.front() == 'a'; };
  CHECK(queue.take("alice", 2, is_a) == std::vector{JobId{"a2"}, JobId{"a3"}});
  CHECK(queue.take("bob", 2, is_a).empty());
  CHECK(queue.waiting() == 3);
  CHECK_FALSE(queue.position("alice", JobId{"a2"}));
  CHECK(queue.position("alice", JobId{"a4"}) == 3u);
  for (const char* id : {"b1", "b2", "a4"}) CHECK(queue.pop() == JobId{id});
}

TEST_CASE("what may not begin yet holds up neither its owner's other jobs nor other owners",
          "[fair queue]") {
  FairQueue queue;
  queue.push("alice", JobId{"a1"}, "slow");
  queue.push("alice", JobId{"a2"}, "slow");
  queue.push("alice", JobId{"a3"}, "quick");
  queue.push("bob", JobId{"b1"}, "slow");
  const FairQueue::May no_slow_of_alice = [](const FairQueue::Owner& owner,
                                             const std::string& kind) {
    return owner != "alice" || kind != "slow";
  };
  const FairQueue::May none = [](const FairQueue::Owner&, const std::string&) { return false; };
  CHECK_FALSE(queue.next(none));
  CHECK_FALSE(queue.pop(none));
  CHECK(queue.next(no_slow_of_alice) == JobId{"a3"});
  CHECK(queue.pop(no_slow_of_alice) == JobId{"a3"});
  CHECK(queue.pop(no_slow_of_alice) == JobId{"b1"});
  CHECK_FALSE(queue.pop(no_slow_of_alice));
  CHECK(queue.waiting() == 2);
  CHECK(queue.position("alice", JobId{"a2"}) == 2u);
  CHECK(queue.pop() == JobId{"a1"});
  queue.push_front("alice", JobId{"a1"}, "slow");
  CHECK(queue.remove("alice", JobId{"a2"}));
  CHECK(queue.pop() == JobId{"a1"});
}
