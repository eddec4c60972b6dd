#include "nn/checkpoint.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>
#include <xxhash.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "tensor/io/atomic_file.h"
#include "tensor/io/safetensors.h"
#include "tensor/io/strict_json.h"

namespace emograd {
namespace fs = std::filesystem;
namespace {

using io::Bytes, io::check_file, io::printable;
using nlohmann::json;

constexpr const char* format_name = "emograd checkpoint";
constexpr int format_version = 1;
constexpr int json_depth = 64;
constexpr std::string_view manifest_name = "manifest.json";
constexpr std::string_view tensors_prefix = "tensors-", tensors_suffix = ".safetensors";

class Hash {
 public:
  Hash() { XXH64_reset(state_.get(), 0); }
  void add(Bytes bytes) { XXH64_update(state_.get(), bytes.data(), bytes.size()); }
  std::string hex() const { return fmt::format("{:016x}", XXH64_digest(state_.get())); }

 private:
  struct Free {
    void operator()(XXH64_state_t* s) const { XXH64_freeState(s); }
  };
  std::unique_ptr<XXH64_state_t, Free> state_{XXH64_createState()};
};

std::string hash_of(Bytes bytes) { return fmt::format("{:016x}", XXH64(bytes.data(), bytes.size(), 0)); }

std::string tensors_name(const std::string& hash) {
  return fmt::format("{}{}{}", tensors_prefix, hash, tensors_suffix);
}

/// Holds the folder for one process at a time; the system lets go of it when the process ends, however it ends.
class FolderLock {
 public:
  FolderLock(const fs::path& folder, int kind) : fd_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    check_file(fd_ >= 0, folder.string(), "is not a folder that can be opened: {}", std::strerror(errno));
    int status;
    do status = ::flock(fd_, kind);
    while (status != 0 && errno == EINTR);
    // Where the file system has no locks, one process at a time is the user's part.
  }
  ~FolderLock() { ::close(fd_); }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int fd_;
};

/// What earlier saves wrote, except `current`.
void remove_leftovers(const fs::path& folder, const std::string& current) {
  remove_files(folder, [&](const std::string& file) {
    const bool tensors = file.starts_with(tensors_prefix) && file.ends_with(tensors_suffix);
    return file != current && (tensors || AtomicFile::is_temporary(file));
  });
}

const json& field(const json& object, const char* key, const std::string& file) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  check_file(object.is_object() && found != object.end(), file, "is damaged: it lacks '{}'", key);
  return *found;
}

}  // namespace

void save_checkpoint(const fs::path& folder, const Checkpoint& checkpoint) {
  const fs::path manifest_path = folder / manifest_name;
  const std::string file = manifest_path.string();
  check_file(checkpoint.state.is_object(), file, "the state to save is not a JSON object");
  const std::string state = io::format_strict_json(checkpoint.state, json_depth - 1, file);

  // The name needs the hash before the first byte is written, hence two passes over the tensors.
  const Safetensors content{checkpoint.tensors, {}};
  const std::string label = (folder / "tensors.safetensors").string();
  Hash hash;
  std::uint64_t bytes = 0;
  io::emit_safetensors(content, label, [&](Bytes piece) { hash.add(piece), bytes += piece.size(); });
  const std::string name = tensors_name(hash.hex());

  std::error_code failure;
  if (fs::create_directory(folder, failure)) {
    const fs::path plain = folder.has_filename() ? folder : folder.parent_path();  // without a slash at the end
    sync_folder(plain.has_parent_path() ? plain.parent_path() : fs::path("."));
  }
  check_file(!failure, folder.string(), "the folder cannot be made: {}", failure.message());
  const FolderLock lock(folder, LOCK_EX);
  AtomicFile tensors(folder / name);
  io::emit_safetensors(content, label, [&](Bytes piece) { tensors.write(piece); });
  tensors.commit();

  const json manifest = {{"format", format_name},
                         {"version", format_version},
                         {"files", {{name, {{"bytes", bytes}, {"xxhash64", hash.hex()}}}}},
                         {"state", checkpoint.state},
                         {"state_xxhash64", hash_of(io::as_bytes(state))}};
  write_file(manifest_path, io::as_bytes(io::format_strict_json(manifest, json_depth, file, 1) + "\n"));
  remove_leftovers(folder, name);
}

bool checkpoint_exists(const fs::path& folder) { return fs::exists(folder / manifest_name); }

Checkpoint load_checkpoint(const fs::path& folder) {
  const FolderLock lock(folder, LOCK_SH);
  const fs::path manifest_path = folder / manifest_name;
  const std::string file = manifest_path.string();
  const io::FileBytes text = io::read_file(manifest_path);
  const json manifest = io::parse_strict_json(io::as_text(text), json_depth, file);
  check_file(field(manifest, "format", file) == format_name, file, "is not the manifest of an emograd checkpoint");
  const json& version = field(manifest, "version", file);
  check_file(version == format_version, file, "is of checkpoint version {}; this build reads version {}",
             printable(version.dump()), format_version);

  const json& files = field(manifest, "files", file);
  check_file(files.is_object() && files.size() == 1, file, "is damaged: it must name exactly one tensor file");
  const std::string name = files.begin().key();
  const json& info = files.begin().value();
  const json& bytes = field(info, "bytes", file);
  const json& hash = field(info, "xxhash64", file);
  check_file(bytes.is_number_unsigned() && hash.is_string(), file, "is damaged: length or checksum of '{}' is no such",
             printable(name));
  const auto& digest = hash.get_ref<const std::string&>();
  // Nothing outside the folder can be named: the name follows from the checksum.
  check_file(digest.size() == 16 && digest.find_first_not_of("0123456789abcdef") == std::string::npos &&
                 name == tensors_name(digest),
             file, "is damaged: '{}' is not the name of a tensor file with checksum '{}'", printable(name),
             printable(digest));
  Checkpoint checkpoint;
  checkpoint.state = field(manifest, "state", file);
  check_file(checkpoint.state.is_object(), file, "is damaged: its state is not an object");
  const std::string state = io::format_strict_json(checkpoint.state, json_depth - 1, file);
  check_file(field(manifest, "state_xxhash64", file) == hash_of(io::as_bytes(state)), file,
             "is damaged: the checksum of its state is wrong");

  const fs::path tensors_path = folder / name;
  const std::string tensors_file = tensors_path.string();
  const io::FileBytes tensors = io::read_file(tensors_path);
  check_file(bytes == tensors.size, tensors_file, "has {} bytes; the manifest says {}", tensors.size,
             bytes.get<std::uint64_t>());
  check_file(hash_of(tensors) == digest, tensors_file, "is damaged: its checksum is {}, the manifest says {}",
             hash_of(tensors), digest);
  checkpoint.tensors = parse_safetensors(tensors, tensors_file).tensors;
  return checkpoint;
}

}  // namespace emograd
