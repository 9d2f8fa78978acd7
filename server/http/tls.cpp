#include "server/http/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/stat.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace opus { inline namespace uws0 { namespace http {
namespace {

// Of TLS 1.2; those of 1.3 are all good.
constexpr const char* k_ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr std::string_view k_session_id = "opus-uws";

/// Takes OpenSSL's errors off its list.
std::string why() {
  std::array<char, 256> text{};
  const unsigned long code = ERR_peek_last_error();
  ERR_error_string_n(code, text.data(), text.size());
  const char* const reason = ERR_reason_error_string(code);
  ERR_clear_error();
  return reason != nullptr ? reason : text.data();
}

Error bad_file(std::string_view what, const std::filesystem::path& file, std::string_view reason) {
  return {Errc::invalid_argument,
          std::string(what) + ' ' + file.string() + ": " + std::string(reason)};
}

/// We speak one protocol. Who names others only is told so now, not by an answer it cannot read.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size,
                    const unsigned char* offered, unsigned offered_size, void*) {
  static constexpr unsigned char k_ours[] = "\x08http/1.1";
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, size, k_ours, sizeof k_ours - 1, offered, offered_size) !=
      OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

/// With a linkage, for Tls::Seen has one, too.
struct SeenFile {
  explicit SeenFile(const std::filesystem::path& file) {
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0) return;
    inode = status.st_ino;
    size = status.st_size;
    changed = status.st_mtim.tv_sec;
    changed_ns = status.st_mtim.tv_nsec;
    open_to_all = (status.st_mode & S_IROTH) != 0;
  }
  ino_t inode = 0;
  off_t size = 0;
  time_t changed = 0;
  long changed_ns = 0;
  bool open_to_all = false;

  bool operator==(const SeenFile&) const = default;
};

struct Tls::Seen {
  SeenFile certificate, key;
  bool operator==(const Seen&) const = default;
};

void TlsEnd::operator()(ssl_st* connection) const noexcept { SSL_free(connection); }
void TlsEnd::operator()(ssl_ctx_st* context) const noexcept { SSL_CTX_free(context); }

Tls::Tls(std::filesystem::path certificate, std::filesystem::path key, LogSink log)
    : certificate_(std::move(certificate)), key_(std::move(key)), log_(std::move(log)) {}

Tls::~Tls() = default;

Result<std::unique_ptr<Tls>> Tls::open(std::filesystem::path certificate, std::filesystem::path key,
                                       LogSink log) {
  std::unique_ptr<Tls> tls(new Tls(std::move(certificate), std::move(key), std::move(log)));
  tls->seen_ = std::make_unique<Seen>(Seen{SeenFile(tls->certificate_), SeenFile(tls->key_)});
  OPUS_UWS_TRY(tls->context_, tls->load());
  tls->next_look_ = Clock::now() + k_look_interval;
  if (tls->seen_->key.open_to_all && tls->log_)
    tls->log_({LogLevel::warning,
               "everybody on this machine can read the private key",
               {{"file", tls->key_.string()}}});
  return tls;
}

Result<Tls::Context> Tls::load() const {
  Context context(SSL_CTX_new(TLS_server_method()));
  if (!context) return Error{Errc::unavailable, "TLS: " + why()};
  SSL_CTX* const raw = context.get();
  SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                               SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  // Writes go on from another buffer with the same bytes; idle connections hold no buffers.
  SSL_CTX_set_mode(raw, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                            SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_id_context(raw, reinterpret_cast<const unsigned char*>(k_session_id.data()),
                                 k_session_id.size());
  SSL_CTX_set_alpn_select_cb(raw, &choose_protocol, nullptr);
  // Nobody is at the keyboard to type a passphrase.
  SSL_CTX_set_default_passwd_cb(raw, [](char*, int, int, void*) { return 0; });
  ERR_clear_error();
  if (SSL_CTX_set_cipher_list(raw, k_ciphers) != 1)
    return Error{Errc::unavailable, "TLS: " + why()};
  if (SSL_CTX_use_certificate_chain_file(raw, certificate_.c_str()) != 1)
    return bad_file("certificate", certificate_,
                    "expected a PEM file with the certificate first: " + why());
  if (SSL_CTX_use_PrivateKey_file(raw, key_.c_str(), SSL_FILETYPE_PEM) != 1)
    return bad_file("private key", key_,
                    "expected a PEM file without passphrase, for the certificate in " +
                        certificate_.string() + ": " + why());
  return context;
}

/// Files that do not fit together may be half of a change: the next look finds the other half. One
/// thread looks; the others go on with what there is.
void Tls::look_again() {
  {
    const std::lock_guard lock(mutex_);
    const auto now = Clock::now();
    if (looking_ || now < next_look_) return;
    looking_ = true;
    next_look_ = now + k_look_interval;
  }
  const Seen state{SeenFile(certificate_), SeenFile(key_)};
  if (state != *seen_) {
    *seen_ = state;
    use_new_files();
  }
  const std::lock_guard lock(mutex_);
  looking_ = false;
}

void Tls::use_new_files() {
  auto fresh = load();
  if (log_ && fresh)
    log_({LogLevel::info, "a new certificate is in use", {{"file", certificate_.string()}}});
  else if (log_)
    log_({LogLevel::error,
          "the new certificate cannot be used; the one before stays in use",
          {{"reason", fresh.error().message}}});
  if (!fresh) return;
  const std::lock_guard lock(mutex_);
  context_.swap(*fresh);
}

TlsConnection Tls::accept(int socket) {
  look_again();
  Context context;
  {
    const std::lock_guard lock(mutex_);
    SSL_CTX_up_ref(context_.get());
    context.reset(context_.get());
  }
  TlsConnection connection(SSL_new(context.get()));
  if (!connection || SSL_set_fd(connection.get(), socket) != 1) return nullptr;
  SSL_set_accept_state(connection.get());
  return connection;
}

}}}  // namespace opus::uws0::http
