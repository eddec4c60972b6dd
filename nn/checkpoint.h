#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "tensor/tensor.h"

namespace emograd {

/// Everything a run needs to go on as if it had never stopped.
struct Checkpoint {
  std::map<std::string, Tensor> tensors;            // parameters, optimiser moments, running statistics
  nlohmann::json state = nlohmann::json::object();  // counters, random seed and offset, configuration; an object
};

/// A checkpoint is a folder of two files: `tensors-<xxhash64>.safetensors`, and `manifest.json` with the format
/// version, the state and the length and checksum of each. The folder is made where it is missing (its parent must
/// exist).
///
/// Saving over a checkpoint leaves the old or the new one, complete, whenever the process is killed or the machine
/// stops: the tensor file is new under a name of its own, the manifest then replaces the old one in a single rename,
/// and only then is what it no longer names removed, leftovers of killed saves included. Other files in the folder are
/// left alone, but for temporary ones (AtomicFile::is_temporary): nobody else may be writing there. Saves and loads of
/// one folder wait for each other (flock). FileError where it cannot be written or the state holds what JSON cannot,
/// e.g. NaN.
void save_checkpoint(const std::filesystem::path& folder, const Checkpoint&);

/// Has a save into this folder ever been completed? One that fails, or is killed, may leave the folder without one.
bool checkpoint_exists(const std::filesystem::path& folder);

/// The checkpoint, bit for bit. FileError where it is missing, damaged (every byte is covered by a checksum) or of
/// another version.
Checkpoint load_checkpoint(const std::filesystem::path& folder);

}  // namespace emograd
