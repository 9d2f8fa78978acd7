#include "server/http/lane.hpp"

#include <signal.h>

#include <algorithm>
#include <utility>
#include <vector>

#include <boost/asio/post.hpp>

#include "server/http/session.hpp"
#include "server/rest/http_date.hpp"

namespace opus { inline namespace uws0 { namespace http {

namespace asio = boost::asio;

/// A handle of after(): whoever drops it, the timer itself is erased on the lane.
class Lane::Timer {
 public:
  Timer(std::weak_ptr<Lane> lane, std::uint64_t number) : lane_(std::move(lane)), number_(number) {}
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer() {
    const auto lane = lane_.lock();
    if (!lane) return;
    const auto erase = [lane = lane.get(), number = number_] { lane->timers_.erase(number); };
    if (lane->on_thread())
      erase();
    else
      asio::post(lane->context_, erase);
  }

 private:
  std::weak_ptr<Lane> lane_;
  std::uint64_t number_;
};

Lane::Lane(std::shared_ptr<Shared> shared)
    : shared_(std::move(shared)), work_(context_.get_executor()), sweep_timer_(context_) {
  // Deadlines are kept to a quarter of the shortest one.
  const HttpConfig& config = shared_->config;
  const auto shortest =
      std::min({config.idle, config.header, config.read, config.write, config.linger});
  using std::chrono::milliseconds;
  sweep_interval_ = std::clamp(shortest / 4, milliseconds{5}, milliseconds{500});
}

Lane::~Lane() = default;

void Lane::start() {
  thread_ = std::thread([this] { run(); });
}

void Lane::run() {
  // sendfile() to a closed connection raises SIGPIPE; its error is enough for us, and the handlers
  // of the process are not ours.
  sigset_t pipe;
  ::sigemptyset(&pipe);
  ::sigaddset(&pipe, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  for (;;) {
    try {
      context_.run();
      return;
    } catch (const std::exception& fault) {
      // The connection whose handler it was is gone by now; the others go on.
      if (shared_->log)
        shared_->log({LogLevel::error,
                      "unexpected failure while serving a connection",
                      {{"fault", fault.what()}}});
    }
  }
}

void Lane::join() {
  work_.reset();
  context_.stop();
  if (thread_.joinable()) thread_.join();
}

bool Lane::on_thread() noexcept { return context_.get_executor().running_in_this_thread(); }

void Lane::adopt(asio::ip::tcp::socket socket, Door door) {
  asio::post(context_, [this, door, socket = std::move(socket)]() mutable {
    if (draining_) return;
    const auto session = std::make_shared<Session>(*this, std::move(socket), door);
    sessions_.emplace(session.get(), session);
    ++shared_->connections;
    session->start();
    arm_sweep();
  });
}

std::vector<std::shared_ptr<Session>> Lane::all_sessions() const {
  std::vector<std::shared_ptr<Session>> all;
  all.reserve(sessions_.size());
  for (const auto& [key, session] : sessions_) all.push_back(session);
  return all;
}

void Lane::forget(Session* session) {
  if (sessions_.erase(session) == 0) return;
  --shared_->connections;
  check_drained();
}

void Lane::drain(std::function<void()> ended) {
  asio::post(context_, [this, ended = std::move(ended)] {
    draining_ = true;
    drained_ = ended;
    for (const auto& session : all_sessions()) session->drain();
    check_drained();
  });
}

void Lane::close_all() {
  asio::post(context_, [this] {
    for (const auto& session : all_sessions()) session->close();
  });
}

void Lane::check_drained() {
  if (!draining_ || !sessions_.empty() || !drained_) return;
  sweep_timer_.cancel();
  std::exchange(drained_, {})();
}

void Lane::arm_sweep() {
  if (std::exchange(sweep_armed_, true)) return;
  sweep_timer_.expires_after(sweep_interval_);
  sweep_timer_.async_wait([this](const boost::system::error_code& code) {
    sweep_armed_ = false;
    if (!code) sweep();
  });
}

void Lane::sweep() {
  const auto now = Clock::now();
  std::vector<std::shared_ptr<Session>> late;  // a session that closes leaves the map
  for (const auto& [key, session] : sessions_)
    if (session->deadline() <= now) late.push_back(session);
  for (const auto& session : late) session->on_deadline();
  if (!sessions_.empty()) arm_sweep();
}

std::shared_ptr<void> Lane::after(std::chrono::milliseconds delay, std::function<void()> work) {
  const std::uint64_t number = ++last_timer_;
  auto handle = std::make_shared<Timer>(weak_from_this(), number);
  asio::steady_timer& timer = timers_.try_emplace(number, context_).first->second;
  timer.expires_after(delay);
  timer.async_wait([work = std::move(work)](const boost::system::error_code& code) {
    if (!code) work();
  });
  return handle;
}

void Lane::offload(std::function<void()> work) { shared_->workers.post(std::move(work)); }

std::string_view Lane::http_date() {
  const auto now = std::chrono::system_clock::now();
  const auto second = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch());
  if (second != date_second_) {
    date_second_ = second;
    date_ = rest::to_http_date(TimePoint{second});
  }
  return date_;
}

}}}  // namespace opus::uws0::http
