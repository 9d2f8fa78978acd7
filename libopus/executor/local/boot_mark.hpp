#pragma once
// Remembers on disk in which boot of the machine tasks were handed to the launcher. started.json is
// not synced to the disk: when the power fails it can be lost although the code ran. So after a
// restart of the machine a job without started.json may have run, and only then. (To sync each
// started.json would cost more than starting the code.)

#include <filesystem>

#include <opus/error.hpp>

namespace opus { inline namespace uws0 { namespace local {

class BootMark {
 public:
  /// Reads what is there.
  static Result<BootMark> load(const std::filesystem::path& state_dir);

  /// The machine was restarted since tasks were handed over last.
  bool restarted_since() const noexcept { return restarted_; }

  /// To be called before a task is handed over; writes (durably) only the first time in a boot.
  Result<void> set();

 private:
  std::filesystem::path file_{};
  bool restarted_ = false;
  bool set_ = false;
};

}}}  // namespace opus::uws0::local
