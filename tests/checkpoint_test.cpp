#include "nn/checkpoint.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <chrono>
#include <cmath>
#include <csignal>
#include <random>
#include <thread>
#include <vector>

#include "tensor/io/atomic_file.h"
#include "tests/temporary_folder.h"

using namespace emograd;
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

/// A different checkpoint for every step.
Checkpoint at_step(std::int64_t step, std::int64_t numel = 6) {
  Checkpoint c;
  c.tensors["E.0/W"] = full({2, numel / 2}, static_cast<double>(step));
  c.tensors["adam/m"] = full({numel}, 1.0 / static_cast<double>(step + 3), DType::f64);
  c.tensors["step"] = full({}, static_cast<double>(step), DType::i64);
  c.tensors["mask"] = full({0, 2}, 1, DType::boolean);
  c.state = {
      {"step", step}, {"rng", {{"seed", 18446744073709551615u}, {"offset", step}}}, {"lr", 0.1 / 3}, {"name", "ä"}};
  return c;
}

bool equal(const Checkpoint& a, const Checkpoint& b) {
  if (a.state != b.state || a.tensors.size() != b.tensors.size()) return false;
  for (const auto& [name, t] : a.tensors)
    if (!b.tensors.contains(name) || !bitwise_equal(t, b.tensors.at(name))) return false;
  return true;
}

fs::path tensor_file(const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".safetensors") return entry.path();
  return {};
}

}  // namespace

TEST_CASE("checkpoint: saved, saved over, loaded bit for bit") {
  const TemporaryFolder folder;
  const fs::path dir = folder / "run";
  for (const std::int64_t step : {1, 2, 2, 3}) {
    save_checkpoint(dir, at_step(step));
    CHECK(equal(load_checkpoint(dir), at_step(step)));
    CHECK(std::distance(fs::directory_iterator(dir), {}) == 2);
  }
  save_checkpoint(dir, Checkpoint{});
  CHECK(equal(load_checkpoint(dir), Checkpoint{}));

  write_text(dir / "notes.txt", "mine");
  write_text(dir / "tensors-0123456789abcdef.safetensors", "of a save that was killed");
  write_text(dir / ".emograd-1-0.tmp", "of another");
  save_checkpoint(dir.string() + "/", at_step(4));
  CHECK(equal(load_checkpoint(dir), at_step(4)));
  CHECK(content(dir / "notes.txt") == "mine");
  CHECK(std::distance(fs::directory_iterator(dir), {}) == 3);
}

TEST_CASE("checkpoint: what cannot be saved is refused and the old one stays") {
  const TemporaryFolder folder;
  const fs::path dir = folder / "run";
  save_checkpoint(dir, at_step(1));
  const auto with_state = [](json state) { return Checkpoint{{}, std::move(state)}; };
  CHECK_FILE_ERROR(save_checkpoint(dir, with_state(json::array())), "not a JSON object");
  CHECK_FILE_ERROR(save_checkpoint(dir, with_state({{"loss", {{"best", std::nan("")}}}})),
                   "the value.loss.best is nan");
  CHECK_FILE_ERROR(save_checkpoint(dir, with_state({{"all", {1.0, INFINITY}}})), "the value.all[1] is inf");
  CHECK_FILE_ERROR(save_checkpoint(dir, with_state({{"text", "\xff"}})), "the value.text is not UTF-8");
  CHECK_FILE_ERROR(save_checkpoint(dir, with_state({{"b", json::binary({1})}})), "JSON cannot hold");
  json deep = 1;
  for (int i = 0; i < 100; ++i) deep = json::array({std::move(deep)});
  CHECK_FILE_ERROR(save_checkpoint(dir, with_state({{"deep", deep}})), "nested too deeply");
  CHECK_FILE_ERROR(save_checkpoint(dir, Checkpoint{{{"x", Tensor()}}, json::object()}), "undefined");
  CHECK_FILE_ERROR(save_checkpoint(folder / "no/such", at_step(1)), "the folder cannot be made");
  write_text(folder / "file", "");
  CHECK_FILE_ERROR(save_checkpoint(folder / "file", at_step(1)), "file");
  CHECK(equal(load_checkpoint(dir), at_step(1)));
}

TEST_CASE("checkpoint: where the disk is full, the old one stays, and none is none") {
  const TemporaryFolder folder;
  rlimit limit{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &limit) == 0);
  auto* handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{100000, limit.rlim_max};
  const Checkpoint large = at_step(2, 100000);
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  save_checkpoint(folder / "old", at_step(1));
  const std::string errors[] = {error_of<FileError>([&] { save_checkpoint(folder / "old", large); }),
                                error_of<FileError>([&] { save_checkpoint(folder / "none", large); })};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
  std::signal(SIGXFSZ, handler);
  for (const std::string& error : errors) {
    CHECK(error.find(".safetensors: cannot be written: File too large") != std::string::npos);
    CHECK(error.find("ulimit -f") != std::string::npos);
  }
  CHECK(checkpoint_exists(folder / "old"));
  CHECK(equal(load_checkpoint(folder / "old"), at_step(1)));
  CHECK_FALSE(checkpoint_exists(folder / "none"));
  CHECK(fs::is_empty(folder / "none"));
  CHECK_FALSE(checkpoint_exists(folder / "missing"));
}

TEST_CASE("checkpoint: damage is found and named") {
  const TemporaryFolder folder;
  CHECK_FILE_ERROR(load_checkpoint(folder / "missing"), "No such file or directory");
  CHECK_FILE_ERROR(load_checkpoint(folder.path), "manifest.json: cannot be opened: No such file or directory");
  save_checkpoint(folder.path, at_step(7));
  const fs::path manifest = folder / "manifest.json", tensors = tensor_file(folder.path);
  const std::string good = content(manifest), good_tensors = content(tensors);

  SUBCASE("any byte of the manifest") {
    for (std::size_t i = 0; i < good.size(); ++i)
      for (const int flip : {1, 0x20, 0x80}) {
        std::string bad = good;
        bad[i] = static_cast<char>(bad[i] ^ flip);
        write_text(manifest, bad);
        Checkpoint c;
        if (error_of<FileError>([&] { c = load_checkpoint(folder.path); }).empty()) CHECK(equal(c, at_step(7)));
      }
  }
  SUBCASE("the manifest cut off anywhere") {
    for (std::size_t n = 0; n + 2 < good.size(); n += 7) {
      write_text(manifest, good.substr(0, n));
      CHECK_FILE_ERROR(load_checkpoint(folder.path), "manifest.json: its JSON is damaged");
    }
  }
  SUBCASE("any byte of the tensors") {
    for (std::size_t i = 0; i < good_tensors.size(); i += 5) {
      std::string bad = good_tensors;
      bad[i] = static_cast<char>(bad[i] ^ 4);
      write_text(tensors, bad);
      CHECK_FILE_ERROR(load_checkpoint(folder.path), "is damaged: its checksum is");
    }
    write_text(tensors, good_tensors.substr(0, 50));
    CHECK_FILE_ERROR(load_checkpoint(folder.path), "has 50 bytes; the manifest says");
    fs::remove(tensors);
    CHECK_FILE_ERROR(load_checkpoint(folder.path), ".safetensors: cannot be opened: No such file or directory");
  }
  SUBCASE("another version, another program, another folder") {
    json m = json::parse(good);
    const auto with = [&](const char* key, json value) {
      json changed = m;
      changed[key] = std::move(value);
      write_text(manifest, changed.dump());
      return load_checkpoint(folder.path);
    };
    CHECK_FILE_ERROR(with("version", 2), "is of checkpoint version 2; this build reads version 1");
    CHECK_FILE_ERROR(with("format", "other"), "is not the manifest of an emograd checkpoint");
    CHECK_FILE_ERROR(with("files", json::object()), "exactly one tensor file");
    CHECK_FILE_ERROR(with("files", {{"../../x", {{"bytes", 1}, {"xxhash64", "0123456789abcdef"}}}}), "is not the name");
    CHECK_FILE_ERROR(with("files", {{"x", {{"bytes", -1}, {"xxhash64", 5}}}}), "is no such");
    CHECK_FILE_ERROR(with("files", {{"x", 5}}), "lacks 'bytes'");
    CHECK_FILE_ERROR(with("state", 5), "its state is not an object");
    CHECK_FILE_ERROR(with("state", {{"step", 8}}), "the checksum of its state is wrong");
    m.erase("state");
    CHECK_FILE_ERROR(with("version", 1), "lacks 'state'");
  }
}

TEST_CASE("checkpoint: loads while another process saves") {
  const TemporaryFolder folder;
  save_checkpoint(folder.path, at_step(0));
  const Checkpoint next[] = {at_step(0), at_step(1)};
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    try {
      for (std::size_t i = 0;; ++i) save_checkpoint(folder.path, next[i % 2]);
    } catch (...) { ::_exit(1); }
  }
  int damaged = 0;
  std::string message;
  for (int i = 0; i < 200; ++i) {
    message += error_of<FileError>([&] {
      const Checkpoint found = load_checkpoint(folder.path);
      damaged += !equal(found, next[0]) && !equal(found, next[1]);
    });
  }
  ::kill(child, SIGKILL);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  CHECK(damaged == 0);
  CHECK(message == "");
}

TEST_CASE("checkpoint: killed at any moment of a save, the old or the new one is there") {
  constexpr int kills = 80;
  constexpr std::int64_t numel = 20000;
  const TemporaryFolder folder;
  const fs::path dir = folder / "run";
  save_checkpoint(dir, at_step(0, numel));
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  save_checkpoint(dir, at_step(0, numel));
  const auto one_save = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin).count();

  std::mt19937 random(7);
  std::uniform_int_distribution<std::int64_t> moment(0, 3 * one_save + 100);
  std::int64_t step = 0;  // of the last checkpoint seen
  int advanced = 0;
  for (int i = 0; i < kills; ++i) {
    const Checkpoint next[] = {at_step(step + 1, numel), at_step(step + 2, numel), at_step(step + 3, numel)};
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      try {
        for (const Checkpoint& c : next) save_checkpoint(dir, c);
        ::_exit(0);
      } catch (...) { ::_exit(1); }
    }
    std::this_thread::sleep_for(std::chrono::microseconds(moment(random)));
    ::kill(child, SIGKILL);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE((WIFSIGNALED(status) || WEXITSTATUS(status) == 0));
    const Checkpoint found = load_checkpoint(dir);
    const std::int64_t at = found.state.at("step").get<std::int64_t>();
    REQUIRE(at >= step);
    REQUIRE(at <= step + 3);
    REQUIRE(equal(found, at_step(at, numel)));
    advanced += at > step;
    step = at;
  }
  MESSAGE("kills: ", kills, ", after a new checkpoint: ", advanced, ", one save takes ", one_save, " us");
  CHECK(advanced > 0);
  CHECK(advanced < kills);
  save_checkpoint(dir, at_step(step));
  CHECK(std::distance(fs::directory_iterator(dir), {}) == 2);  // nothing of the killed saves is left
}
