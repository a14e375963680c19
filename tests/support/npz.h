// SPDX-License-Identifier: Apache-2.0
// Small .npz and .safetensors files, written byte by byte as numpy.savez, numpy.savez_compressed
// and safetensors write them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include <zlib.h>

namespace murmur::testing {

template <class T>
std::string little_endian(T value) {
  std::string bytes(sizeof(T), '\0');
  std::memcpy(bytes.data(), &value, sizeof(T));
  return bytes;
}

template <class T>
std::string raw(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

// shape: "(3, 4)", as Python writes it.
inline std::string npy(const std::string& descr,
                       const std::string& shape,
                       const std::string& bytes,
                       bool fortran_order = false) {
  std::string text = "{'descr': '" + descr +
                     "', 'fortran_order': " + (fortran_order ? "True" : "False") +
                     ", 'shape': " + shape + ", }";
  text.resize((10 + text.size() + 1 + 63) / 64 * 64 - 11, ' ');
  text += '\n';
  return std::string("\x93NUMPY\x01", 7) + '\0' +
         little_endian(static_cast<std::uint16_t>(text.size())) + text + bytes;
}

inline std::string deflated(const std::string& bytes) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, bytes.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

struct ZipWriting {
  bool deflate = false;
  bool zip64 = false;  // sizes in 64 bits, although small
  std::string comment = {};
};

using NamedBytes = std::vector<std::pair<std::string, std::string>>;

inline std::string zip(const NamedBytes& members, const ZipWriting& how = {}) {
  const auto u16 = [](std::size_t value) {
    return little_endian(static_cast<std::uint16_t>(value));
  };
  const auto u32 = [](std::size_t value) {
    return little_endian(static_cast<std::uint32_t>(value));
  };
  const auto u64 = [](std::size_t value) {
    return little_endian(static_cast<std::uint64_t>(value));
  };
  constexpr std::size_t kElsewhere = 0xffffffffU;
  std::string file;
  std::string directory;
  for (const auto& [name, bytes] : members) {
    const std::string packed = how.deflate ? deflated(bytes) : bytes;
    const std::size_t offset = file.size();
    const std::string begin =
        u16(how.zip64 ? 45 : 20) + u16(0) + u16(how.deflate ? 8 : 0) + u32(0) +
        u32(crc32(
            0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
    const std::string extra =
        how.zip64 ? u16(1) + u16(24) + u64(bytes.size()) + u64(packed.size()) + u64(offset) : "";
    const std::string sizes =
        how.zip64 ? u32(kElsewhere) + u32(kElsewhere) : u32(packed.size()) + u32(bytes.size());
    file +=
        "PK\x03\x04" + begin + sizes + u16(name.size()) + u16(extra.size()) + name + extra + packed;
    directory += "PK\x01\x02" + u16(20) + begin + sizes + u16(name.size()) + u16(extra.size()) +
                 u16(0) + u16(0) + u16(0) + u32(0) + u32(how.zip64 ? kElsewhere : offset) + name +
                 extra;
  }
  const std::size_t at = file.size();
  file += directory;
  if (how.zip64) {
    const std::size_t end = file.size();
    file += "PK\x06\x06" + u64(44) + u16(45) + u16(45) + u32(0) + u32(0) + u64(members.size()) +
            u64(members.size()) + u64(directory.size()) + u64(at);
    file += "PK\x06\x07" + u32(0) + u64(end) + u32(1);
  }
  file += "PK\x05\x06" + u16(0) + u16(0) + u16(members.size()) + u16(members.size()) +
          u32(how.zip64 ? kElsewhere : directory.size()) + u32(how.zip64 ? kElsewhere : at) +
          u16(how.comment.size()) + how.comment;
  return file;
}

// Arrays by their names, each as npy() gives it.
inline std::string npz(NamedBytes arrays, const ZipWriting& how = {}) {
  for (auto& [name, bytes] : arrays) {
    name += ".npy";
  }
  return zip(arrays, how);
}

struct SmallTensor {
  std::string name;
  std::string dtype;  // "F32"
  std::string shape;  // "[3, 4]"
  std::string bytes;
};

inline std::string safetensors(const std::vector<SmallTensor>& tensors) {
  std::string header;
  std::string data;
  for (const SmallTensor& tensor : tensors) {
    const std::string begin = std::to_string(data.size());
    data += tensor.bytes;
    header += (header.empty() ? "{\"" : ",\"") + tensor.name + R"(":{"dtype":")" + tensor.dtype +
              R"(","shape":)" + tensor.shape + R"(,"data_offsets":[)" + begin + "," +
              std::to_string(data.size()) + "]}";
  }
  header += "}";
  return little_endian(static_cast<std::uint64_t>(header.size())) + header + data;
}

}  // namespace murmur::testing
