#include "libopus/core/files.hpp"

#include "libopus/core/descriptor.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/contains.hpp"
#include "tests/support/other_user.hpp"
#include "tests/support/temp_folder.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>

using namespace opus;
using opus_test::contains;
using opus_test::TempFolder;
namespace fs = std::filesystem;

namespace {

std::size_t entries_in(const fs::path& folder) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator{folder}) ++count;
  return count;
}

}  // namespace

TEST_CASE("a system error names the action, the path and the reason") {
  const Error error = system_error("cannot write", "/data/x", ENOSPC);
  CHECK(error.code == Errc::unavailable);
  CHECK(error.message == "cannot write '/data/x': No space left on device");
  for (const int number : {ENOSPC, EDQUOT, EIO, EMFILE, ENFILE, EROFS, EACCES, EPERM})
    CHECK(system_error("x", "y", number).code == Errc::unavailable);
  CHECK(system_error("x", "y", ENOENT).code == Errc::not_found);
  CHECK(system_error("x", "y", ENOTDIR).code == Errc::not_found);
  CHECK(system_error("x", "y", EEXIST).code == Errc::conflict);
  CHECK(system_error("x", "y", ENAMETOOLONG).code == Errc::invalid_argument);
  CHECK(system_error("x", "y", EFBIG).code == Errc::too_large);
}

TEST_CASE("a file is read whole, up to the limit") {
  const TempFolder folder;
  const std::string content = std::string{"a\0b", 3} + std::string(100'000, 'x');
  const auto file = folder.write("f", content);
  CHECK(read_file(file).value() == content);
  CHECK(read_file(file, content.size()).value() == content);
  const auto too_large = read_file(file, content.size() - 1);
  CHECK(too_large.error().code == Errc::too_large);
  CHECK(contains(too_large.error().message, "larger than 100002 bytes"));
  CHECK(read_file(folder.write("empty", "")).value().empty());
  CHECK(read_file(folder / "empty", 0).value().empty());
  CHECK_FALSE(read_file("/proc/self/status").value().empty());  // says size 0
  CHECK(read_file("/proc/self/status", 10).error().code == Errc::too_large);
}

TEST_CASE("what cannot be read says why and never blocks") {
  const TempFolder folder;
  CHECK(read_file(folder / "none").error().code == Errc::not_found);
  CHECK(contains(read_file(folder.path()).error().message, "it is a folder"));
  REQUIRE(mkfifo((folder / "fifo").c_str(), 0600) == 0);
  CHECK(contains(read_file(folder / "fifo").error().message, "not a regular file"));
  CHECK(read_file("/dev/zero").error().code == Errc::invalid_argument);
  const auto secret = folder.write("secret", "x");
  fs::permissions(secret, fs::perms::none);
  const opus_test::OtherUser user;
  CHECK(contains(read_file(secret).error().message, "Permission denied"));
}

TEST_CASE("a tail is the last whole lines") {
  const TempFolder folder;
  const auto file = folder.write("log", "first\nsecond\nthird\n");
  CHECK(read_tail(file, 100) == "first\nsecond\nthird\n");
  CHECK(read_tail(file, 19) == "first\nsecond\nthird\n");
  CHECK(read_tail(file, 18) == "second\nthird\n");
  CHECK(read_tail(file, 13) == "second\nthird\n");  // begins with a whole line already
  CHECK(read_tail(file, 12) == "third\n");
  CHECK(read_tail(file, 6) == "third\n");
  CHECK(read_tail(folder.write("endless", std::string(50, 'x')), 10) == std::string(10, 'x'));
  CHECK(read_tail(folder.write("line", std::string(50, 'x') + "\n"), 10) ==
        std::string(9, 'x') + "\n");
  CHECK(read_tail(folder / "none", 10).empty());
  CHECK(read_tail(folder.write("empty", ""), 10).empty());
  CHECK(read_tail(file, 0).empty());
}

TEST_CASE("a file is written whole or not at all") {
  const TempFolder folder;
  const auto file = folder / "f";
  REQUIRE(write_file_atomically(file, "one"));
  REQUIRE(write_file_atomically(file, "two", 0600));
  CHECK(TempFolder::read(file) == "two");
  struct stat info {};
  REQUIRE(stat(file.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  CHECK(entries_in(folder.path()) == 1);

  SECTION("in a folder that is not there") {
    CHECK(write_file_atomically(folder / "none/f", "x").error().code == Errc::not_found);
  }
  SECTION("in a folder that is not ours") {
    fs::permissions(folder.path(), fs::perms{0755});
    const opus_test::OtherUser user;
    const auto error = write_file_atomically(file, "x").error();
    CHECK(error.code == Errc::unavailable);
    CHECK(contains(error.message, "Permission denied"));
  }
  SECTION("over a folder") {
    fs::create_directories(folder / "d/x");
    CHECK_FALSE(write_file_atomically(folder / "d", "x"));
    CHECK(entries_in(folder.path()) == 2);
  }
  SECTION("where the file system has no more room for it") {
    rlimit old{};
    REQUIRE(getrlimit(RLIMIT_FSIZE, &old) == 0);
    const rlimit small{1000, old.rlim_max};
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
    const auto result = write_file_atomically(file, std::string(2000, 'x'));
    REQUIRE(setrlimit(RLIMIT_FSIZE, &old) == 0);
    std::signal(SIGXFSZ, handler);
    CHECK(result.error().code == Errc::too_large);
    CHECK(TempFolder::read(file) == "two");
    CHECK(entries_in(folder.path()) == 1);
  }
}

TEST_CASE("a full disk is reported as unavailable") {
  const Descriptor full{open("/dev/full", O_WRONLY | O_CLOEXEC)};
  REQUIRE(full);
  const auto result = write_all(full.get(), "x", "/dev/full");
  CHECK(result.error().code == Errc::unavailable);
  CHECK(result.error().message == "cannot write '/dev/full': No space left on device");
}

TEST_CASE("folders are made with their parents") {
  const TempFolder folder;
  REQUIRE(make_directories(folder / "a/b/c", 0700));
  CHECK(fs::is_directory(folder / "a/b/c"));
  CHECK((fs::status(folder / "a").permissions() & fs::perms::all) == fs::perms::owner_all);
  CHECK(make_directories(folder / "a/b/c"));
  CHECK(make_directories(folder / "a/d/"));
  CHECK(fs::is_directory(folder / "a/d"));
  CHECK(make_directories("/"));
  CHECK(make_directories(""));
  fs::create_directory_symlink(folder / "a", folder / "link");
  CHECK(make_directories(folder / "link/e"));

  const auto file = folder.write("f", "");
  CHECK(contains(make_directories(file).error().message, "File exists"));
  CHECK(make_directories(file / "sub").error().code == Errc::not_found);
  fs::permissions(folder / "a", fs::perms::none);
  {
    const opus_test::OtherUser user;
    CHECK(contains(make_directories(folder / "a/x").error().message, "Permission denied"));
  }
  fs::permissions(folder / "a", fs::perms::owner_all);
}

TEST_CASE("a tree is removed with all that is in it and nothing that is not") {
  const TempFolder folder;
  folder.write("outside/keep", "x");
  folder.write("tree/a/b/file", "x");
  folder.write("tree/a/.opus-uws-remove-0/x", "x");
  folder.write("tree/.opus-uws-remove-0", "x");
  fs::create_directories(folder / "tree/empty");
  fs::create_directory_symlink(folder / "outside", folder / "tree/a/link");
  fs::create_symlink("nowhere", folder / "tree/dangling");
  REQUIRE(mkfifo((folder / "tree/fifo").c_str(), 0) == 0);

  REQUIRE(remove_tree(folder / "tree"));
  CHECK_FALSE(fs::exists(folder / "tree"));
  CHECK(TempFolder::read(folder / "outside/keep") == "x");
  CHECK(remove_tree(folder / "tree"));
  CHECK(remove_tree(folder / "none/at/all"));

  SECTION("a file is a tree of one") {
    REQUIRE(remove_tree(folder.write("file", "x")));
    CHECK_FALSE(fs::exists(folder / "file"));
  }
  SECTION("a link is removed, not what it points at") {
    fs::create_directory_symlink(folder / "outside", folder / "link");
    REQUIRE(remove_tree(folder / "link"));
    CHECK_FALSE(fs::is_symlink(folder / "link"));
    CHECK(fs::exists(folder / "outside/keep"));
  }
}

TEST_CASE("a tree of any depth is removed") {
  const TempFolder folder;
  fs::create_directory(folder / "tree");
  const int start = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  REQUIRE(start >= 0);
  REQUIRE(chdir((folder / "tree").c_str()) == 0);
  bool made = true;
  for (int depth = 0; depth < 1'000 && made; ++depth)
    made = mkdir("deeper", 0700) == 0 && chdir("deeper") == 0;
  REQUIRE(fchdir(start) == 0);
  close(start);
  REQUIRE(made);
  CHECK(remove_tree(folder / "tree"));
  CHECK_FALSE(fs::exists(folder / "tree"));
}

TEST_CASE("folders of our own that deny everything are removed too") {
  const TempFolder folder;
  folder.write("tree/locked/inner/file", "x");
  fs::create_directories(folder / "tree/locked/empty");
  for (const char* const name : {"tree/locked/inner", "tree/locked/empty", "tree/locked", "tree"}) {
    REQUIRE(lchown((folder / name).c_str(), geteuid() == 0 ? 65534 : geteuid(), -1) == 0);
    fs::permissions(folder / name, fs::perms::none);
  }
  fs::permissions(folder.path(), fs::perms::all);
  const opus_test::OtherUser user;
  const auto removed = remove_tree(folder / "tree");
  CAPTURE(removed ? "" : removed.error().message);
  CHECK(removed);
  CHECK_FALSE(fs::exists(folder / "tree"));
}

TEST_CASE("a tree that may not be removed says so") {
  if (geteuid() != 0) return;  // needs a folder of somebody else
  const TempFolder folder;
  folder.write("tree/locked/file", "x");
  fs::permissions(folder / "tree", fs::perms::none);
  const opus_test::OtherUser user;
  const auto result = remove_tree(folder / "tree");
  CHECK(result.error().code == Errc::unavailable);
  CHECK(contains(result.error().message, "cannot remove '"));
}

TEST_CASE("a copy is a file of its own") {
  const TempFolder folder;
  const std::string content(3'000'000, 'c');
  const auto from = folder.write("from", content);
  fs::permissions(from, fs::perms::owner_read);
  REQUIRE(opus::copy_file(from, folder / "to"));
  CHECK(TempFolder::read(folder / "to") == content);
  CHECK((fs::status(folder / "to").permissions() & fs::perms::owner_write) != fs::perms::none);
  CHECK(fs::hard_link_count(folder / "to") == 1);

  CHECK(opus::copy_file(from, folder / "to").error().code == Errc::conflict);
  CHECK(opus::copy_file(folder / "none", folder / "x").error().code == Errc::not_found);
  CHECK_FALSE(fs::exists(folder / "x"));
  CHECK(opus::copy_file(from, folder / "no/x").error().code == Errc::not_found);
  CHECK(opus::copy_file(folder.path(), folder / "x").error().code == Errc::invalid_argument);
  REQUIRE(opus::copy_file(folder.write("empty", ""), folder / "empty2"));
  CHECK(TempFolder::read(folder / "empty2").empty());
}

TEST_CASE("files that only reading reveals are copied") {
  const TempFolder folder;
  REQUIRE(opus::copy_file("/proc/version", folder / "version"));
  CHECK(TempFolder::read(folder / "version") == TempFolder::read("/proc/version"));
}

TEST_CASE("a copy that finds no room leaves nothing behind") {
  const TempFolder folder;
  const auto from = folder.write("from", std::string(2000, 'x'));
  rlimit old{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &old) == 0);
  const rlimit small{1000, old.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
  const auto result = opus::copy_file(from, folder / "to");
  REQUIRE(setrlimit(RLIMIT_FSIZE, &old) == 0);
  std::signal(SIGXFSZ, handler);
  CHECK(result.error().code == Errc::too_large);
  CHECK_FALSE(fs::exists(folder / "to"));
}

TEST_CASE("a file is moved within and across file systems") {
  const TempFolder folder;
  const auto from = folder.write("from", "content");
  REQUIRE(move_file(from, folder / "to"));
  CHECK_FALSE(fs::exists(from));
  CHECK(TempFolder::read(folder / "to") == "content");

  const TempFolder elsewhere{"/dev/shm"};
  struct stat here {
  }, there{};
  REQUIRE(stat(folder.path().c_str(), &here) == 0);
  REQUIRE(stat(elsewhere.path().c_str(), &there) == 0);
  if (here.st_dev == there.st_dev) WARN("only one file system here");
  REQUIRE(move_file(folder / "to", elsewhere / "to"));
  CHECK_FALSE(fs::exists(folder / "to"));
  CHECK(TempFolder::read(elsewhere / "to") == "content");
  elsewhere.write("old", "old");
  REQUIRE(move_file(elsewhere / "to", elsewhere / "old"));
  CHECK(TempFolder::read(elsewhere / "old") == "content");
  fs::create_directories(folder / "d/x");
  CHECK_FALSE(move_file(elsewhere / "old", folder / "d"));
  CHECK(TempFolder::read(elsewhere / "old") == "content");
  CHECK(entries_in(folder.path()) == 1);

  const auto missing = move_file(folder / "none", folder / "x");
  CHECK(missing.error().code == Errc::not_found);
  CHECK(contains(missing.error().message, "none' to '"));
}
