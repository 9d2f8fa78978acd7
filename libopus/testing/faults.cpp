#include <opus/testing.hpp>

namespace opus { inline namespace uws0 { namespace testing {

Faults::Faults() = default;
Faults::~Faults() = default;

void Faults::fail_after(long n) noexcept {
  fired_ = false;
  left_ = n < 0 ? -1 : n;
}

void Faults::heal() noexcept { left_ = -1; }

bool Faults::fired() const noexcept { return fired_; }

bool Faults::should_fail() noexcept {
  long left = left_;
  while (left > 0 && !left_.compare_exchange_weak(left, left - 1)) {
  }
  if (left != 0) return false;
  fired_ = true;
  return true;
}

}}}  // namespace opus::uws0::testing
