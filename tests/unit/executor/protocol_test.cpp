#include "libopus/executor/local/protocol.hpp"

#include "tests/support/catch.hpp"

using namespace opus::local;

namespace {

std::vector<std::string> frames_of(FrameBuffer& buffer) {
  std::vector<std::string> frames;
  while (const auto body = buffer.next()) frames.emplace_back(*body);
  return frames;
}

}  // namespace

TEST_CASE("a launch request survives the way to the launcher") {
  LaunchRequest request;
  request.job = "018f";
  request.directory = "/data/jobs/018f";
  request.work_dir = "/data/jobs/018f/work";
  request.stdout_path = "/o";
  request.stderr_path = "/e";
  request.arguments = {"/bin/echo", "", "two words", std::string(70'000, 'x'), "line\nbreak"};
  request.environment = {"A=b", "EMPTY="};
  request.memory_bytes = std::uint64_t{1} << 40;
  request.open_files = 0;
  request.duration_s = 3600;
  request.grace_ms = 5000;
  request.cpu_seconds = 60;
  request.isolation = "limits: processor time 60 s";

  FrameBuffer buffer;
  buffer.append(launch_frame(request));
  const auto body = buffer.next();
  REQUIRE(body);
  FrameReader frame{*body};
  CHECK(frame.type() == FrameType::launch);
  const auto read = read_launch(frame);
  REQUIRE(read);
  CHECK(read->job == request.job);
  CHECK(read->directory == request.directory);
  CHECK(read->work_dir == request.work_dir);
  CHECK(read->stdout_path == request.stdout_path);
  CHECK(read->stderr_path == request.stderr_path);
  CHECK(read->arguments == request.arguments);
  CHECK(read->environment == request.environment);
  CHECK(read->memory_bytes == request.memory_bytes);
  CHECK_FALSE(read->file_size_bytes);
  CHECK(read->open_files == 0u);
  CHECK_FALSE(read->processes);
  CHECK(read->duration_s == 3600);
  CHECK(read->grace_ms == 5000);
  CHECK(read->cpu_seconds == 60u);
  CHECK(read->isolation == request.isolation);
}

TEST_CASE("a launch request that is cut anywhere, or has nothing to run, is none") {
  LaunchRequest request;
  request.job = "j";
  request.arguments = {"a", "b"};
  request.isolation = "in words";
  const auto whole = launch_frame(request).substr(4);
  // One of version 1 ended here; it may have waited in the queue of a scheduler since.
  const std::size_t version_1 = whole.size() - (4 + 8) - (4 + request.isolation.size());
  for (std::size_t size = 1; size < whole.size(); ++size) {
    FrameReader frame{std::string_view{whole}.substr(0, size)};
    const auto read = read_launch(frame);
    CHECK(read.has_value() == (size == version_1));
    if (read) CHECK((read->job == "j" && !read->cpu_seconds && read->isolation.empty()));
  }
  request.arguments.clear();
  const auto nothing = launch_frame(request).substr(4);
  FrameReader frame{nothing};
  CHECK_FALSE(read_launch(frame));
}

TEST_CASE("a stream is cut into frames wherever it was cut into pieces") {
  const std::string stream = FrameWriter{FrameType::cancel}.text("one").u32(1).take() +
                             FrameWriter{FrameType::query}.text("two").take() +
                             FrameWriter{FrameType::finished}.text(std::string(300, 'x')).take();
  FrameBuffer at_once;
  at_once.append(stream);
  const auto expected = frames_of(at_once);
  REQUIRE(expected.size() == 3);
  for (const std::size_t piece : {1, 2, 3, 7, 100}) {
    FrameBuffer buffer;
    std::vector<std::string> frames;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      buffer.append(std::string_view{stream}.substr(at, piece));
      const bool announced = buffer.has_next();
      const auto more = frames_of(buffer);
      CHECK(announced == !more.empty());
      frames.insert(frames.end(), more.begin(), more.end());
    }
    CHECK(frames == expected);
  }
}

TEST_CASE("a frame can be passed on as it came") {
  const auto first = FrameWriter{FrameType::started}.text("j").i64(-5).take();
  const auto second = FrameWriter{FrameType::claimed}.text("k").take();
  FrameBuffer buffer;
  buffer.append(first + second);
  REQUIRE(buffer.next());
  CHECK(buffer.whole() == first);
  REQUIRE(buffer.next());
  CHECK(buffer.whole() == second);
}

TEST_CASE("a frame of no size or of more than any makes the stream useless") {
  for (const std::uint32_t size : {std::uint32_t{0}, k_max_frame + 1}) {
    FrameBuffer buffer;
    buffer.append({reinterpret_cast<const char*>(&size), sizeof size});
    buffer.append(FrameWriter{FrameType::query}.text("j").take());
    CHECK_FALSE(buffer.next());
    CHECK(buffer.broken());
  }
}

TEST_CASE("fields that are not there are empty and make the reader say so") {
  const auto whole = FrameWriter{FrameType::query}.text("job").take();
  FrameReader frame{std::string_view{whole}.substr(4)};
  CHECK(frame.text() == "job");
  CHECK(frame.ok());
  CHECK(frame.u32() == 0);
  CHECK_FALSE(frame.ok());
  CHECK(frame.text().empty());
  CHECK(frame.texts().empty());
  CHECK_FALSE(frame.maybe());
  // A size that lies about what follows.
  const auto lie = FrameWriter{FrameType::query}.u32(0xffffffff).take();
  FrameReader lied{std::string_view{lie}.substr(4)};
  CHECK(lied.text().empty());
  CHECK_FALSE(lied.ok());
}
