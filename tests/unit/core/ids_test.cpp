#include "libopus/core/ids.hpp"

#include "tests/support/catch.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace opus;
using namespace std::chrono_literals;

namespace {

TimePoint instant(std::int64_t milliseconds) {
  return TimePoint{std::chrono::milliseconds{milliseconds}};
}

std::int64_t milliseconds_in(const std::string& id) {
  return std::stoll(id.substr(0, 8) + id.substr(9, 4), nullptr, 16);
}

}  // namespace

TEST_CASE("an id is a UUIDv7 with the time in front") {
  // The example of RFC 9562 appendix A.6: 2022-02-22T19:22:22Z.
  const std::string id = make_uuid7(instant(0x017F22E279B0));
  CHECK(id.size() == 36);
  CHECK(id.substr(0, 15) == "017f22e2-79b0-7");
  CHECK(is_uuid7(id));
  CHECK(is_uuid7("017f22e2-79b0-7cc3-98c4-dc0c0c07398f"));
}

TEST_CASE("only the exact form of an id passes as one") {
  const char* const cases[] = {"",
                               "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
                               "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0",
                               "017F22E2-79B0-7CC3-98C4-DC0C0C07398F",
                               "017f22e2-79b0-4cc3-98c4-dc0c0c07398f",
                               "017f22e2-79b0-7cc3-78c4-dc0c0c07398f",
                               "017f22e2-79b0-7cc3-c8c4-dc0c0c07398f",
                               "017f22e2079b0-7cc3-98c4-dc0c0c07398f",
                               "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
                               "../../../../../../../../../../etc/pa"};
  for (const char* const text : cases) {
    CAPTURE(text);
    CHECK_FALSE(is_uuid7(text));
  }
}

TEST_CASE("ids of one millisecond ascend, however many there are") {
  const TimePoint now = instant(1'800'000'000'000);
  std::vector<std::string> ids;
  for (int i = 0; i < 50'000; ++i) ids.push_back(make_uuid7(now));
  CHECK(std::is_sorted(ids.begin(), ids.end()));
  CHECK(std::adjacent_find(ids.begin(), ids.end()) == ids.end());
  CHECK(std::all_of(ids.begin(), ids.end(), is_uuid7));
  // 2048 to 4096 fit into a millisecond; the rest borrow from the next few.
  CHECK(milliseconds_in(ids.back()) - milliseconds_in(ids.front()) < 50);
}

TEST_CASE("ids ascend when the clock is set back a little, and follow another clock") {
  const std::string first = make_uuid7(instant(1'900'000'005'000));
  const std::string back = make_uuid7(instant(1'900'000'000'000));
  CHECK(first < back);
  CHECK(milliseconds_in(make_uuid7(instant(1'000'000'000))) == 1'000'000'000);
  CHECK(milliseconds_in(make_uuid7(instant(-5))) == 0);
}

TEST_CASE("ids made by many threads at once are all different") {
  std::vector<std::vector<std::string>> made(4);
  std::vector<std::thread> threads;
  for (auto& mine : made)
    threads.emplace_back([&mine] {
      for (int i = 0; i < 5'000; ++i) mine.push_back(make_uuid7(instant(1'950'000'000'000)));
    });
  for (auto& thread : threads) thread.join();
  std::set<std::string> all;
  for (const auto& mine : made) {
    CHECK(std::is_sorted(mine.begin(), mine.end()));
    all.insert(mine.begin(), mine.end());
  }
  CHECK(all.size() == 20'000);
}

TEST_CASE("the random parts of neighbouring ids have nothing in common") {
  const TimePoint now = instant(1'960'000'000'000);
  std::set<std::string> tails;
  for (int i = 0; i < 1'000; ++i) tails.insert(make_uuid7(now).substr(20));
  CHECK(tails.size() == 1'000);
}

TEST_CASE("a forked process does not repeat the ids of its parent") {
  (void)make_uuid7(instant(1));  // the pool of random numbers is filled before the fork
  int channel[2];
  REQUIRE(pipe(channel) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const std::string id = make_uuid7(instant(2));
    _exit(write(channel[1], id.data(), id.size()) == 36 ? 0 : 1);
  }
  const std::string mine = make_uuid7(instant(2));
  std::string theirs(36, '\0');
  CHECK(read(channel[0], theirs.data(), theirs.size()) == 36);
  int status = 0;
  CHECK(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  CHECK(is_uuid7(theirs));
  CHECK(mine.substr(19) != theirs.substr(19));
  close(channel[0]);
  close(channel[1]);
}
