#include "libopus/entity/transfer.hpp"

#include <opus/version.hpp>

#include "libopus/core/descriptor.hpp"
#include "libopus/core/files.hpp"
#include "libopus/core/hash.hpp"
#include "libopus/core/strings.hpp"
#include "libopus/entity/content_disposition.hpp"
#include "libopus/entity/media_type.hpp"

#include <curl/curl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

namespace opus { inline namespace uws0 { namespace entity {

namespace fs = std::filesystem;

namespace {

constexpr long k_max_redirects = 5;
constexpr std::chrono::milliseconds k_connect_timeout{30'000};

struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeMulti {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct FreeText {
  void operator()(char* text) const { curl_free(text); }
};
using Easy = std::unique_ptr<CURL, FreeEasy>;
using Multi = std::unique_ptr<CURLM, FreeMulti>;
using Url = std::unique_ptr<CURLU, FreeUrl>;

// libcurl counts the initialisations of a process; ours stays, as others may still use it.
bool curl_is_ready() {
  static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return ready;
}

// A TLS peer that hangs up would raise SIGPIPE, and handlers are the host's: the signal is blocked
// in this thread and, if it came, taken away before it is unblocked.
class WithoutSigpipe {
 public:
  WithoutSigpipe() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  WithoutSigpipe(const WithoutSigpipe&) = delete;
  WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;
  ~WithoutSigpipe() {
    const timespec at_once{};
    if (!was_pending_)
      while (sigtimedwait(&pipe_, nullptr, &at_once) == SIGPIPE) {
      }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t pipe_, before_;
  bool was_pending_ = false;
};

std::optional<std::string> part_of(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return std::nullopt;
  const std::unique_ptr<char, FreeText> owned{text};
  return std::string{owned.get()};
}

Result<void> check_url(const std::string& url) {
  const auto fault = [&](const std::string& expected) {
    return faults_error("", {{"URL", expected, printable(url, 200)}});
  };
  const Url parsed{curl_url()};
  if (url.find('\0') != std::string::npos || !parsed ||
      curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK)
    return fault("http://... or https://...");
  const auto scheme = part_of(parsed.get(), CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") return fault("http://... or https://...");
  // They would be kept with the job and shown in its provenance.
  if (part_of(parsed.get(), CURLUPART_USER) || part_of(parsed.get(), CURLUPART_PASSWORD))
    return fault("a URL without user name and password");
  return {};
}

// The last element of a URL's path, decoded; empty if there is none.
std::string name_in(const std::string& url) {
  const Url parsed{curl_url()};
  if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) return {};
  const auto path = part_of(parsed.get(), CURLUPART_PATH, CURLU_URLDECODE);
  return path ? sanitized_file_name(*path, "") : std::string{};
}

class Transfer {
 public:
  Transfer(const std::string& url, const fs::path& target, const FetchLimits& limits,
           const AddressRule& allowed)
      : url_(url), target_(target), limits_(limits), allowed_(allowed) {}

  Result<Fetched> run() {
    OPUS_UWS_CHECK(check_url(url_));
    if (!curl_is_ready()) return error(Errc::unavailable, "libcurl cannot be initialised");
    easy_.reset(curl_easy_init());
    multi_.reset(curl_multi_init());
    if (!easy_ || !multi_) return error(Errc::unavailable, "libcurl has no memory");
    OPUS_UWS_TRY(file_, create_file(target_, 0600));
    const WithoutSigpipe without_sigpipe;
    Result<Fetched> fetched = receive();
    if (!fetched) ::unlink(target_.c_str());
    return fetched;
  }

 private:
  template <class Value> void set(CURLoption option, Value value) {
    options_set_ = curl_easy_setopt(easy_.get(), option, value) == CURLE_OK && options_set_;
  }

  void set_options() {
    set(CURLOPT_URL, url_.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    set(CURLOPT_FOLLOWLOCATION, 1L);
    set(CURLOPT_MAXREDIRS, k_max_redirects);
    set(CURLOPT_FAILONERROR, 1L);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_PROXY, "");  // also overrides the environment's
    set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    set(CURLOPT_USERAGENT, "opus-uws/" OPUS_UWS_VERSION);
    const auto total = std::chrono::milliseconds{limits_.timeout};
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(total.count()));
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(k_connect_timeout.count()));
    set(CURLOPT_MAXFILESIZE_LARGE,
        static_cast<curl_off_t>(std::min<std::uint64_t>(limits_.max_bytes, INT64_MAX)));
    set(CURLOPT_WRITEFUNCTION, &Transfer::on_data);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_OPENSOCKETFUNCTION, &Transfer::on_connect);
    set(CURLOPT_OPENSOCKETDATA, this);
#if LIBCURL_VERSION_NUM >= 0x075700  // a slow name server must not delay a stop
    set(CURLOPT_QUICK_EXIT, 1L);
#endif
  }

  Result<Fetched> receive() {
    set_options();
    if (!options_set_) return error(Errc::internal, "this libcurl lacks an option");
    if (curl_multi_add_handle(multi_.get(), easy_.get()) != CURLM_OK)
      return error(Errc::internal, "libcurl refuses the transfer");
    const std::optional<CURLcode> code = perform();
    curl_multi_remove_handle(multi_.get(), easy_.get());
    if (!code) return error(Errc::unavailable, "stopped");
    if (*code != CURLE_OK) return error_of(*code);
    if (const long status = status_code(); status != 200 && status != 203)
      return error(Errc::invalid_argument,
                   "the server answered with status " + std::to_string(status) + ", not 200");
    if (const int fault = file_.close(); fault != 0)
      return system_error("cannot write", target_, fault);
    return describe();
  }

  // nullopt = told to stop.
  std::optional<CURLcode> perform() {
    const std::stop_callback wake{limits_.stop, [this] { curl_multi_wakeup(multi_.get()); }};
    while (!limits_.stop.stop_requested()) {
      int running = 0, left = 0;
      if (curl_multi_perform(multi_.get(), &running) != CURLM_OK) return CURLE_FAILED_INIT;
      while (const CURLMsg* const message = curl_multi_info_read(multi_.get(), &left))
        if (message->msg == CURLMSG_DONE) return message->data.result;
      if (curl_multi_poll(multi_.get(), nullptr, 0, 1000, nullptr) != CURLM_OK)
        return CURLE_FAILED_INIT;
    }
    return std::nullopt;
  }

  static std::size_t on_data(char* data, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    return transfer.take({data, size * count}) ? size * count : 0;
  }

  // False ends the transfer; fault_ says why.
  bool take(std::string_view bytes) {
    if (bytes.size() > limits_.max_bytes - size_) {
      fault_ = too_large();
      return false;
    }
    if (const Result<void> written = write_all(file_.get(), bytes, target_); !written) {
      fault_ = written.error();
      return false;
    }
    hash_.update(bytes);
    size_ += bytes.size();
    return true;
  }

  static curl_socket_t on_connect(void* self, curlsocktype, curl_sockaddr* address) {
    auto& transfer = *static_cast<Transfer*>(self);
    const bool internet = address->family == AF_INET || address->family == AF_INET6;
    if (!internet || !transfer.allowed_(address->addr)) {
      transfer.address_refused_ = true;
      return CURL_SOCKET_BAD;
    }
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  }

  Fetched describe() {
    Fetched fetched;
    fetched.size = size_;
    fetched.sha256 = hash_.hex_digest();
    fetched.name = suggested_name();
    const char* type = nullptr;
    curl_easy_getinfo(easy_.get(), CURLINFO_CONTENT_TYPE, &type);
    fetched.media_type = settled_media_type(type ? type : "", fetched.name, target_);
    return fetched;
  }

  std::string suggested_name() {
    curl_header* header = nullptr;
    if (curl_easy_header(easy_.get(), "Content-Disposition", 0, CURLH_HEADER, -1, &header) ==
        CURLHE_OK)
      if (auto name = sanitized_file_name(content_disposition_name(header->value), "");
          !name.empty())
        return name;
    const char* effective = nullptr;
    curl_easy_getinfo(easy_.get(), CURLINFO_EFFECTIVE_URL, &effective);
    std::string name = name_in(effective ? effective : "");
    if (name.empty()) name = name_in(url_);
    return name.empty() ? "download" : name;
  }

  long status_code() {
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    return status;
  }

  Error error(Errc code, const std::string& what) const {
    return Error{code, "cannot fetch '" + printable(url_, 200) + "': " + what, {}};
  }

  Error too_large() const {
    return error(Errc::too_large,
                 "it is larger than " + std::to_string(limits_.max_bytes) + " bytes");
  }

  Error error_of(CURLcode code) {
    if (fault_) return *fault_;
    switch (code) {
      case CURLE_HTTP_RETURNED_ERROR: return error_of_status(status_code());
      case CURLE_FILESIZE_EXCEEDED: return too_large();
      case CURLE_OPERATION_TIMEDOUT: return timed_out();
      case CURLE_TOO_MANY_REDIRECTS:
        return error(Errc::invalid_argument,
                     "more than " + std::to_string(k_max_redirects) + " redirects");
      case CURLE_UNSUPPORTED_PROTOCOL:
      case CURLE_URL_MALFORMAT:
        if (status_code() / 100 == 3)
          return error(Errc::invalid_argument, "it is redirected to something else than http(s)");
        return error(Errc::unavailable, "the server does not speak HTTP");
      case CURLE_COULDNT_CONNECT:
        if (address_refused_)
          return error(Errc::invalid_argument, "its address is in a network that is not allowed");
        return error(Errc::unavailable, "no connection to the server");
      case CURLE_COULDNT_RESOLVE_HOST: return error(Errc::unavailable, "no such host was found");
      case CURLE_PEER_FAILED_VERIFICATION:
        return error(Errc::invalid_argument, "the server's certificate is not valid");
      case CURLE_PARTIAL_FILE:
      case CURLE_RECV_ERROR:
      case CURLE_SEND_ERROR:
      case CURLE_GOT_NOTHING:
        return error(Errc::unavailable, "the server ended the connection early");
      default: return error(Errc::unavailable, curl_easy_strerror(code));
    }
  }

  Error timed_out() {
    curl_off_t connected = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_CONNECT_TIME_T, &connected);
    if (connected == 0) return error(Errc::timed_out, "no connection to the server in time");
    return error(Errc::timed_out,
                 "not complete after " + std::to_string(limits_.timeout.count()) + " s");
  }

  Error error_of_status(long status) const {
    const std::string what = "the server answered with status " + std::to_string(status);
    if (status == 404 || status == 410) return error(Errc::not_found, what);
    // 408 Request Timeout, 425 Too Early, 429 Too Many Requests, and faults of the server.
    const bool passing = status == 408 || status == 425 || status == 429 || status >= 500;
    return error(passing ? Errc::unavailable : Errc::invalid_argument, what);
  }

  const std::string& url_;
  const fs::path& target_;
  const FetchLimits& limits_;
  const AddressRule& allowed_;
  Multi multi_;  // outlives the easy handle
  Easy easy_;
  bool options_set_ = true;
  Descriptor file_;
  Sha256 hash_;
  std::uint64_t size_ = 0;
  bool address_refused_ = false;
  std::optional<Error> fault_;
};

}  // namespace

Result<Fetched> transfer(const std::string& url, const fs::path& target, const FetchLimits& limits,
                         const AddressRule& allowed) {
  return Transfer{url, target, limits, allowed}.run();
}

}}}  // namespace opus::uws0::entity
