#include "libopus/core/random.hpp"

#include <sys/random.h>

namespace opus { inline namespace uws0 {

Result<std::string> random_bytes(std::size_t count) {
  // Requests up to 256 bytes are never cut short or interrupted.
  std::string bytes(count, '\0');
  if (count <= 256 && ::getrandom(bytes.data(), count, 0) == static_cast<ssize_t>(count))
    return bytes;
  return Error{Errc::unavailable, "the system gives no random bytes"};
}

}}  // namespace opus::uws0
