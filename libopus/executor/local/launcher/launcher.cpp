#include "libopus/executor/local/launcher/launcher.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "libopus/core/process.hpp"
#include "libopus/executor/local/launcher/client.hpp"
#include "libopus/executor/local/launcher/record.hpp"
#include "libopus/executor/local/launcher/supervisor.hpp"
#include "libopus/executor/local/protocol.hpp"

namespace opus { inline namespace uws0 { namespace local {

namespace {

constexpr int k_news = 3;  ///< where supervisors have their end of the pipe
constexpr std::size_t k_max_clients = 16;
constexpr std::int64_t k_first_client_ms = 10'000;  ///< then a launcher nobody wants ends
constexpr std::int64_t k_look_for_orphans_ms = 20;
constexpr std::int64_t k_give_up_orphans_ms = 10'000;
constexpr std::int64_t k_oom_count_fresh_ms = 1000;
constexpr int k_frames_per_turn = 8;  ///< of one client, so that news are not kept waiting

// Places among what is polled; the listener is the last.
enum Polled : std::size_t { k_news_in, k_signals, k_first_client };

struct Task {
  std::string job{}, directory{};
  std::optional<std::int64_t> started_ms{};
  bool reported = false;
};

struct Query {
  Client* client = nullptr;
  std::string job{};
};

class Launcher {
 public:
  explicit Launcher(Post post) : post_(std::move(post)) {}

  bool prepare() {
    prctl(PR_SET_CHILD_SUBREAPER, 1);  // what a killed supervisor leaves behind comes to us
    boot_id(), host_name();            // read once, not by each supervisor
    std::array<int, 2> pipe{};
    if (pipe2(pipe.data(), O_CLOEXEC) != 0) return false;
    news_ = Descriptor{pipe[0]};
    fcntl(news_.get(), F_SETFL, O_NONBLOCK);
    news_end_ = Descriptor{pipe[1]};
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGCHLD);
    sigaddset(&wanted, SIGTERM);
    signals_ = Descriptor{signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK)};
    return static_cast<bool>(signals_);
  }

  void run() {
    const auto begin = steady_clock_ms();
    bool had_client = false;
    for (bool asked_to_end = false; !asked_to_end;) {
      had_client |= !clients_.empty();
      const auto now = steady_clock_ms();
      const bool idle = clients_.empty() && tasks_.empty() && lost_.empty();
      if (idle && (had_client || retired_ || now - begin >= k_first_client_ms)) break;
      wait(idle ? begin + k_first_client_ms - now : -1);
      asked_to_end = turn();
    }
    if (!retired_) unlinkat(post_.folder.get(), k_socket_name, 0);
  }

 private:
  // --- the loop

  void wait(std::int64_t timeout_ms) {
    if (!lost_.empty()) timeout_ms = k_look_for_orphans_ms;
    if (std::any_of(clients_.begin(), clients_.end(), [](const auto& c) { return c->has_frame(); }))
      timeout_ms = 0;
    polled_.resize(k_first_client);
    polled_[k_news_in] = {news_.get(), POLLIN, 0};
    polled_[k_signals] = {signals_.get(), POLLIN, 0};
    for (const auto& client : clients_)
      polled_.push_back({client->fd(),
                         static_cast<short>(client->wants_to_write() ? POLLIN | POLLOUT : POLLIN),
                         0});
    if (!retired_ && clients_.size() < k_max_clients)
      polled_.push_back({post_.listener.get(), POLLIN, 0});
    if (poll(polled_.data(), polled_.size(), static_cast<int>(timeout_ms)) < 0)
      for (auto& each : polled_) each.revents = 0;
  }

  /// True when asked to end.
  bool turn() {
    const bool asked_to_end = polled_[k_signals].revents != 0 && read_signals();
    if (polled_[k_news_in].revents != 0) pass_news();
    if (polled_[k_signals].revents != 0) reap();
    bury_lost();
    for (std::size_t i = 0; i < clients_.size(); ++i) {
      if (polled_[k_first_client + i].revents != 0) clients_[i]->receive();
      serve_frames(*clients_[i], k_frames_per_turn);
    }
    answer_queries();
    if (polled_.back().fd == post_.listener.get() && polled_.back().revents != 0) accept_clients();
    for (const auto& client : clients_) client->flush();
    std::erase_if(queries_, [](const Query& query) { return query.client->done(); });
    std::erase_if(clients_, [](const auto& client) { return client->done(); });
    return asked_to_end;
  }

  bool read_signals() {
    signalfd_siginfo info{};
    bool asked_to_end = false;
    while (read(signals_.get(), &info, sizeof info) == sizeof info)
      asked_to_end |= info.ssi_signo == SIGTERM;
    return asked_to_end;
  }

  void accept_clients() {
    while (clients_.size() < k_max_clients) {
      Descriptor socket{
          accept4(post_.listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
      if (!socket) return;
      ucred peer{};
      socklen_t size = sizeof peer;
      if (getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) continue;
      if (peer.uid != geteuid() && peer.uid != 0) continue;
      clients_.push_back(std::make_unique<Client>(std::move(socket)));
    }
  }

  void broadcast(std::string_view frame) {
    for (const auto& client : clients_)
      if (client->greeted()) client->send(frame);
  }

  // --- requests

  void serve_frames(Client& client, int at_most) {
    for (; at_most > 0; --at_most) {
      const auto body = client.next_frame();
      if (!body) return;
      FrameReader frame{*body};
      if (!(client.greeted() ? serve_frame(client, frame) : greet(client, frame)))
        return client.close();
    }
  }

  bool greet(Client& client, FrameReader& frame) {
    if (frame.type() != FrameType::hello || frame.u32() != k_protocol_magic) return false;
    const auto version = frame.u32();
    if (!frame.ok()) return false;
    client.send(hello_frame());
    if (version == k_protocol_version) {
      client.set_greeted();
    } else {
      retire();
      client.close_after_flush();
    }
    return true;
  }

  bool serve_frame(Client& client, FrameReader& frame) {
    switch (frame.type()) {
      case FrameType::launch:
        if (const auto request = read_launch(frame)) return launch(*request), true;
        return false;
      case FrameType::cancel: {
        const auto job = frame.text();
        const auto grace_ms = frame.u32();
        if (frame.ok()) tell_supervisor(job, k_cancel_signal, grace_ms);
        return frame.ok();
      }
      case FrameType::set_duration: {
        const auto job = frame.text();
        const auto seconds = frame.u32();
        if (frame.ok()) tell_supervisor(job, k_duration_signal, seconds);
        return frame.ok();
      }
      case FrameType::query: {
        queries_.push_back({&client, std::string{frame.text()}});
        return frame.ok();
      }
      default: return false;
    }
  }

  /// A service that died may have left requests unread, and they are older than any question of
  /// the next one: no answer before all that has come was served.
  void answer_queries() {
    if (queries_.empty()) return;
    for (const auto& client : clients_) client->receive();
    for (const auto& client : clients_)
      if (!client->drained()) return;
    for (const auto& [client, job] : std::exchange(queries_, {}))
      client->send(FrameWriter{FrameType::answer}.text(job).u32(knows(job) ? 1 : 0).take());
  }

  void launch(const LaunchRequest& request) {
    if (knows(request.job)) return;  // its news are on the way
    const Surroundings surroundings{.news = k_news, .oom_kills = recent_oom_kills()};
    const pid_t pid = fork();
    if (pid == 0) {
      // Our end of the pipe moves to a fixed place, and everything else goes.
      if (dup3(news_end_.get(), k_news, O_CLOEXEC) < 0 && news_end_.get() != k_news) _exit(1);
      syscall(SYS_close_range, k_news + 1, ~0U, 0);
      supervise(request, surroundings);
    }
    if (pid < 0) {
      ExitRecord record;
      record.job = request.job;
      record.ending = Ending::not_started;
      record.transient = true;
      record.message = std::string{"cannot start a supervisor: "} + std::strerror(errno);
      return broadcast(
          FrameWriter{FrameType::finished}.text(request.job).text(to_json(record)).take());
    }
    tasks_[pid] = Task{.job = request.job, .directory = request.directory};
    supervisors_[request.job] = pid;
  }

  void tell_supervisor(std::string_view job, int signal, std::uint32_t value) {
    const auto found = supervisors_.find(job);
    if (found == supervisors_.end()) return;  // it has ended: its record is on the way
    sigval content{};
    content.sival_int = static_cast<int>(value);
    sigqueue(found->second, signal, content);
  }

  bool knows(std::string_view job) const {
    return supervisors_.find(job) != supervisors_.end() ||
           std::any_of(lost_.begin(), lost_.end(),
                       [&](const Task& task) { return task.job == job; });
  }

  /// Makes room for a launcher of another version; our tasks go on.
  void retire() {
    if (retired_) return;
    retired_ = true;
    unlinkat(post_.folder.get(), k_socket_name, 0);
    post_.listener.close();
    post_.lock.close();
  }

  std::optional<std::uint64_t> recent_oom_kills() {
    const auto now = steady_clock_ms();
    if (!oom_counted_at_ || now - *oom_counted_at_ > k_oom_count_fresh_ms) {
      oom_counted_at_ = now;
      oom_kills_ = count_oom_kills();
    }
    return oom_kills_;
  }

  // --- news of supervisors

  void pass_news() {
    std::array<char, 65536> piece;
    ssize_t got = 0;
    while ((got = read(news_.get(), piece.data(), piece.size())) > 0)
      news_frames_.append({piece.data(), static_cast<std::size_t>(got)});
    while (const auto body = news_frames_.next()) {
      FrameReader frame{*body};
      note(frame);
      broadcast(news_frames_.whole());
    }
  }

  void note(FrameReader& frame) {
    const auto found = supervisors_.find(frame.text());
    if (found == supervisors_.end()) return;
    Task& task = tasks_[found->second];
    if (frame.type() == FrameType::started) {
      task.started_ms = frame.i64();
    } else {
      // Who asks from now on has missed the news and is to look at the record.
      task.reported = true;
      supervisors_.erase(found);
    }
  }

  void reap() {
    int status = 0;
    pid_t pid = 0;
    while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0) {
      const auto found = tasks_.find(pid);
      if (found == tasks_.end()) continue;  // left behind by a killed supervisor
      if (WIFSTOPPED(status)) {             // a supervisor does not stop, whoever wishes it
        kill(pid, SIGCONT);
        continue;
      }
      // Its last words were written before it ended.
      if (!found->second.reported) pass_news();
      if (!found->second.reported) {
        supervisors_.erase(found->second.job);
        lost_.push_back(std::move(found->second));
        lost_since_ = steady_clock_ms();
      }
      tasks_.erase(found);
    }
  }

  // --- tasks whose supervisor was killed

  /// Ends what they left behind (children of nobody else: ours now), then reports.
  void bury_lost() {
    if (lost_.empty()) return;
    bool any_left = false;
    for (const pid_t child : child_processes()) {
      if (tasks_.count(child) != 0) continue;
      kill(child, SIGKILL);
      any_left = true;
    }
    if (any_left && steady_clock_ms() - lost_since_ < k_give_up_orphans_ms) return;
    for (const Task& task : std::exchange(lost_, {})) report_lost(task);
  }

  void report_lost(const Task& task) {
    ExitRecord record;
    record.job = task.job;
    record.started_ms = task.started_ms;
    record.ended_ms = wall_clock_ms();
    record.message = "the job's supervisor was killed while the job ran";
    const std::string json = to_json(record);
    if (JobFolder folder{task.directory}; folder) folder.write_record(json);
    broadcast(FrameWriter{FrameType::finished}.text(task.job).text(json).take());
  }

  Post post_;
  Descriptor news_{}, news_end_{}, signals_{};
  FrameBuffer news_frames_{};
  std::vector<std::unique_ptr<Client>> clients_{};
  std::vector<Query> queries_{};
  std::vector<pollfd> polled_{};
  std::map<pid_t, Task> tasks_{};
  std::map<std::string, pid_t, std::less<>> supervisors_{};  ///< by job, until its end is told
  std::vector<Task> lost_{};
  std::int64_t lost_since_ = 0;
  bool retired_ = false;
  std::optional<std::int64_t> oom_counted_at_{};
  std::optional<std::uint64_t> oom_kills_{};
};

}  // namespace

void serve(Post post) {
  Launcher launcher{std::move(post)};
  if (launcher.prepare()) launcher.run();
}

}}}  // namespace opus::uws0::local
