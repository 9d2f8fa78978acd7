// Connections over time: limits, waiting clients, stopping, large files.
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/server/http_rig.hpp"
#include "tests/support/catch.hpp"

using namespace opus_test;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

/// A /proc/self/status line in KiB.
long memory_kib(std::string_view name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.rfind(name, 0) == 0) return std::atol(line.c_str() + name.size() + 1);
  return -1;
}

/// Highest resident memory from now on is what VmHWM says.
void reset_peak_memory() { std::ofstream("/proc/self/clear_refs") << '5'; }

/// Makes the job's stdout a sparse file of this size and returns its path below the server.
std::string large_stdout(HttpRig& rig, std::uint64_t size) {
  const std::string path = rig.create("echo");
  const auto file = rig.service().log_path(rig.id_of(path), "stdout").value();
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << "begin";
  std::filesystem::resize_file(file, size);
  return path + "/stdout";
}

// A sanitizer keeps freed memory and shadows all of it: its figures say nothing about us.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool k_memory_counts = false;
constexpr std::uint64_t k_large = 64ull << 20;
#else
constexpr bool k_memory_counts = true;
constexpr std::uint64_t k_large = 256ull << 20;
#endif

/// Resident memory has grown by less than 64 MiB at any time since reset_peak_memory().
void check_peak_memory(long before_kib) {
  if (k_memory_counts) CHECK(memory_kib("VmHWM:") - before_kib < 64 * 1024);
}

/// The header of a form for {jobs} of "echo" with a body of `length` bytes. When the server has
/// answered 100 it has taken the header, and waits for the body.
std::string announce(std::size_t length) {
  return "POST /rest/echo HTTP/1.1\r\nHost: x\r\nContent-Type: "
         "application/x-www-form-urlencoded\r\nExpect: 100-continue\r\nContent-Length: " +
         std::to_string(length) + "\r\n\r\n";
}

}  // namespace

TEST_CASE("a header that comes too slowly is 408, an idle connection just ends") {
  HttpRig rig({.idle = 2s, .header = 300ms});
  RawClient idle = rig.connect();
  RawClient between = rig.connect();
  CHECK(between.ask(get_request("/")).status == 200);
  RawClient slow = rig.connect();
  const auto began = Clock::now();
  slow.send("GET / HTTP/1.1\r\nHost: x\r\n");
  // Drips, as a slow loris does: the time is for the whole header, not for the next byte.
  while (!slow.readable(20ms)) slow.send_while_taken("X");
  CHECK(slow.receive().status == 408);
  CHECK(Clock::now() - began >= 300ms);
  CHECK(slow.closed());

  CHECK(idle.closed());
  CHECK(between.closed());
  rig.await_connections(0);
}

TEST_CASE("a body that stalls, or comes at less than the least rate, is 408") {
  const std::string header =
      "POST /rest/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
      "Content-Length: 1000\r\n\r\n";
  HttpRig rig({.read = 300ms, .min_body_rate = 1'000'000});
  RawClient stalls = rig.connect();
  CHECK(stalls.ask(header + "text=").status == 408);
  CHECK(stalls.closed());
  RawClient drips = rig.connect();
  drips.send(header);
  while (!drips.readable(20ms)) drips.send_while_taken("x");
  CHECK(drips.receive().status == 408);
  CHECK(rig.service().list({})->empty());
}

TEST_CASE("a client that takes nothing of its answer is closed") {
  HttpRig rig({.write = 300ms});
  const std::string path = large_stdout(rig, 64 << 20);
  RawClient client = rig.connect();
  CHECK(client.ask(get_request("/")).status == 200);
  client.send(get_request(path));
  rig.await_connections(0);
}

TEST_CASE("UWS-WAI-01, UWS-WAI-02: waiting clients hold no thread and hear of the change at once") {
  HttpRig rig({.threads = 1});
  const std::string path = rig.create("echo");
  std::vector<RawClient> clients;
  for (int i = 0; i < 200; ++i) {
    clients.push_back(rig.connect());
    clients.back().send(get_request(path + "?WAIT=-1"));
  }
  rig.await_connections(200);
  // Others are served meanwhile by the one thread.
  CHECK(rig.get("/availability").status == 200);
  CHECK_FALSE(clients.front().readable(0ms));
  REQUIRE(rig.post(path + "/phase", "PHASE=ABORT").status == 303);
  for (RawClient& client : clients)
    CHECK(client.receive().body.find(">ABORTED<") != std::string::npos);
  CHECK(clients.back().ask(get_request(path + "/phase")).body == "ABORTED");
}

TEST_CASE("UWS-WAI-02: a WAIT ends after its seconds") {
  HttpRig rig;
  const std::string path = rig.create("echo");
  const auto began = Clock::now();
  const WireAnswer answer = rig.get(path + "?WAIT=1");
  const auto took = Clock::now() - began;
  CHECK(answer.body.find(">PENDING<") != std::string::npos);
  CHECK(took >= 1s);
  CHECK(took < 20s);
}

TEST_CASE("UWS-WAI-11: a waiting client that disconnects is forgotten") {
  HttpRig rig;
  const std::string path = rig.create("echo");
  {
    RawClient client = rig.connect();
    client.send(get_request(path + "?WAIT=-1"));
    rig.await_connections(1);
    CHECK_FALSE(client.readable(50ms));
  }
  rig.await_connections(0);
  // What it pipelined behind the WAIT does not hide that it is gone for longer than the WAIT.
  {
    RawClient client = rig.connect();
    client.send(get_request(path + "?WAIT=1") + get_request("/"));
    rig.await_connections(1);
  }
  rig.await_connections(0);
}

TEST_CASE("UWS-WAI-11: stopping answers who waits, ends idle connections, and accepts no more") {
  HttpRig rig;
  const std::string path = rig.create("echo");
  RawClient idle = rig.connect();
  CHECK(idle.ask(get_request("/")).status == 200);
  // Both requests come in one piece: with the answer to the first the second is in work.
  RawClient waiting = rig.connect();
  CHECK(waiting.ask(get_request("/") + get_request(path + "?WAIT=-1")).status == 200);
  RawClient uploading = rig.connect();
  CHECK(uploading.ask(announce(6)).status == 100);

  std::size_t closed = 99;
  std::thread stopper([&] { closed = rig.server().stop(10s); });
  const WireAnswer answer = waiting.receive();
  CHECK(answer.body.find(">PENDING<") != std::string::npos);
  CHECK(answer.header("Connection") == "close");
  CHECK(waiting.closed());
  CHECK(idle.closed());
  CHECK(uploading.ask("text=x").status == 303);
  CHECK(uploading.closed());
  stopper.join();
  CHECK(closed == 0);
  CHECK(rig.server().connections() == 0);
}

TEST_CASE("stopping closes what is not done within its grace") {
  HttpRig rig;
  RawClient uploading = rig.connect();
  CHECK(uploading.ask(announce(6)).status == 100);
  CHECK(rig.server().stop(50ms) == 1);
  CHECK(uploading.closed());
  CHECK(rig.server().connections() == 0);
  CHECK(rig.service().list({})->empty());
}

TEST_CASE("a server ends with calls still waiting for the service") {
  HttpRig rig;
  const std::string path = rig.create("echo");
  std::vector<RawClient> clients;
  for (int i = 0; i < 50; ++i) {
    clients.push_back(rig.connect());
    clients.back().send(i % 2 ? get_request(path + "?WAIT=-1") : post_request("/rest/echo", ""));
  }
  CHECK(clients.front().receive().status == 303);
  rig.server().stop(0ms);
  CHECK(rig.server().connections() == 0);
}

TEST_CASE("UWS-RES-11: a large file goes out whole and in part without being held in memory") {
  HttpRig rig;
  const std::string path = large_stdout(rig, k_large);
  const std::string size = std::to_string(k_large);
  RawClient client = rig.connect();
  CHECK(client.ask(get_request(path, "Range: bytes=0-4\r\n")).body == "begin");
  const WireAnswer last = client.ask(get_request(path, "Range: bytes=-3\r\n"));
  CHECK(last.status == 206);
  CHECK(last.header("Content-Range") ==
        "bytes " + std::to_string(k_large - 3) + '-' + std::to_string(k_large - 1) + '/' + size);
  CHECK(last.body == std::string(3, '\0'));
  CHECK(client.ask(get_request(path, "Range: bytes=" + size + "-\r\n")).status == 416);

  reset_peak_memory();
  const long before = memory_kib("VmRSS:");
  CHECK(client.send(get_request(path)).receive_and_count() == k_large);
  check_peak_memory(before);
}

TEST_CASE("a large upload goes to disk as it comes") {
  HttpRig rig;
  constexpr std::size_t k_pieces = k_large >> 21;
  const std::string piece(1 << 20, 'x');
  RawClient client = rig.connect();
  client.send(
      "POST /rest/reader HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n"
      "Transfer-Encoding: chunked\r\n\r\n" +
      chunk("--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"big\"\r\n\r\n"));
  reset_peak_memory();
  const long before = memory_kib("VmRSS:");
  for (std::size_t i = 0; i < k_pieces; ++i) client.send(chunk(piece));
  const WireAnswer answer = client.ask(chunk("\r\n--b--") + "0\r\n\r\n");
  REQUIRE(answer.status == 303);
  check_peak_memory(before);
  const std::string url = answer.header("Location");
  const std::string path = url.substr(url.find("/rest/")) + "/parameters/image";
  const WireAnswer head =
      client.send("HEAD " + path + " HTTP/1.1\r\nHost: x\r\n\r\n").receive(/*head_only=*/true);
  CHECK(head.header("Content-Length") == std::to_string(k_pieces << 20));
}

TEST_CASE("an upload that breaks off leaves no file behind") {
  HttpRig rig;
  const auto files = [&] {
    return std::distance(std::filesystem::directory_iterator(rig.service().incoming_dir()), {});
  };
  {
    RawClient client = rig.connect();
    client.send(
        "POST /rest/reader HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n"
        "Content-Length: 100000\r\n\r\n"
        "--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"big\"\r\n\r\nSIMPLE");
    rig.await_connections(1);
    const auto deadline = Clock::now() + 60s;
    while (files() == 0 && Clock::now() < deadline) std::this_thread::yield();
    CHECK(files() == 1);
  }
  rig.await_connections(0);
  CHECK(files() == 0);
}
