#include "tensor/io/atomic_file.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <string>

#include "tensor/io/bytes.h"
#include "tests/temporary_folder.h"

using namespace emograd;
namespace fs = std::filesystem;

namespace {}  // namespace

TEST_CASE("atomic file: new, replaced, dropped") {
  const TemporaryFolder folder;
  write_text(folder / "a", "first");
  CHECK(content(folder / "a") == "first");
  {
    AtomicFile file(folder / "a");
    file.write("second");
    CHECK(content(folder / "a") == "first");
    CHECK(folder.entries() == 2);
  }
  CHECK(content(folder / "a") == "first");
  CHECK(folder.entries() == 1);
  AtomicFile file(folder / "a");
  file.write("sec");
  file.write("ond");
  file.commit();
  CHECK(content(folder / "a") == "second");
  CHECK(folder.entries() == 1);
  CHECK_FILE_ERROR(file.write("more"), "is closed");
  CHECK_FILE_ERROR(file.commit(), "is closed");
}

TEST_CASE("atomic file: mode bits of a replaced file, umask for a new one") {
  const TemporaryFolder folder;
  const auto mode = [&](const char* name) { return static_cast<unsigned>(fs::status(folder / name).permissions()); };
  const mode_t before = ::umask(027);
  write_text(folder / "new", "x");
  ::umask(before);
  CHECK(mode("new") == 0640);
  REQUIRE(::chmod((folder / "new").c_str(), 0604) == 0);
  write_text(folder / "new", "y");
  CHECK(mode("new") == 0604);
}

TEST_CASE("atomic file: a symbolic link stays") {
  const TemporaryFolder folder;
  write_text(folder / "target", "old");
  fs::create_symlink("target", folder / "link");
  write_text(folder / "link", "new");
  CHECK(fs::is_symlink(folder / "link"));
  CHECK(content(folder / "target") == "new");

  fs::create_directory(folder / "elsewhere");
  fs::create_symlink("elsewhere/fresh", folder / "to a link");
  fs::create_symlink("to a link", folder / "dangling");
  write_text(folder / "dangling", "first");
  CHECK(fs::is_symlink(folder / "dangling"));
  CHECK(fs::is_symlink(folder / "to a link"));
  CHECK(content(folder / "elsewhere/fresh") == "first");

  fs::create_symlink("circle", folder / "circle");
  CHECK_FILE_ERROR(write_text(folder / "circle", "x"), "links that lead in a circle");
}

TEST_CASE("atomic file: errors name the file and the reason and leave nothing behind") {
  const TemporaryFolder folder;
  CHECK_FILE_ERROR(write_text(folder / "missing/file", "x"), "No such file or directory");
  CHECK_FILE_ERROR(write_text(folder / "missing/file", "x"), (folder / "missing/file").string());
  CHECK_FILE_ERROR(write_text(folder.path, "x"), "it is a directory");
  CHECK_FILE_ERROR(write_text("", "x"), "names no file");
  CHECK_FILE_ERROR(write_text("/dev/full", "x"), "not a regular file");
  CHECK_FILE_ERROR(write_text(folder / std::string(300, 'n'), "x"), "File name too long");
  CHECK(folder.entries() == 0);

  if (::geteuid() != 0) {  // root may write anywhere
    REQUIRE(::chmod(folder.path.c_str(), 0500) == 0);
    CHECK_FILE_ERROR(write_text(folder / "file", "x"), "Permission denied");
    REQUIRE(::chmod(folder.path.c_str(), 0700) == 0);
  }

  // A full disk, as far as a test can have one: the file may not grow beyond 100000 bytes.
  write_text(folder / "file", "old");
  rlimit limit{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &limit) == 0);
  auto* handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{100000, limit.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  const std::string message = error_of<FileError>([&] { write_text(folder / "file", std::string(200000, 'x')); });
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
  std::signal(SIGXFSZ, handler);
  CHECK(message.find("file: cannot be written: File too large") != std::string::npos);
  CHECK(content(folder / "file") == "old");
  CHECK(folder.entries() == 1);
}

TEST_CASE("read_file: errors name the file and the reason") {
  const TemporaryFolder folder;
  CHECK_FILE_ERROR(io::read_file(folder / "missing"), "missing: cannot be opened: No such file or directory");
  CHECK_FILE_ERROR(io::read_file(folder.path), "is a directory");
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK_FILE_ERROR(io::read_file(folder / "pipe"), "not a regular file");
  CHECK_FILE_ERROR(io::read_file("/dev/zero"), "not a regular file");
  write_text(folder / "empty", "");
  CHECK(io::read_file(folder / "empty").size == 0);
  if (::geteuid() != 0) {
    REQUIRE(::chmod((folder / "empty").c_str(), 0) == 0);
    CHECK_FILE_ERROR(io::read_file(folder / "empty"), "Permission denied");
  }
}

TEST_CASE("UTF-8 and text for messages") {
  for (const char* good : {"", "a", "ä", "€", "😀", "\xf4\x8f\xbf\xbf"}) CHECK(io::valid_utf8(good));
  for (const char* bad : {"\x80", "\xc0\x80", "\xc3", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80",
                          "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "a\xe2\x82"})
    CHECK_FALSE(io::valid_utf8(bad));
  CHECK(io::printable("a\n\xff"
                      "ä") == "a\\x0a\\xffä");
  CHECK(io::printable(std::string(200, 'x')).size() < 90);
}
