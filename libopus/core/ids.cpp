#include "libopus/core/ids.hpp"

#include <sys/random.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <random>

namespace opus { inline namespace uws0 {

namespace {

// Random bits in batches, because a system call for each id costs more than the rest of it.
class RandomSource {
 public:
  std::uint64_t next() {
    // A fork must not hand the same numbers to parent and child.
    const pid_t process = getpid();
    if (used_ == pool_.size() || process != process_) {
      fill();
      used_ = 0;
      process_ = process;
    }
    return pool_[used_++];
  }

 private:
  void fill() {
    // Requests up to 256 bytes are never interrupted; a sandbox may forbid the call altogether.
    static_assert(sizeof pool_ <= 256);
    if (getrandom(pool_.data(), sizeof pool_, 0) == static_cast<ssize_t>(sizeof pool_)) return;
    std::random_device device;
    for (std::uint64_t& word : pool_) word = (std::uint64_t{device()} << 32) | device();
  }

  std::array<std::uint64_t, 32> pool_{};
  std::size_t used_ = pool_.size();
  pid_t process_ = 0;
};

struct Stamp {
  std::uint64_t milliseconds;  // 48 bits
  std::uint64_t counter;       // 12 bits (rand_a)
  std::uint64_t random;        // 62 bits (rand_b)
};

// RFC 9562 §6.2 method 1: rand_a counts within a millisecond from a random start in its lower half;
// when it is full the next millisecond is taken early. rand_b is fresh for each id, so that knowing
// one id does not help to guess its neighbour.
class StampSource {
 public:
  Stamp next(std::uint64_t now) {
    const std::lock_guard lock{mutex_};
    const std::uint64_t random = random_.next();
    // A clock that is set back a little does not break the order; one that differs by more is
    // another clock and gets its own time.
    constexpr std::uint64_t k_tolerated_step = 10'000;
    const bool restart = now > last_ || last_ - now > k_tolerated_step;
    if (restart) {
      last_ = now;
      counter_ = random_.next() & 0x7FF;
    } else if (++counter_ > 0xFFF) {
      ++last_;
      counter_ = random_.next() & 0x7FF;
    }
    return {last_, counter_, random >> 2};
  }

 private:
  std::mutex mutex_;
  RandomSource random_;
  std::uint64_t last_ = 0;
  std::uint64_t counter_ = 0;
};

void write_hex(char* out, std::uint64_t value, int digits) {
  constexpr char k_digits[] = "0123456789abcdef";
  for (int i = digits - 1; i >= 0; --i, value >>= 4) out[i] = k_digits[value & 0xF];
}

bool is_lower_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

}  // namespace

std::string make_uuid7(TimePoint at) {
  static StampSource source;
  const auto since_epoch = at.time_since_epoch().count();
  const Stamp stamp = source.next(since_epoch < 0 ? 0 : static_cast<std::uint64_t>(since_epoch));
  std::string id(36, '-');
  write_hex(&id[0], stamp.milliseconds >> 16, 8);
  write_hex(&id[9], stamp.milliseconds & 0xFFFF, 4);
  write_hex(&id[14], 0x7000 | stamp.counter, 4);
  write_hex(&id[19], 0x8000 | (stamp.random >> 48), 4);
  write_hex(&id[24], stamp.random & 0xFFFF'FFFF'FFFF, 12);
  return id;
}

bool is_uuid7(std::string_view text) noexcept {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_lower_hex(text[i])) return false;
  }
  return text[14] == '7' &&
         (text[19] == '8' || text[19] == '9' || text[19] == 'a' || text[19] == 'b');
}

}}  // namespace opus::uws0
