#pragma once
// One serving thread: its event loop, its connections, their deadlines and timers.

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "server/http/server.hpp"
#include "server/http/tls.hpp"
#include "server/http/workers.hpp"
#include "server/rest/api.hpp"
#include "server/rest/call.hpp"

namespace opus { inline namespace uws0 { namespace http {

class Session;

/// Where a connection came in.
enum class Door {
  main,      ///< HttpConfig::port
  redirect,  ///< HttpConfig::redirect_port: answers where the service is
};

/// What all lanes of a server share.
struct Shared {
  Shared(rest::Api& rest_api, HttpConfig http_config, LogSink log_sink, AccessLog access_log)
      : api(rest_api),
        config(std::move(http_config)),
        log(std::move(log_sink)),
        access(std::move(access_log)),
        workers(config.workers) {}

  rest::Api& api;
  HttpConfig config;
  LogSink log;
  AccessLog access;
  Workers workers;
  std::unique_ptr<Tls> tls{};  ///< null: the service speaks HTTP alone
  std::uint16_t port = 0;      ///< of the main door, once open
  std::atomic<std::size_t> connections{0};
};

/// Members are for the lane's own thread, except those that say otherwise.
class Lane final : public rest::Host, public std::enable_shared_from_this<Lane> {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Lane(std::shared_ptr<Shared> shared);
  ~Lane() override;

  /// Any thread.
  void start();
  /// Any thread. Takes over a connection whose socket belongs to this lane's context.
  void adopt(boost::asio::ip::tcp::socket socket, Door door);
  /// Any thread. Lets each connection end after what it is doing; `ended` is called, on this lane,
  /// when the last one has.
  void drain(std::function<void()> ended);
  /// Any thread. Closes all connections.
  void close_all();
  /// Any thread but the lane's. Ends the thread; nothing runs on the lane afterwards.
  void join();
  /// Any thread.
  bool on_thread() noexcept;
  boost::asio::io_context& context() noexcept { return context_; }

  std::shared_ptr<void> after(std::chrono::milliseconds delay, std::function<void()> work) override;
  void offload(std::function<void()> work) override;  ///< any thread

  // For sessions.
  Shared& shared() noexcept { return *shared_; }
  bool draining() const noexcept { return draining_; }
  void forget(Session* session);
  std::string_view http_date();
  /// Where a read goes that is worked off before the next event.
  std::array<char, 64 << 10>& scratch() noexcept { return scratch_; }

 private:
  class Timer;
  void run();
  std::vector<std::shared_ptr<Session>> all_sessions() const;
  void sweep();
  void arm_sweep();
  void check_drained();

  std::shared_ptr<Shared> shared_;
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::unordered_map<Session*, std::shared_ptr<Session>> sessions_;
  std::unordered_map<std::uint64_t, boost::asio::steady_timer> timers_;
  std::uint64_t last_timer_ = 0;
  boost::asio::steady_timer sweep_timer_;
  std::chrono::milliseconds sweep_interval_;
  bool sweep_armed_ = false;
  bool draining_ = false;
  std::function<void()> drained_;
  std::string date_;
  std::chrono::seconds date_second_{-1};
  std::array<char, 64 << 10> scratch_;
  std::thread thread_;
};

}}}  // namespace opus::uws0::http
