#pragma once
// What the executor and opus-uws-launcher say to each other. Both are on one machine, so numbers
// are in its own byte order. A frame: u32 size of the rest, u8 type, fields. Texts: u32 size,
// bytes. Needs nothing but the C++ library.
//
// A connection begins with `hello` from the client and the launcher's `hello` back. If the versions
// differ, the launcher retires: it takes no more connections, leaves the place to a launcher of the
// client's version, and ends with its last task. So `hello` must stay as it is for ever.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace opus { inline namespace uws0 { namespace local {

inline constexpr std::uint32_t k_protocol_version = 2;
inline constexpr std::uint32_t k_protocol_magic = 0x5755504f;  // "OPUW"
inline constexpr std::uint32_t k_max_frame = 64u << 20;

// In the state folder.
inline constexpr const char* k_socket_name = "launcher.sock";
inline constexpr const char* k_lock_name = "launcher.lock";

// In the folder of a job. started.json is the claim: whoever creates it, whole and exclusively, and
// nobody else, may run the job.
inline constexpr const char* k_claim_name = "started.json";
inline constexpr const char* k_record_name = "exit.json";
// A launch frame for a supervisor that no launcher starts, and the execution duration in seconds
// where it was changed since.
inline constexpr const char* k_frame_name = "task.frame";
inline constexpr const char* k_duration_name = "duration";

// Queued to a supervisor with a value; numbers of our own, because SIGRTMIN is the C library's.
inline constexpr int k_cancel_signal = 40;    ///< value: grace in milliseconds
inline constexpr int k_duration_signal = 41;  ///< value: seconds from the start; 0 = unlimited

enum class FrameType : std::uint8_t {
  hello = 1,         ///< both ways: u32 magic, u32 version
  launch = 2,        ///< LaunchRequest; answered by the task's news only
  cancel = 3,        ///< job, u32 grace in milliseconds
  set_duration = 4,  ///< job, u32 seconds
  query = 5,         ///< job; answered by `answer`
  started = 10,      ///< job, i64 start in ms since 1970; left out for codes that end at once
  finished = 11,     ///< job, text of exit.json
  claimed = 12,      ///< job: another supervisor has or had it; this launcher knows no more of it
  answer = 13,       ///< job, u32 1 = it is a task of this launcher
};

struct LaunchRequest {
  std::string job{};
  std::string directory{}, work_dir{}, stdout_path{}, stderr_path{};
  std::vector<std::string> arguments{};
  std::vector<std::string> environment{};  ///< "NAME=value"
  std::optional<std::uint64_t> memory_bytes{}, file_size_bytes{}, open_files{}, processes{},
      cpu_seconds{};
  std::string isolation{};       ///< in words, for exit.json
  std::uint32_t duration_s = 0;  ///< 0 = unlimited
  std::uint32_t grace_ms = 0;    ///< between SIGTERM and SIGKILL when the duration is over
};

/// Puts fields into a frame.
class FrameWriter {
 public:
  explicit FrameWriter(FrameType type);
  FrameWriter& u32(std::uint32_t number);
  FrameWriter& u64(std::uint64_t number);
  FrameWriter& i64(std::int64_t number) { return u64(static_cast<std::uint64_t>(number)); }
  FrameWriter& text(std::string_view text);
  FrameWriter& texts(const std::vector<std::string>& texts);
  FrameWriter& maybe(const std::optional<std::uint64_t>& number);
  /// The whole frame; the writer is spent.
  std::string take();

 private:
  std::string bytes_;
};

/// Takes them out again. A field that is not there is 0 or empty, and ok() is false from then on.
class FrameReader {
 public:
  /// `body`: the frame without its size.
  explicit FrameReader(std::string_view body);
  FrameType type() const noexcept { return type_; }
  std::uint32_t u32();
  std::uint64_t u64();
  std::int64_t i64() { return static_cast<std::int64_t>(u64()); }
  std::string_view text();
  std::vector<std::string> texts();
  std::optional<std::uint64_t> maybe();
  bool ok() const noexcept { return ok_; }
  bool at_end() const noexcept { return rest_.empty(); }

 private:
  std::string_view take(std::size_t size);
  std::string_view rest_;
  FrameType type_{};
  bool ok_ = true;
};

/// Cuts a stream into frames.
class FrameBuffer {
 public:
  void append(std::string_view bytes);
  /// The next whole frame without its size; valid until append(). nullopt: more bytes are needed.
  std::optional<std::string_view> next();
  /// The frame that next() gave, with its size: to be passed on as it is.
  std::string_view whole() const noexcept;
  bool has_next() const noexcept;
  /// The stream holds a frame larger than any allowed: the connection is of no more use.
  bool broken() const noexcept { return broken_; }

 private:
  std::string bytes_;
  std::size_t begin_ = 0;
  std::size_t last_size_ = 0;
  bool broken_ = false;
};

std::string hello_frame();
std::string launch_frame(const LaunchRequest& request);
std::optional<LaunchRequest> read_launch(FrameReader& frame);

}}}  // namespace opus::uws0::local
