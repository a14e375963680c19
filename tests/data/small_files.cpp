// SPDX-License-Identifier: Apache-2.0
#include "tests/data/small_files.h"

#include <fstream>
#include <string>

#include <lzma.h>
#include <zlib.h>

#include "murmur/core/check.h"

namespace murmur::data::testing {

void write_file(const std::filesystem::path& path, const Bytes& bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  MURMUR_CHECK(file.good(), "cannot write {}", path.string());
}

Bytes gzip(const Bytes& bytes) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  Bytes out(deflateBound(&stream, bytes.size()) + 64);
  stream.next_in = const_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  MURMUR_CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END, "deflate stopped early");
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

Bytes xz(const Bytes& bytes) {
  Bytes out(lzma_stream_buffer_bound(bytes.size()));
  std::size_t used = 0;
  const lzma_ret code = lzma_easy_buffer_encode(
      1, LZMA_CHECK_CRC64, nullptr, bytes.data(), bytes.size(), out.data(), &used, out.size());
  MURMUR_CHECK(code == LZMA_OK, "lzma's code {}", static_cast<int>(code));
  out.resize(used);
  return out;
}

Bytes make_idx(const std::vector<std::uint32_t>& extents, int modulus) {
  Bytes bytes{0, 0, 8, static_cast<std::uint8_t>(extents.size())};
  std::size_t count = 1;
  for (const std::uint32_t extent : extents) {
    for (const unsigned shift : {24U, 16U, 8U, 0U}) {
      bytes.push_back(static_cast<std::uint8_t>(extent >> shift));
    }
    count *= extent;
  }
  for (std::size_t i = 0; i < count; ++i) {
    bytes.push_back(static_cast<std::uint8_t>(i % static_cast<std::size_t>(modulus)));
  }
  return bytes;
}

Bytes make_cifar(int count, int classes) {
  Bytes bytes;
  for (int i = 0; i < count; ++i) {
    bytes.push_back(static_cast<std::uint8_t>(i % classes));
    for (int p = 0; p < 3072; ++p) {
      bytes.push_back(static_cast<std::uint8_t>(i + p));
    }
  }
  return bytes;
}

void write_idx_dataset(const std::filesystem::path& folder) {
  write_file(folder / "train-images-idx3-ubyte", make_idx({5, 4, 6}));
  write_file(folder / "train-labels-idx1-ubyte", make_idx({5}, 3));
  write_file(folder / "t10k-images-idx3-ubyte", make_idx({3, 4, 6}));
  write_file(folder / "t10k-labels-idx1-ubyte", make_idx({3}, 3));
}

void write_cifar_dataset(const std::filesystem::path& folder) {
  for (int i = 1; i <= 5; ++i) {
    write_file(folder / ("data_batch_" + std::to_string(i) + ".bin"), make_cifar(2));
  }
  write_file(folder / "test_batch.bin", make_cifar(3));
}

}  // namespace murmur::data::testing
