#include "libopus/service/sharing.hpp"

#include <algorithm>
#include <utility>

#include "libopus/core/hash.hpp"
#include "libopus/core/random.hpp"
#include "libopus/core/strings.hpp"

namespace opus { inline namespace uws0 { namespace service {
namespace {

constexpr std::size_t k_most_shares = 100;
constexpr std::size_t k_share_id_bytes = 8;
constexpr std::size_t k_link_bytes = 32;
constexpr std::size_t k_longest_word = 160;

bool is_share_word(std::string_view word) {
  const auto printable_text = [](std::string_view text) {
    return !text.empty() && text.size() <= k_longest_word && is_utf8(text) &&
           std::none_of(text.begin(), text.end(),
                        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  };
  const auto colon = word.find(':');
  if (!printable_text(word)) return false;
  if (colon == word.npos) return word != "anonymous" && word.find(' ') == word.npos;
  const std::string_view kind = word.substr(0, colon);
  return (kind == "account" || kind == "group") && colon + 1 < word.size();
}

Result<void> check_share(const ShareRequest& request, TimePoint now) {
  std::vector<Fault> faults;
  if (!request.with.empty() && !is_share_word(request.with))
    faults.push_back({"with", "account:NAME, group:NAME, a role, any, or nothing for a link",
                      printable(request.with)});
  if (request.with.empty() && !request.expires)
    faults.push_back({"expires", "an instant, as a link must have one", "none"});
  if (request.expires && *request.expires <= now)
    faults.push_back(
        {"expires", "an instant after " + to_iso8601(now), to_iso8601(*request.expires)});
  if (!faults.empty()) return faults_error("share", std::move(faults));
  return {};
}

bool has_expired(const Share& share, TimePoint now) {
  return share.expires && *share.expires <= now;
}

/// The hash says nothing about the secret, which is random and long.
bool is_link_of(const store::ShareRow& row, std::string_view secret) {
  return !secret.empty() && !row.hash.empty() &&
         equal_in_constant_time(sha256_hex(secret), row.hash);
}

}  // namespace

Result<NewShare> share(store::Store& store, const JobId& job, ShareRequest request, TimePoint now) {
  OPUS_UWS_CHECK(check_share(request, now));
  OPUS_UWS_TRY(const std::string id, random_bytes(k_share_id_bytes));
  NewShare made;
  store::ShareRow row;
  row.job = job;
  row.share = {to_hex(id), std::move(request.with), std::move(request.by), now, request.expires};
  if (row.share.with.empty()) {
    OPUS_UWS_TRY(const std::string secret, random_bytes(k_link_bytes));
    made.secret = row.share.id + '-' + to_hex(secret);
    row.hash = sha256_hex(made.secret);
  }
  OPUS_UWS_CHECK(
      store.write([&](store::Writer& writer) { return writer.insert_share(row, k_most_shares); }));
  made.share = std::move(row.share);
  return made;
}

Result<std::vector<Share>> shares(store::Store& store, const JobId& job) {
  OPUS_UWS_TRY(std::vector<store::ShareRow> rows, store.shares().shares_of(job));
  std::vector<Share> shares;
  for (store::ShareRow& row : rows) shares.push_back(std::move(row.share));
  return shares;
}

Result<Share> unshare(store::Store& store, const JobId& job, std::string_view id) {
  Share removed;
  OPUS_UWS_CHECK(store.write([&](store::Writer& writer) -> Result<void> {
    OPUS_UWS_TRY(removed, writer.delete_share(job, id));
    return {};
  }));
  return removed;
}

Result<std::vector<Share>> open_shares(store::Store& store, const JobId& job,
                                       std::string_view secret, TimePoint now) {
  Result<std::vector<store::ShareRow>> rows = store.shares().shares_of(job);
  std::vector<Share> open;
  if (!rows && rows.error().code == Errc::not_found) return open;
  if (!rows) return std::move(rows).error();
  for (store::ShareRow& row : *rows)
    if (!has_expired(row.share, now) && (row.hash.empty() || is_link_of(row, secret)))
      open.push_back(std::move(row.share));
  return open;
}

Result<JobId> shared_job(store::Store& store, std::string_view secret, TimePoint now) {
  const Error none{Errc::not_found, "there is no such link, or it has expired"};
  const auto row = store.shares().share(secret.substr(0, 2 * k_share_id_bytes));
  if (!row && row.error().code != Errc::not_found) return row.error();
  if (!row || has_expired(row->share, now) || !is_link_of(*row, secret)) return none;
  return row->job;
}

}}}  // namespace opus::uws0::service
