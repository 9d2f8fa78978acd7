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

inline constexpr std::array k_server_targets{
    Target{"http-request", read_http_request},   Target{"request-target", read_request_target},
    Target{"header-fields", read_header_fields}, Target{"urlencoded", read_urlencoded},
    Target{"multipart", read_multipart},
};

}  // namespace opus_fuzz
