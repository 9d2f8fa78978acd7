// Server-sent events of jobs and of lists of jobs.
#include <algorithm>
#include <fstream>

#include "server/rest/events/job_events.hpp"
#include "server/rest/events/list_events.hpp"
#include "tests/server/event_reader.hpp"
#include "tests/support/catch.hpp"

using namespace opus_test;
using namespace std::chrono_literals;
using opus::rest::JobPosition;

namespace {

/// Logs are looked at often, so that tests need not wait.
opus::rest::ApiConfig quick() {
  opus::rest::ApiConfig config;
  config.log_look = 5ms;
  return config;
}

/// A job that runs until the gate opens, and whose log the test writes.
struct Gate {
  RestRig rig{quick()};
  std::string path = rig.create("gate", "PHASE=RUN");
  std::string events = path + "/events";

  Gate() {
    while (rig.phase(path) == "QUEUED") rig.get(path + "?WAIT=10&PHASE=QUEUED");
    REQUIRE(rig.phase(path) == "EXECUTING");
  }
  void print(std::string_view stream, std::string_view text) {
    std::ofstream(rig.service().log_path(rig.id_of(path), stream).value(),
                  std::ios::binary | std::ios::app)
        << text;
  }
};

std::string phases(EventReader& reader) {
  std::string all;
  for (;;) {
    const Event event = reader.next();
    if (event.name == "end") return all;
    if (event.name == "phase") all += event.member("from") + " -> " + event.member("phase") + '\n';
  }
}

}  // namespace

TEST_CASE("a job's events begin with its state and end when the job has ended") {
  RestRig rig(quick());
  const std::string path = rig.create("echo", "text=bonjour");
  EventReader reader(rig, path + "/events");
  const Event state = reader.next();
  CHECK(state.name == "state");
  CHECK(state.member("jobId") == '"' + rig.id_of(path).value + '"');
  CHECK(state.member("href") == '"' + std::string(RestRig::k_base) + path + '"');
  CHECK(state.member("phase") == "\"PENDING\"");
  CHECK(state.member("progress") == "null");
  CHECK(reader.empty());

  REQUIRE(rig.post(path + "/phase", "PHASE=RUN").status == 303);
  const Event queued = reader.next("phase");
  CHECK(queued.member("from") == "\"PENDING\"");
  CHECK(queued.member("phase") == "\"QUEUED\"");
  CHECK(queued.member("time").size() > 20);
  CHECK(reader.next("phase").member("phase") == "\"EXECUTING\"");
  const Event said = reader.next();
  CHECK(said.name == "stdout");  // before the news of the end
  CHECK(said.data.find("said bonjour\\n") != std::string::npos);
  CHECK(reader.next("phase").member("phase") == "\"COMPLETED\"");
  const Event end = reader.next();
  CHECK(end.name == "end");
  CHECK(end.member("reason") == "\"final\"");
  CHECK(end.member("phase") == "\"COMPLETED\"");
  CHECK(reader.ended());
}

TEST_CASE("events of a job that ended long ago: its state, its log, the end") {
  RestRig rig(quick());
  const std::string path = rig.create("echo", "PHASE=RUN");
  rig.ended(path);
  EventReader reader(rig, path + "/events");
  CHECK(reader.next().member("phase") == "\"COMPLETED\"");
  CHECK(reader.next().name == "stdout");
  const Event end = reader.next();
  CHECK(end.name == "end");
  CHECK(reader.ended());
  // Who has heard of the end and comes back is told to stay away.
  CHECK(rig.get(path + "/events", {{"Last-Event-ID", end.id}}).status == 204);
}

TEST_CASE("Last-Event-ID: a client goes on after the last event that it knows") {
  RestRig rig(quick());
  const std::string path = rig.create("echo", "PHASE=RUN");
  rig.ended(path);
  // All of the job's life, for who knows nothing yet.
  EventReader whole(rig, path + "/events", "0.0.0");
  std::vector<Event> all;
  do all.push_back(whole.next());
  while (all.back().name != "end");
  REQUIRE(all.size() == 6);
  CHECK(all[0].member("from") == "null");
  CHECK(all[0].member("phase") == "\"PENDING\"");
  CHECK(all[3].name == "stdout");
  for (std::size_t known = 0; known + 1 < all.size(); ++known) {
    EventReader rest(rig, path + "/events", all[known].id);
    for (std::size_t i = known + 1; i < all.size(); ++i) {
      const Event event = rest.next();
      CHECK(event.name == all[i].name);
      CHECK(event.id == all[i].id);
      CHECK(event.data == all[i].data);
    }
    CHECK(rest.ended());
  }
  // What is no id of ours, or of a life the job has not had, begins with the present state.
  for (const char* id : {"x", "1", "1.2", "1.2.", "1.2.3.4", "-1.0.0", "99.0.0", "1.2.3.END",
                         "99999999999999999999.0.0"}) {
    INFO(id);
    CHECK(EventReader(rig, path + "/events", id).next().name == "state");
  }
}

TEST_CASE("JobPosition: ids are read as they are written") {
  for (const JobPosition& position :
       {JobPosition{}, JobPosition{7, {120, 3}, false}, JobPosition{7, {120, 3}, true},
        JobPosition{UINT64_MAX, {UINT64_MAX, 0}, false}})
    CHECK(JobPosition::parse(position.id()) == position);
  CHECK(JobPosition{7, {120, 3}, true}.id() == "7.120.3.end");
}

TEST_CASE("log lines come as they are written, whole") {
  Gate gate;
  EventReader reader(gate.rig, gate.events);
  const Event state = reader.next();
  CHECK(state.member("phase") == "\"EXECUTING\"");
  CHECK(reader.next("stdout").data == R"({"text":"at the gate\n"})");
  gate.print("stderr", "warning: \xFF \"odd\"\nhalf");
  CHECK(reader.next("stderr").data == "{\"text\":\"warning: \xEF\xBF\xBD \\\"odd\\\"\\n\"}");
  gate.print("stderr", " a line\n");
  CHECK(reader.next("stderr").data == R"({"text":"half a line\n"})");
  gate.print("stdout", "no line end");
  gate.rig.open_gate();
  CHECK(reader.next("stdout").data == R"({"text":"no line end"})");
  CHECK(reader.next("phase").member("phase") == "\"COMPLETED\"");
  CHECK(reader.next().name == "end");
}

TEST_CASE("progress is told when it changes, to who comes later with the state") {
  Gate gate;
  EventReader first(gate.rig, gate.events, "0.0.0");
  const Event progress = first.next("progress");
  CHECK(progress.member("progress") == "0.25");
  CHECK(progress.member("progressText") == "\"waiting\"");
  EventReader second(gate.rig, gate.events);
  CHECK(second.next().member("progress") == "0.25");
  gate.rig.open_gate();
  CHECK(phases(second) == "\"EXECUTING\" -> \"COMPLETED\"\n");
}

TEST_CASE("of a long log a new client hears the tail, and of a long line pieces of characters") {
  Gate gate;
  gate.rig.open_gate();
  gate.rig.ended(gate.path);
  std::string lines;
  while (lines.size() < 200'000) lines += "line at " + std::to_string(lines.size()) + '\n';
  gate.print("stdout", lines);
  EventReader reader(gate.rig, gate.events);
  const Event state = reader.next();
  const std::uint64_t begin = std::stoull(state.member("stdout"));
  const std::uint64_t size = std::string("at the gate\n").size() + lines.size();
  CHECK(begin > size - opus::rest::JobEvents::k_tail);
  CHECK(begin < size - opus::rest::JobEvents::k_tail + 100);
  CHECK(state.member("stderr") == "0");
  std::string heard;
  for (Event event = reader.next(); event.name == "stdout"; event = reader.next()) {
    const std::string text = event.member("text");
    CHECK(text.substr(0, 9) == "\"line at ");
    CHECK(text.size() < 20'000);
    heard += text.substr(1, text.size() - 2);
  }
  CHECK(heard.substr(0, 8) == "line at ");
  // "\n" is two characters in JSON.
  const auto line_ends = static_cast<std::uint64_t>(std::count(heard.begin(), heard.end(), '\\'));
  CHECK(heard.size() - line_ends == size - begin);
}

TEST_CASE("a character is not torn where a long line is cut") {
  Gate gate;
  std::string line = "x";  // two-byte characters at odd places: every cut at 16384 would tear one
  while (line.size() < 40'000) line += "\xC3\xA9";
  EventReader reader(gate.rig, gate.events);
  reader.next("stdout");
  gate.print("stderr", line);
  gate.rig.open_gate();
  std::string heard;
  for (Event event = reader.next(); event.name != "end"; event = reader.next())
    if (event.name == "stderr") heard += event.data.substr(9, event.data.size() - 11);
  CHECK(heard == line);
}

TEST_CASE("events of an aborted job go on until its code has stopped") {
  Gate gate;
  EventReader reader(gate.rig, gate.events);
  CHECK(reader.next().name == "state");
  REQUIRE(gate.rig.post(gate.path + "/phase", "PHASE=ABORT").status == 303);
  const Event aborted = reader.next("phase");
  CHECK(aborted.member("from") == "\"EXECUTING\"");
  CHECK(aborted.member("phase") == "\"ABORTED\"");
  CHECK(reader.next("end").member("phase") == "\"ABORTED\"");
  CHECK_FALSE(gate.rig.service().get(gate.rig.id_of(gate.path)).value().stopping);
}

TEST_CASE("events end when the job is deleted") {
  RestRig rig(quick());
  const std::string path = rig.create("echo");
  EventReader reader(rig, path + "/events");
  CHECK(reader.next().name == "state");
  REQUIRE(rig.send("DELETE", path).status == 303);
  const Event end = reader.next("end");
  CHECK(end.member("reason") == "\"destroyed\"");
  CHECK(reader.ended());
  CHECK(rig.get(path + "/events").status == 404);
}

TEST_CASE("UWS-HTTP-13, UWS-HTTP-15: events answer HEAD, are 404 for what is not there, else 405") {
  RestRig rig;
  const std::string path = rig.create("echo");
  const Answer head = rig.send("HEAD", path + "/events");
  CHECK(head.status == 200);
  CHECK(head.header("Content-Type") == "text/event-stream");
  for (const std::string& target : {path + "/events", std::string("/rest/echo/events")}) {
    const Answer posted = rig.post(target, "PHASE=RUN");
    CHECK(posted.status == 405);
    CHECK(posted.header("Allow") == "GET, HEAD, OPTIONS");
  }
  CHECK(rig.get("/rest/echo/0123/events").status == 404);
  CHECK(rig.get("/rest/gate/" + rig.id_of(path).value + "/events").status == 404);
  CHECK(rig.get("/rest/nothing/events").status == 404);
}

TEST_CASE("a quiet stream shows that it lives, and ends when the server stops") {
  RestRig rig;
  const std::string path = rig.create("echo");
  EventReader reader(rig, path + "/events");
  EventReader list(rig, "/rest/echo/events");
  CHECK(reader.next().name == "state");
  CHECK(list.next().name == "state");
  CHECK(rig.host().timers() == std::vector<std::chrono::milliseconds>{15s, 15s});
  for (int beat = 0; beat < 3; ++beat) {
    rig.host().fire_timers();
    CHECK(reader.next().name == "comment");
    CHECK(list.next().name == "comment");
    CHECK(reader.empty());
  }
  reader.stream().finish();
  CHECK(reader.next().name == "comment");
  CHECK(reader.ended());
  list.stream().finish();
  CHECK(list.next().name == "comment");
  CHECK(list.ended());
}

TEST_CASE("a list's events tell of the changes in this list alone") {
  RestRig rig;
  EventReader reader(rig, "/rest/echo/events");
  const Event state = reader.next();
  CHECK(state.name == "state");
  CHECK(state.member("href") == '"' + std::string(RestRig::k_base) + "/rest/echo\"");
  rig.create("gate");
  const std::string path = rig.create("echo");
  const Event created = reader.next();
  CHECK(created.name == "phase");
  CHECK(created.member("jobId") == '"' + rig.id_of(path).value + '"');
  CHECK(created.member("href") == '"' + std::string(RestRig::k_base) + path + '"');
  CHECK(created.member("from") == "null");
  CHECK(created.member("phase") == "\"PENDING\"");
  REQUIRE(rig.post(path + "/phase", "PHASE=ABORT").status == 303);
  const Event aborted = reader.next();
  CHECK(aborted.member("from") == "\"PENDING\"");
  CHECK(aborted.member("phase") == "\"ABORTED\"");
  REQUIRE(rig.send("DELETE", path).status == 303);
  CHECK(reader.next().name == "destroyed");
  CHECK(reader.empty());
}

TEST_CASE("jobs of others stay out of a list's events") {
  RestRig rig;
  EventReader reader(rig, "/rest/echo/events");
  CHECK(reader.next().name == "state");
  opus::JobRequest request;
  request.description = "echo";
  request.owner = "mallory";
  REQUIRE(rig.service().create(request));
  const std::string mine = rig.create("echo");
  CHECK(reader.next().member("jobId") == '"' + rig.id_of(mine).value + '"');
}

TEST_CASE("Last-Event-ID of a list: goes on where it was, or tells of a gap") {
  RestRig rig;
  EventReader first(rig, "/rest/echo/events");
  const std::string begin = first.next().id;
  const std::string path = rig.create("echo");
  const Event created = first.next();

  EventReader again(rig, "/rest/echo/events", begin);
  CHECK(again.next().data == created.data);
  CHECK(again.empty());
  CHECK(EventReader(rig, "/rest/echo/events", created.id).empty());

  for (const char* id : {"x", "1.0", "9.", "0"}) {
    EventReader lost(rig, "/rest/echo/events", id);
    CHECK(lost.next().name == "gap");
    CHECK(lost.empty());
  }
  const std::string future = created.id.substr(0, created.id.find('.')) + ".999";
  CHECK(EventReader(rig, "/rest/echo/events", future).next().name == "gap");
}

TEST_CASE("a list's client that is too slow hears that it has missed something") {
  RestRig rig;
  // Straight into the feed: as many changes as it keeps, and one.
  const auto feed = std::make_shared<opus::rest::ListFeed>();
  const auto slow = std::make_shared<opus::rest::ListEvents>(
      rig.host(), 15s, feed, "e", "echo",
      opus::rest::ListEvents::Client{{opus::VisibleJobs::Kind::unowned, {}}, {}}, "e.0");
  for (std::size_t i = 0; i <= opus::rest::ListFeed::k_kept; ++i)
    feed->add({{"job"}, std::nullopt, std::nullopt, opus::Phase::pending, false, {}});
  std::string text;
  slow->pull(text);
  CHECK(text.find("event: gap") != std::string::npos);
  CHECK(text.find("event: phase") == std::string::npos);
}
