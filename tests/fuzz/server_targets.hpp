// The parsers of the server, as targets.hpp has those of the library.
#pragma once

#include <array>
#include <string_view>

#include "tests/fuzz/targets.hpp"

namespace opus_fuzz {

void read_http_request(std::string_view text);
void read_request_target(std::string_view text);
void read_header_fields(std::string_view text);
void read_urlencoded(std::string_view text);
void read_multipart(std::string_view text);
void read_signed_token(std::string_view text);
void read_token_claims(std::string_view text);
void read_key_set(std::string_view text);

inline constexpr std::array k_server_targets{
    Target{"http-request", read_http_request},   Target{"request-target", read_request_target},
    Target{"header-fields", read_header_fields}, Target{"urlencoded", read_urlencoded},
    Target{"multipart", read_multipart},         Target{"signed-token", read_signed_token},
    Target{"token-claims", read_token_claims},   Target{"key-set", read_key_set},
};

}  // namespace opus_fuzz
