#include "server/rest/negotiate.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "server/rest/text.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

/// The weight of `;q=0.5` among the parameters of an Accept element, in thousandths.
int weight(std::string_view parameters) {
  while (!parameters.empty()) {
    const auto end = parameters.find(';');
    const std::string_view piece = trim(parameters.substr(0, end));
    parameters.remove_prefix(end == parameters.npos ? parameters.size() : end + 1);
    if (piece.size() < 3 || to_lower(piece[0]) != 'q' || piece[1] != '=') continue;
    int value = piece[2] == '1' ? 1000 : 0;
    int place = 100;
    for (const char c : piece.substr(std::min<std::size_t>(4, piece.size()))) {
      if (c < '0' || c > '9') break;
      value += (c - '0') * place;
      place /= 10;
    }
    return std::min(value, 1000);
  }
  return 1000;
}

/// How an Accept header likes a form. A more special element overrides a more general one.
struct Liking {
  int special = 0;   ///< 0 not mentioned, 1 by */*, 2 by text/*, 3 by name
  int weight = 0;    ///< in thousandths
  int position = 0;  ///< of the element
};

int special(std::string_view element, std::string_view media_type) {
  if (element == "*/*") return 1;
  if (iequals(element, media_type)) return 3;
  const auto slash = media_type.find('/');
  const bool range = element.size() == slash + 2 && element.substr(slash) == "/*" &&
                     iequals(element.substr(0, slash), media_type.substr(0, slash));
  return range ? 2 : 0;
}

/// Of the media types of a form, the one that is liked best counts.
bool is_better(const Liking& a, const Liking& b) {
  if (a.weight != b.weight) return a.weight > b.weight;
  const bool a_named = a.special == 3, b_named = b.special == 3;
  if (a_named != b_named) return a_named;
  return a_named && a.position < b.position;
}

Liking liking(std::string_view accept, std::string_view media_type) {
  Liking best;
  for (int position = 1; !accept.empty(); ++position) {
    const auto end = accept.find(',');
    const std::string_view element = accept.substr(0, end);
    accept.remove_prefix(end == accept.npos ? accept.size() : end + 1);
    const auto semicolon = element.find(';');
    const int match = special(trim(element.substr(0, semicolon)), media_type);
    if (match <= best.special) continue;
    const int q = semicolon == element.npos ? 1000 : weight(element.substr(semicolon + 1));
    best = {match, q, position};
  }
  return best;
}

bool has_media_type(const Offer& offer, std::string_view media_type) {
  return std::any_of(offer.media_types.begin(), offer.media_types.end(),
                     [&](std::string_view own) { return iequals(own, media_type); });
}

std::size_t best_of(std::string_view accept, std::initializer_list<Offer> offers) {
  constexpr std::array<std::string_view, 3> k_plain{"text/xml", "application/xml", "text/plain"};
  std::size_t chosen = 0;
  Liking best;
  for (std::size_t i = 0; i < offers.size(); ++i) {
    Liking liked;
    const auto consider = [&](std::string_view media_type) {
      if (media_type.empty()) return;
      if (const Liking one = liking(accept, media_type); is_better(one, liked)) liked = one;
    };
    for (const std::string_view media_type : offers.begin()[i].media_types) consider(media_type);
    if (i == 0) {
      for (const std::string_view plain : k_plain) {
        const bool taken = std::any_of(offers.begin() + 1, offers.end(), [&](const Offer& other) {
          return has_media_type(other, plain);
        });
        if (!taken) consider(plain);
      }
    }
    if (liked.weight > 0 && is_better(liked, best)) {
      chosen = i;
      best = liked;
    }
  }
  return chosen;
}

std::optional<std::size_t> by_name(std::string_view format, std::initializer_list<Offer> offers) {
  for (std::size_t i = 0; i < offers.size(); ++i) {
    const Offer& offer = offers.begin()[i];
    if (iequals(format, offer.word) || (!format.empty() && has_media_type(offer, format))) return i;
  }
  return std::nullopt;
}

}  // namespace

Result<std::size_t> choose(const Request& request, std::initializer_list<Offer> offers) {
  if (!request.query.empty()) {
    OPUS_UWS_TRY(const auto format, request.value("RESPONSEFORMAT"));
    if (format) {
      if (const auto named = by_name(*format, offers)) return *named;
      std::string expected;
      for (const Offer& offer : offers) {
        if (!expected.empty()) expected += &offer == offers.end() - 1 ? " or " : ", ";
        expected += offer.word;
      }
      return faults_error("query", {{"RESPONSEFORMAT", expected, in_quotes(*format)}});
    }
  }
  const auto accept = request.headers.get("Accept");
  return accept ? best_of(*accept, offers) : std::size_t{0};
}

Result<Format> choose_format(const Request& request, const Offer& standard) {
  OPUS_UWS_TRY(const std::size_t place, choose(request, {standard, k_json_offer}));
  return place == 0 ? Format::standard : Format::json;
}

bool wants_json_errors(const Request& request) {
  for (const auto& [name, value] : request.query)
    if (iequals(name, "RESPONSEFORMAT")) return by_name(value, {k_json_offer}).has_value();
  const auto accept = request.headers.get("Accept");
  constexpr Offer k_problem{"json", {"application/json", "application/problem+json"}};
  return accept && best_of(*accept, {k_text_offer, k_problem}) == 1;
}

Response chosen(Response response) {
  response.headers.add("Vary", "Accept");
  return response;
}

}}}  // namespace opus::uws0::rest
