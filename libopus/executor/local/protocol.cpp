#include "libopus/executor/local/protocol.hpp"

#include <cstring>

namespace opus { inline namespace uws0 { namespace local {

namespace {

template <class Number> void put(std::string& bytes, Number number) {
  char raw[sizeof number];
  std::memcpy(raw, &number, sizeof number);
  bytes.append(raw, sizeof raw);
}

template <class Number> Number get(std::string_view bytes) {
  Number number;
  std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}

constexpr std::size_t k_size_bytes = sizeof(std::uint32_t);

}  // namespace

FrameWriter::FrameWriter(FrameType type) : bytes_(k_size_bytes, '\0') {
  bytes_ += static_cast<char>(type);
}

FrameWriter& FrameWriter::u32(std::uint32_t number) { return put(bytes_, number), *this; }

FrameWriter& FrameWriter::u64(std::uint64_t number) { return put(bytes_, number), *this; }

FrameWriter& FrameWriter::text(std::string_view text) {
  u32(static_cast<std::uint32_t>(text.size()));
  bytes_ += text;
  return *this;
}

FrameWriter& FrameWriter::texts(const std::vector<std::string>& texts) {
  u32(static_cast<std::uint32_t>(texts.size()));
  for (const auto& each : texts) text(each);
  return *this;
}

FrameWriter& FrameWriter::maybe(const std::optional<std::uint64_t>& number) {
  u32(number ? 1 : 0);
  return u64(number.value_or(0));
}

std::string FrameWriter::take() {
  const auto size = static_cast<std::uint32_t>(bytes_.size() - k_size_bytes);
  std::memcpy(bytes_.data(), &size, sizeof size);
  return std::move(bytes_);
}

FrameReader::FrameReader(std::string_view body) : rest_(body) {
  if (const auto type = take(1); ok_) type_ = static_cast<FrameType>(type.front());
}

std::string_view FrameReader::take(std::size_t size) {
  if (rest_.size() < size) ok_ = false;
  if (!ok_) return {};
  const auto taken = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return taken;
}

std::uint32_t FrameReader::u32() {
  const auto bytes = take(sizeof(std::uint32_t));
  return ok_ ? get<std::uint32_t>(bytes) : 0;
}

std::uint64_t FrameReader::u64() {
  const auto bytes = take(sizeof(std::uint64_t));
  return ok_ ? get<std::uint64_t>(bytes) : 0;
}

std::string_view FrameReader::text() { return take(u32()); }

std::vector<std::string> FrameReader::texts() {
  std::vector<std::string> texts;
  for (auto left = u32(); left > 0 && ok_; --left) texts.emplace_back(text());
  return texts;
}

std::optional<std::uint64_t> FrameReader::maybe() {
  const bool there = u32() != 0;
  const auto number = u64();
  return there && ok_ ? std::optional{number} : std::nullopt;
}

void FrameBuffer::append(std::string_view bytes) {
  bytes_.erase(0, begin_);
  begin_ = 0;
  bytes_ += bytes;
}

bool FrameBuffer::has_next() const noexcept {
  const auto rest = std::string_view{bytes_}.substr(begin_);
  return rest.size() >= k_size_bytes && rest.size() - k_size_bytes >= get<std::uint32_t>(rest);
}

std::optional<std::string_view> FrameBuffer::next() {
  const auto rest = std::string_view{bytes_}.substr(begin_);
  if (broken_ || rest.size() < k_size_bytes) return std::nullopt;
  const auto size = get<std::uint32_t>(rest);
  broken_ = size == 0 || size > k_max_frame;
  if (broken_ || !has_next()) return std::nullopt;
  last_size_ = k_size_bytes + size;
  begin_ += last_size_;
  return rest.substr(k_size_bytes, size);
}

std::string_view FrameBuffer::whole() const noexcept {
  return std::string_view{bytes_}.substr(begin_ - last_size_, last_size_);
}

std::string hello_frame() {
  return FrameWriter{FrameType::hello}.u32(k_protocol_magic).u32(k_protocol_version).take();
}

std::string launch_frame(const LaunchRequest& request) {
  return FrameWriter{FrameType::launch}
      .text(request.job)
      .text(request.directory)
      .text(request.work_dir)
      .text(request.stdout_path)
      .text(request.stderr_path)
      .texts(request.arguments)
      .texts(request.environment)
      .maybe(request.memory_bytes)
      .maybe(request.file_size_bytes)
      .maybe(request.open_files)
      .maybe(request.processes)
      .u32(request.duration_s)
      .u32(request.grace_ms)
      .maybe(request.cpu_seconds)
      .text(request.isolation)
      .take();
}

std::optional<LaunchRequest> read_launch(FrameReader& frame) {
  LaunchRequest request;
  request.job = frame.text();
  request.directory = frame.text();
  request.work_dir = frame.text();
  request.stdout_path = frame.text();
  request.stderr_path = frame.text();
  request.arguments = frame.texts();
  request.environment = frame.texts();
  request.memory_bytes = frame.maybe();
  request.file_size_bytes = frame.maybe();
  request.open_files = frame.maybe();
  request.processes = frame.maybe();
  request.duration_s = frame.u32();
  request.grace_ms = frame.u32();
  if (!frame.at_end()) {  // a task of version 1 may have waited at a scheduler since
    request.cpu_seconds = frame.maybe();
    request.isolation = frame.text();
  }
  if (!frame.ok() || request.job.empty() || request.arguments.empty()) return std::nullopt;
  return request;
}

}}}  // namespace opus::uws0::local
