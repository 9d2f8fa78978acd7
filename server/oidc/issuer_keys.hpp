#pragma once
// The keys of one issuer, kept fresh in the background.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include <opus/log.hpp>

#include "server/oidc/signed_token.hpp"

namespace opus { inline namespace uws0 { namespace oidc {

/// What is known of them.
struct Keys {
  std::shared_ptr<const KeySet> set{};  ///< null = none yet
  std::uint64_t version = 0;            ///< other keys, other number
  std::string fault{};                  ///< why the last question failed; empty = it did not
};

struct IssuerKeysConfig {
  std::string url{};                ///< of the issuer
  std::filesystem::path ca_file{};  ///< authorities to trust; empty = those of the system
  LogSink log{};
  /// Keys are asked for again as often as the issuer says, within these.
  std::chrono::seconds least_age{300}, most_age{86'400};
  /// For a key that is not known, they are asked for sooner, but not more often than this: anybody
  /// can send tokens that name one.
  std::chrono::milliseconds least_pause{10'000};
};

/// Threads: any. No call waits for the issuer. Keys that cannot be renewed stay in use: that an
/// issuer is away for an hour is no reason to refuse its tokens.
class IssuerKeys {
 public:
  /// Asks at once, in the background.
  explicit IssuerKeys(IssuerKeysConfig config);
  IssuerKeys(const IssuerKeys&) = delete;
  IssuerKeys& operator=(const IssuerKeys&) = delete;
  ~IssuerKeys();

  Keys keys() const;
  std::uint64_t version() const noexcept { return version_; }  ///< of keys()
  /// Those of this version do not do: are newer ones on their way, or there? If not, there will be
  /// none soon.
  bool ask_again(std::uint64_t version);

 private:
  using Clock = std::chrono::steady_clock;
  struct Answer {
    KeySet keys;
    std::chrono::seconds age;
  };

  void run(const std::stop_token& stop);
  Result<Answer> ask(const std::stop_token& stop) const;
  void take(Result<Answer> answer);

  IssuerKeysConfig config_;
  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  Keys keys_{};
  std::atomic<std::uint64_t> version_{0};
  Clock::time_point next_{}, asked_{};  ///< when to ask; when it was done last
  std::chrono::seconds pause_{0};       ///< after a failure
  std::jthread thread_;
};

}}}  // namespace opus::uws0::oidc
