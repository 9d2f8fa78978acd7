#include "server/oidc/issuer_keys.hpp"

#include <algorithm>
#include <utility>

#include "server/oidc/http_get.hpp"
#include "server/rest/text.hpp"

namespace opus { inline namespace uws0 { namespace oidc {
namespace {

constexpr std::chrono::seconds k_usual_age{3600};
constexpr std::chrono::seconds k_first_pause{2}, k_longest_pause{300};

/// OpenID Connect Discovery 1.0 §4.1: a slash at the end of the issuer goes.
std::string discovery_url(std::string issuer) {
  while (!issuer.empty() && issuer.back() == '/') issuer.pop_back();
  return issuer + "/.well-known/openid-configuration";
}

Error bad_document(const std::string& url, const std::string& what) {
  return {Errc::unavailable, rest::in_quotes(url) + ": " + what};
}

}  // namespace

IssuerKeys::IssuerKeys(IssuerKeysConfig config)
    : config_(std::move(config)), thread_([this](const std::stop_token& stop) { run(stop); }) {}

IssuerKeys::~IssuerKeys() = default;

Keys IssuerKeys::keys() const {
  const std::lock_guard lock(mutex_);
  return keys_;
}

bool IssuerKeys::ask_again(std::uint64_t version) {
  const std::lock_guard lock(mutex_);
  const auto now = Clock::now();
  if (keys_.version != version || next_ <= now) return true;
  if (now - asked_ < config_.least_pause) return false;
  next_ = now;
  wake_.notify_all();
  return true;
}

void IssuerKeys::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    if (const auto until = next_; until > Clock::now()) {
      wake_.wait_until(lock, stop, until, [&] { return next_ < until; });
      continue;
    }
    lock.unlock();
    auto answer = ask(stop);
    lock.lock();
    if (!stop.stop_requested()) take(std::move(answer));
  }
}

Result<IssuerKeys::Answer> IssuerKeys::ask(const std::stop_token& stop) const {
  const GetLimits limits{.ca_file = config_.ca_file, .stop = stop};
  const std::string url = discovery_url(config_.url);
  OPUS_UWS_TRY(const Got found, http_get(url, limits));
  const auto document = Claims::parse(found.body);
  if (!document) return bad_document(url, document.error().message);
  // §4.3: else somebody could pass off another's keys as his.
  if (const auto said = document->text("issuer"); said != config_.url)
    return bad_document(url, "expected \"issuer\" " + rest::in_quotes(config_.url) + ", got " +
                                 rest::in_quotes(said.value_or("")));
  const auto keys_url = document->text("jwks_uri");
  if (!keys_url) return bad_document(url, "has no \"jwks_uri\"");
  OPUS_UWS_TRY(const Got got, http_get(*keys_url, limits));
  auto keys = KeySet::parse(got.body);
  if (!keys) return bad_document(*keys_url, keys.error().message);
  return Answer{*std::move(keys), got.max_age.value_or(k_usual_age)};
}

void IssuerKeys::take(Result<Answer> answer) {
  asked_ = Clock::now();
  if (answer) {
    keys_.set = std::make_shared<const KeySet>(std::move(answer->keys));
    version_ = ++keys_.version;
    keys_.fault.clear();
    pause_ = {};
    next_ = asked_ + std::clamp(answer->age, config_.least_age, config_.most_age);
    return;
  }
  keys_.fault = answer.error().message;
  pause_ = std::clamp(pause_ * 2, k_first_pause, k_longest_pause);
  next_ = asked_ + pause_;
  if (config_.log)
    config_.log({LogLevel::warning,
                 "the keys of an issuer of tokens could not be asked for",
                 {{"issuer", config_.url},
                  {"reason", keys_.fault},
                  {"again_in", std::to_string(pause_.count()) + " s"}}});
}

}}}  // namespace opus::uws0::oidc
