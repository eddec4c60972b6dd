#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "tensor/io/bytes.h"
#include "tensor/tensor.h"

/// NumPy's .npz files: a zip archive whose members are <name>.npy.
/// Source: PKWARE APPNOTE 6.3.10 (zip, zip64), RFC 1951 (deflate), numpy.savez.
namespace emograd {

/// All arrays by name, ".npy" taken off; names may contain "/". Members are stored or deflated, with or without zip64
/// fields. FileError, with `name`, for anything else: encryption, other methods, members that overlap, names that are
/// not UTF-8 or come twice, wrong checksums, a size that is not exactly what the array's own header says. A deflated
/// member is unpacked only as far as its .npy header before that is known, and never beyond it.
std::map<std::string, Tensor> parse_npz(io::Bytes file, const std::string& name);
std::map<std::string, Tensor> read_npz(const std::filesystem::path&);

enum class Compression { stored, deflated };

/// Readable by numpy.load. The same arrays give the same bytes: members lie in the order of their names and carry no
/// time. The old file or the whole new one exists at any time (AtomicFile).
void write_npz(const std::filesystem::path&, const std::map<std::string, Tensor>& arrays,
               Compression = Compression::stored);

}  // namespace emograd
