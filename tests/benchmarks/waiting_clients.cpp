// Thousands of clients that wait for jobs of a server: what they cost, and how soon they hear.
//
// usage: bench-waiting_clients PORT PID CLIENTS JOBS wait|events
//
// Creates the jobs, lets each client wait for one of them (all jobs have equally many), and aborts
// jobs one after the other. Prints: KiB of resident memory per client, threads more than before,
// median and longest time in ms from the answer to the abort (the change is committed then) to the
// news, the same from the sending of the abort, clients woken, and clients woken though their job
// did not change.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::size_t k_aborts = 50;

[[noreturn]] void die(const char* what) {
  std::perror(what);
  std::exit(1);
}

double milliseconds(Clock::duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

int connect_to(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) die("socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    die("connect");
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

void send_all(int fd, std::string_view bytes) {
  if (::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size()))
    die("send");
}

/// Reads until the text has come.
std::string receive_until(int fd, std::string_view mark) {
  std::string text;
  std::array<char, 4096> piece;
  while (text.find(mark) == std::string::npos) {
    const ssize_t n = ::recv(fd, piece.data(), piece.size(), 0);
    if (n <= 0) die("the server closed a connection");
    text.append(piece.data(), static_cast<std::size_t>(n));
  }
  return text;
}

std::string post(std::string_view path, std::string_view form) {
  return "POST " + std::string(path) +
         " HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
         "Content-Length: " +
         std::to_string(form.size()) + "\r\n\r\n" + std::string(form);
}

long status_of(const std::string& pid, std::string_view name) {
  std::ifstream status("/proc/" + pid + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.compare(0, name.size(), name) == 0) return std::atol(line.c_str() + name.size() + 1);
  return 0;
}

/// Waits until the server has nothing to do: its processor time stands still.
void await_quiet(const std::string& pid) {
  std::string before;
  for (int quiet = 0; quiet < 3;) {
    std::ifstream stat("/proc/" + pid + "/stat");
    std::string text((std::istreambuf_iterator<char>(stat)), {});
    std::size_t at = text.rfind(')');
    for (int field = 0; field < 12; ++field) at = text.find(' ', at + 1);
    const std::string times = text.substr(at, text.find(' ', text.find(' ', at + 1) + 1) - at);
    quiet = times == before ? quiet + 1 : 0;
    before = times;
    ::usleep(100'000);
  }
}

struct Figures {
  std::vector<double> after_answer, after_request;
  std::size_t woken = 0, strays = 0;
};

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

double longest(const std::vector<double>& values) {
  return values.empty() ? 0 : *std::max_element(values.begin(), values.end());
}

/// Aborts the job and waits for the answer and for the news to all of its clients.
void abort_one(int control, int poll, const std::string& path, std::size_t job,
               const std::vector<std::size_t>& job_of, Figures& figures) {
  const auto expected = static_cast<std::size_t>(std::count(job_of.begin(), job_of.end(), job));
  std::vector<bool> heard(job_of.size());
  std::vector<Clock::time_point> news;
  std::array<epoll_event, 256> events;
  std::array<char, 8192> piece;
  Clock::time_point answered{};
  const auto began = Clock::now();
  send_all(control, post(path + "/phase", "PHASE=ABORT"));
  while (news.size() < expected || answered == Clock::time_point{}) {
    const int n = ::epoll_wait(poll, events.data(), events.size(), 10'000);
    if (n <= 0) die("no news within ten seconds");
    const auto now = Clock::now();
    for (int i = 0; i < n; ++i) {
      const std::uint64_t who = events[static_cast<std::size_t>(i)].data.u64;
      const int fd = static_cast<int>(who >> 32);
      if (::recv(fd, piece.data(), piece.size(), 0) <= 0) {
        ::epoll_ctl(poll, EPOLL_CTL_DEL, fd, nullptr);  // a stream that has ended
        continue;
      }
      if (fd == control) {
        answered = now;
        continue;
      }
      const std::size_t client = who & 0xFFFFFFFF;
      if (job_of[client] != job)
        ++figures.strays;
      else if (!heard[client]) {
        heard[client] = true;
        news.push_back(now);
      }
    }
  }
  figures.woken += news.size();
  for (const auto at : news) {
    figures.after_answer.push_back(std::max(0.0, milliseconds(at - answered)));
    figures.after_request.push_back(milliseconds(at - began));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fprintf(stderr, "usage: %s PORT PID CLIENTS JOBS wait|events\n", argv[0]);
    return 2;
  }
  const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  const std::string pid = argv[2];
  const std::size_t clients = std::strtoul(argv[3], nullptr, 10);
  const std::size_t jobs = std::strtoul(argv[4], nullptr, 10);
  const bool streams = std::string_view(argv[5]) == "events";
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) die("setrlimit");

  const int control = connect_to(port);
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < jobs; ++i) {
    send_all(control, post("/rest/true", ""));
    const std::string answer = receive_until(control, "\r\n\r\n");
    const auto at = answer.find("/rest/true/");
    if (at == std::string::npos) die("no Location");
    paths.push_back(answer.substr(at, answer.find('\r', at) - at));
  }
  await_quiet(pid);
  const long memory = status_of(pid, "VmRSS:"), threads = status_of(pid, "Threads:");

  const int poll = ::epoll_create1(EPOLL_CLOEXEC);
  std::vector<std::size_t> job_of;
  for (std::size_t i = 0; i < clients; ++i) {
    job_of.push_back(i % jobs);
    const int fd = connect_to(port);
    send_all(fd,
             "GET " + paths[job_of[i]] + (streams ? "/events" : "?WAIT=-1") +
                 " HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: benchmark\r\nAccept: */*\r\n\r\n");
    if (streams) receive_until(fd, "event: state");
    epoll_event event{EPOLLIN, {}};
    event.data.u64 = static_cast<std::uint64_t>(fd) << 32 | i;
    if (::epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event) != 0) die("epoll_ctl");
  }
  epoll_event event{EPOLLIN, {}};
  event.data.u64 = static_cast<std::uint64_t>(control) << 32;
  ::epoll_ctl(poll, EPOLL_CTL_ADD, control, &event);
  await_quiet(pid);
  const double grown = static_cast<double>(status_of(pid, "VmRSS:") - memory);
  const long more_threads = status_of(pid, "Threads:") - threads;

  Figures figures;
  for (std::size_t job = 0; job < std::min(jobs, k_aborts); ++job)
    abort_one(control, poll, paths[job], job, job_of, figures);
  std::printf("%.2f %ld %.2f %.2f %.2f %.2f %zu %zu\n", grown / static_cast<double>(clients),
              more_threads, median(figures.after_answer), longest(figures.after_answer),
              median(figures.after_request), longest(figures.after_request), figures.woken,
              figures.strays);
  return 0;
}
