// File permissions do not bind root, and tests often run as root: while an OtherUser lives, this
// thread meets them as an ordinary user would.
#pragma once

#include <sys/fsuid.h>
#include <unistd.h>

namespace opus_test {

class OtherUser {
 public:
  explicit OtherUser(unsigned id = 65534) {
    if (geteuid() == 0) setfsuid(id);
  }
  OtherUser(const OtherUser&) = delete;
  OtherUser& operator=(const OtherUser&) = delete;
  ~OtherUser() {
    if (geteuid() == 0) setfsuid(0);
  }
};

}  // namespace opus_test
