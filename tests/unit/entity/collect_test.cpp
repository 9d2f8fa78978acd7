#include "libopus/entity/collect.hpp"

#include "libopus/core/hash.hpp"
#include "libopus/core/ids.hpp"
#include "libopus/entity/result_files.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/contains.hpp"
#include "tests/support/other_user.hpp"
#include "tests/support/temp_folder.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <random>
#include <set>
#include <string>

using namespace opus;
using opus_test::contains;
using opus_test::TempFolder;
namespace fs = std::filesystem;

namespace {

const TimePoint k_now{std::chrono::milliseconds{1'800'000'000'000}};
constexpr fs::perms k_not_theirs{0755};

// A data folder with one job whose code has just ended.
struct Rig {
  TempFolder root{"/dev/shm"};  // in memory, as every collected file is synced
  fs::path work_dir = root / "jobs/aa/j/work";
  fs::path results_dir = root / "jobs/aa/j/results";
  Job job{};
  JobDescription description{};

  Rig() {
    job.id = {"j"};
    job.owner = "alice";
    fs::create_directories(work_dir);
  }
  void describe(std::string name, std::string path, Multiplicity multiplicity = {},
                std::string content_type = "") {
    description.results.push_back({.name = std::move(name),
                                   .path = std::move(path),
                                   .content_type = std::move(content_type),
                                   .multiplicity = multiplicity});
  }
  void leave(const std::string& name, std::string_view content) const {
    root.write("jobs/aa/j/work/" + name, content);
  }
  Result<entity::Collected> collect() const {
    return entity::collect_results(job, description, root.path(), work_dir, results_dir, k_now);
  }
  // "id=file name:content" of each result, and the message about what is missing.
  std::vector<std::string> outcome() const {
    const auto collected = collect();
    if (!collected) return {"error: " + collected.error().message};
    std::vector<std::string> lines;
    for (const JobResult& result : collected->results) {
      const std::string content = TempFolder::read(root.path() / result.entity.location);
      CHECK(result.entity.sha256 == sha256_hex(content));
      CHECK(result.entity.size == content.size());
      lines.push_back(result.id + "=" + result.entity.name + ":" + content);
    }
    if (collected->missing) lines.push_back(collected->missing->message);
    return lines;
  }
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a file of a result is moved and becomes an entity of the job") {
  Rig rig;
  rig.describe("catalogue", "out/cat.csv");
  rig.describe("map", "map.fits", {}, "image/fits");
  rig.leave("out/cat.csv", "a,b\n");
  rig.leave("map.fits", "SIMPLE");
  rig.leave("scratch", "x");
  const auto collected = rig.collect();
  REQUIRE(collected);
  CHECK_FALSE(collected->missing);
  REQUIRE(collected->results.size() == 2);
  const JobResult& result = collected->results[0];
  CHECK(result.id == "catalogue");
  CHECK(result.name == "catalogue");
  CHECK(is_uuid7(result.entity.id.value));
  CHECK(result.entity.name == "cat.csv");
  CHECK(result.entity.media_type == "text/csv");
  CHECK(result.entity.size == 4);
  CHECK(result.entity.sha256 == sha256_hex("a,b\n"));
  CHECK(result.entity.location == "jobs/aa/j/results/catalogue/out/cat.csv");
  CHECK(result.entity.created == k_now);
  CHECK(result.entity.owner == "alice");
  CHECK(result.entity.generated_by == rig.job.id);
  CHECK(result.entity.role == "catalogue");
  CHECK(result.entity.source_url.empty());
  CHECK(collected->results[1].entity.media_type == "image/fits");
  CHECK(TempFolder::read(rig.root.path() / result.entity.location) == "a,b\n");
  CHECK_FALSE(fs::exists(rig.work_dir / "out/cat.csv"));
  CHECK(fs::exists(rig.work_dir / "scratch"));
}

TEST_CASE("several files of a result are numbered in the order of their names") {
  Rig rig;
  rig.describe("map", "maps/*.fits", {1, std::nullopt});
  for (const char* const name : {"c", "a", "b"})
    rig.leave("maps/" + std::string{name} + ".fits", name);
  rig.leave("maps/.hidden.fits", "x");
  rig.leave("maps/other.txt", "x");
  CHECK(rig.outcome() == Lines{"map=a.fits:a", "map.2=b.fits:b", "map.3=c.fits:c"});
}

TEST_CASE("ids stay unique where a result is called like another's second file") {
  Rig rig;
  rig.describe("map", "*.fits", {1, std::nullopt});
  rig.describe("map.2", "x.csv");
  rig.leave("a.fits", "a");
  rig.leave("b.fits", "b");
  rig.leave("x.csv", "x");
  CHECK(rig.outcome() == Lines{"map=a.fits:a", "map.3=b.fits:b", "map.2=x.csv:x"});
}

TEST_CASE("a parameter gives the name of a result's file, or a part of it") {
  Rig rig;
  rig.describe("output", "default.txt");
  rig.describe("map", "map_${band}.fits");
  rig.job.parameters = {{"output", "mine.txt"}, {"band", "K"}};
  rig.leave("mine.txt", "m");
  rig.leave("default.txt", "d");
  rig.leave("map_K.fits", "k");
  CHECK(rig.outcome() == Lines{"output=mine.txt:m", "map=map_K.fits:k"});
}

TEST_CASE("a value that leads out of the work folder is a fault, not a way out") {
  Rig rig;
  rig.root.write("secret", "secret");
  rig.describe("a", "a.txt");
  rig.describe("b", "x/${b_dir}/secret");
  rig.job.parameters = {{"a", "../../../../secret"}, {"b_dir", "../../../../../.."}};
  const auto collected = rig.collect();
  REQUIRE(collected);
  CHECK(collected->results.empty());
  CHECK(collected->missing->message ==
        "results: a: expected a file name below the work folder, got '../../../../secret'; "
        "b: expected a file name below the work folder, got 'x/../../../../../../secret'");
  CHECK(fs::exists(rig.root / "secret"));
}

TEST_CASE("a file asked for by name is not taken by a glob, and no file is taken twice") {
  Rig rig;
  rig.describe("all", "*.fits", {0, std::nullopt});
  rig.describe("best", "best.fits");
  rig.describe("rest", "*", {0, std::nullopt});
  rig.leave("best.fits", "b");
  rig.leave("a.fits", "a");
  rig.leave("x.txt", "x");
  CHECK(rig.outcome() == Lines{"all=a.fits:a", "best=best.fits:b", "rest=x.txt:x"});
}

TEST_CASE("a file that is called like a glob is found by it") {
  Rig rig;
  rig.describe("a", "a[1].fits");
  rig.leave("a[1].fits", "literal");
  rig.leave("a1.fits", "match");
  CHECK(rig.outcome() == Lines{"a=a[1].fits:literal"});
  CHECK(rig.outcome() == Lines{"a=a[1].fits:literal"});
}

TEST_CASE("a glob does not find the inputs unless it names their folder") {
  Rig rig;
  rig.describe("all", "*/*.fits", {0, std::nullopt});
  rig.leave("inputs/in.fits", "in");
  rig.leave("out/out.fits", "out");
  CHECK(rig.outcome() == Lines{"all=out.fits:out"});
  rig.description.results = {};
  rig.describe("in", "inputs/*.fits");
  CHECK(rig.outcome() == Lines{"in=in.fits:in"});
}

TEST_CASE("too few or too many files are reported for every result") {
  Rig rig;
  rig.describe("one", "one.txt");
  rig.describe("some", "some*.txt", {1, std::nullopt});
  rig.describe("pair", "pair*.txt", {2, 2});
  rig.describe("few", "few*.txt", {1, 3});
  rig.describe("most", "most*.txt", {0, 1});
  rig.describe("single", "single*.txt");
  rig.describe("folder", "folder");
  rig.describe("optional", "optional.txt", {0, 1});
  for (const char* const name :
       {"pair1", "few1", "few2", "few3", "few4", "most1", "most2", "single1", "single2"})
    rig.leave(std::string{name} + ".txt", "x");
  fs::create_directory(rig.work_dir / "folder");
  const auto collected = rig.collect();
  REQUIRE(collected);
  CHECK(collected->results.size() == 9);  // what is there is kept all the same
  REQUIRE(collected->missing);
  CHECK(collected->missing->code == Errc::invalid_argument);
  std::set<std::string> faults;
  for (const Fault& fault : collected->missing->faults)
    faults.insert(fault.field + ": " + fault.expected + ": " + fault.got);
  CHECK(faults == std::set<std::string>{
                      "one: the file 'one.txt': ",
                      "some: at least 1 file 'some*.txt': ",
                      "pair: exactly 2 files 'pair*.txt': 1 file",
                      "few: from 1 to 3 files 'few*.txt': 4 files",
                      "most: at most 1 file 'most*.txt': 2 files",
                      "single: exactly 1 file 'single*.txt': 2 files",
                      "folder: the file 'folder': a folder",
                  });
  CHECK(contains(collected->missing->message, "one: expected the file 'one.txt', got nothing"));
}

TEST_CASE("only regular files in the work folder count, and nothing blocks") {
  Rig rig;
  rig.root.write("secret", "secret");
  rig.leave("real.txt", "real");
  rig.leave("kept.txt", "kept");
  REQUIRE(mkfifo((rig.work_dir / "fifo").c_str(), 0600) == 0);
  fs::create_symlink(rig.root / "secret", rig.work_dir / "out");
  fs::create_symlink("/dev/zero", rig.work_dir / "zero");
  fs::create_symlink("nowhere", rig.work_dir / "dangling");
  fs::create_symlink("loop", rig.work_dir / "loop");
  fs::create_directory_symlink(rig.root.path(), rig.work_dir / "up");
  fs::create_symlink("kept.txt", rig.work_dir / "inside");
  const int socket_fd = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string socket_path = (rig.work_dir / "socket").string();
  REQUIRE(socket_path.copy(address.sun_path, sizeof address.sun_path - 1) == socket_path.size());
  REQUIRE(bind(socket_fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);

  struct Case {
    const char *path, *got;
  };
  const Case cases[] = {
      {"fifo", "a FIFO"},
      {"socket", "a socket"},
      {"out", "a link out of the work folder"},
      {"up/secret", "a link out of the work folder"},
      {"zero", "a link out of the work folder"},
      {"dangling", "a link to nowhere"},
      {"loop", "a link to nowhere"},
      {"real.txt/x", ""},
  };
  for (const Case& c : cases) {
    rig.description.results = {};
    rig.describe("r", c.path);
    CAPTURE(c.path);
    const auto collected = rig.collect();
    REQUIRE(collected);
    CHECK(collected->results.empty());
    CHECK(collected->missing->faults.at(0).got == c.got);
  }
  close(socket_fd);
  rig.description.results = {};
  rig.describe("all", "*", {0, std::nullopt});
  CHECK(rig.outcome() == Lines{"all=inside:kept", "all.2=kept.txt:kept", "all.3=real.txt:real"});
  CHECK(TempFolder::read(rig.root / "secret") == "secret");
}

TEST_CASE("a result that others could still change is copied") {
  Rig rig;
  rig.describe("link", "latest.txt");
  rig.describe("file", "run3.txt");
  rig.describe("hard", "hard.txt");
  rig.leave("run3.txt", "run");
  fs::create_symlink("run3.txt", rig.work_dir / "latest.txt");
  const auto outside = rig.root.write("outside", "outside");
  fs::create_hard_link(outside, rig.work_dir / "hard.txt");
  const Lines expected{"link=latest.txt:run", "file=run3.txt:run", "hard=hard.txt:outside"};
  CHECK(rig.outcome() == expected);
  rig.root.write("outside", "changed");
  CHECK(rig.outcome() == expected);
}

TEST_CASE("a result is readable and harmless whatever mode the job gave it") {
  Rig rig;
  rig.describe("map", "map.fits");
  rig.leave("map.fits", "x");
  REQUIRE(chmod((rig.work_dir / "map.fits").c_str(), 06111) == 0);
  CHECK(rig.outcome() == Lines{"map=map.fits:x"});
  struct stat info {};
  REQUIRE(stat((rig.results_dir / "map/map.fits").c_str(), &info) == 0);
  CHECK((info.st_mode & 07777) == 0711);
}

TEST_CASE("names that a job makes up are safe on disk and for people") {
  Rig rig;
  rig.describe("all", "*", {0, std::nullopt});
  rig.describe("dot", ".hidden");
  for (const char* const name : {"a\nb", "50%", "bad\xFF", "-rf", " x", "\xC3\xA4", "%41", "A"})
    rig.leave(name, "x");
  rig.leave(".hidden", "x");
  const auto collected = rig.collect();
  REQUIRE(collected);
  REQUIRE(collected->results.size() == 9);
  std::set<std::string> locations;
  for (const JobResult& result : collected->results) {
    CHECK(result.entity.location.find('\n') == std::string::npos);
    CHECK(result.entity.location.find('\xFF') == std::string::npos);
    CHECK_FALSE(result.entity.name.empty());
    locations.insert(result.entity.location);
  }
  CHECK(locations.size() == 9);
  CHECK(locations.count("jobs/aa/j/results/all/50%25") == 1);
  CHECK(locations.count("jobs/aa/j/results/all/bad%ff") == 1);
  CHECK(locations.count("jobs/aa/j/results/dot/%2ehidden") == 1);
  CHECK(rig.collect()->results.size() == 9);
}

TEST_CASE("the name of a moved file leads back to the original, and to no other") {
  std::mt19937 random{37};
  for (int i = 0; i < 20'000; ++i) {
    std::string name(1 + random() % 12, '\0');
    for (char& c : name) do
        c = static_cast<char>(random() % 3 ? random() : ".%4a"[random() % 4]);
      while (c == '/' || c == '\0');
    const std::string moved = entity::result_target("", "r", name).filename().string();
    REQUIRE(entity::original_name(moved) == name);
    if (const auto back = entity::original_name(name))
      REQUIRE(entity::result_target("", "r", *back).filename().string() == name);
  }
  for (const char* const name : {"%", "%4", "%41", "%zz", ".x", "a\xFF", "%2E"})
    CHECK_FALSE(entity::original_name(name));
}

TEST_CASE("without results or a work folder there is nothing to collect") {
  Rig rig;
  CHECK(rig.outcome().empty());
  CHECK_FALSE(fs::exists(rig.results_dir));
  rig.describe("map", "*.fits", {0, std::nullopt});
  fs::remove(rig.work_dir);
  CHECK(rig.outcome().empty());
}

TEST_CASE("collecting again after any crash half-way has the same outcome") {
  // A crash leaves some of the files moved: each subset of them is tried.
  const auto prepare = [](Rig& rig) {
    rig.describe("all", "*.txt", {1, std::nullopt});
    rig.describe("deep", "d?/*.txt", {0, std::nullopt});
    rig.describe("one", "b.txt");
    rig.describe("link", "latest");
    rig.describe("none", "none.txt");
    for (const char* const name : {"a.txt", "b.txt", "c.txt", "d1/x.txt", "d2/%.txt"})
      rig.leave(name, name);
    fs::create_symlink("c.txt", rig.work_dir / "latest");
  };
  Rig whole;
  prepare(whole);
  const Lines expected = whole.outcome();
  CHECK(expected == Lines{"all=a.txt:a.txt", "all.2=c.txt:c.txt", "deep=x.txt:d1/x.txt",
                          "deep.2=%.txt:d2/%.txt", "one=b.txt:b.txt", "link=latest:c.txt",
                          "results: none: expected the file 'none.txt', got nothing"});
  CHECK(whole.outcome() == expected);

  const std::vector<std::pair<std::string, std::string>> moves = {{"all", "a.txt"},
                                                                  {"all", "c.txt"},
                                                                  {"deep", "d1/x.txt"},
                                                                  {"deep", "d2/%.txt"},
                                                                  {"one", "b.txt"}};
  for (unsigned moved = 0; moved < 1u << moves.size(); ++moved) {
    CAPTURE(moved);
    Rig rig;
    prepare(rig);
    // Copies come before moves, and the last one may have been cut short.
    fs::create_directories(rig.results_dir / "link");
    rig.root.write("jobs/aa/j/results/link/.opus-uws-1-1.tmp", "half");
    if (moved != 0) rig.root.write("jobs/aa/j/results/link/latest", "c.txt");
    for (std::size_t i = 0; i < moves.size(); ++i) {
      if ((moved >> i & 1) == 0) continue;
      const auto target = entity::result_target(rig.results_dir, moves[i].first, moves[i].second);
      fs::create_directories(target.parent_path());
      fs::rename(rig.work_dir / moves[i].second, target);
    }
    CHECK(rig.outcome() == expected);
    CHECK(rig.outcome() == expected);
  }
}

TEST_CASE("results that cannot be moved are an error with the reason") {
  Rig rig;
  rig.describe("map", "map.fits");
  rig.leave("map.fits", "x");
  SECTION("because the results folder is a file") {
    rig.root.write("jobs/aa/j/results", "");
    const auto collected = rig.collect();
    REQUIRE_FALSE(collected);
    CHECK(contains(collected.error().message, "cannot make folder"));
  }
  SECTION("because the job folder is read-only") {
    for (const char* const folder : {".", "jobs", "jobs/aa", "jobs/aa/j", "jobs/aa/j/work"})
      fs::permissions(rig.root / folder, k_not_theirs);
    const opus_test::OtherUser user;
    const auto collected = rig.collect();
    REQUIRE_FALSE(collected);
    CHECK(collected.error().code == Errc::unavailable);
  }
  SECTION("because its name is too long once it is safe") {
    rig.describe("long", "*.long");
    rig.leave(std::string(100, '\x01') + ".long", "x");
    const auto collected = rig.collect();
    REQUIRE_FALSE(collected);
    CHECK(contains(collected.error().message, "File name too long"));
  }
  CHECK(TempFolder::read(rig.work_dir / "map.fits") +
            TempFolder::read(rig.results_dir / "map/map.fits") ==
        "x");
}

TEST_CASE("a folder that cannot be listed is an error, not an empty result") {
  if (geteuid() != 0) return;  // needs a folder of somebody else
  Rig rig;
  rig.describe("maps", "maps/*", {0, std::nullopt});
  rig.leave("maps/a", "x");
  for (const char* const folder : {".", "jobs", "jobs/aa", "jobs/aa/j", "jobs/aa/j/work"})
    fs::permissions(rig.root / folder, fs::perms::all);
  fs::permissions(rig.work_dir / "maps", fs::perms::none);
  const opus_test::OtherUser user;
  const auto collected = rig.collect();
  REQUIRE_FALSE(collected);
  CHECK(contains(collected.error().message, "cannot list '"));
}
