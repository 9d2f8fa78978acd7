#pragma once
// Certificate and key of the server, and the server's end of TLS connections. OpenSSL stays in
// tls.cpp and wire.cpp.

#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>

#include <opus/error.hpp>
#include <opus/log.hpp>

struct ssl_st;
struct ssl_ctx_st;

namespace opus { inline namespace uws0 { namespace http {

struct TlsEnd {
  void operator()(ssl_st* connection) const noexcept;
  void operator()(ssl_ctx_st* context) const noexcept;
};
/// One connection, not yet shaken hands on.
using TlsConnection = std::unique_ptr<ssl_st, TlsEnd>;

/// TLS 1.2 with forward secrecy, and 1.3. New files are taken into use while the server runs: they
/// are looked at when a connection comes, at most once in `k_look_interval`.
class Tls {
 public:
  static constexpr std::chrono::seconds k_look_interval{2};

  /// Two PEM files: the certificate with those that vouch for it, and its private key.
  /// invalid_argument: names the file and what is wrong with it.
  static Result<std::unique_ptr<Tls>> open(std::filesystem::path certificate,
                                           std::filesystem::path key, LogSink log);

  ~Tls();

  /// Any thread. Null: no memory.
  TlsConnection accept(int socket);

 private:
  using Context = std::unique_ptr<ssl_ctx_st, TlsEnd>;
  using Clock = std::chrono::steady_clock;
  /// What tells one state of the files from another.
  struct Seen;

  Tls(std::filesystem::path certificate, std::filesystem::path key, LogSink log);
  Result<Context> load() const;
  void look_again();
  void use_new_files();

  const std::filesystem::path certificate_, key_;
  const LogSink log_;
  std::mutex mutex_;  // not held while files are read
  Context context_;
  Clock::time_point next_look_{};
  bool looking_ = false;
  std::unique_ptr<Seen> seen_;  // of whoever is looking
};

}}}  // namespace opus::uws0::http
