// SPDX-License-Identifier: Apache-2.0
// A main for the fuzz targets where libFuzzer is not linked: replay [FOLDER OF SEEDS]. The inputs
// are every seed unchanged, truncations of it, copies with a few bytes changed, and noise of many
// lengths; they are the same every time.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "murmur/core/random.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Bytes = std::vector<std::uint8_t>;

std::int64_t inputs = 0;

void feed(const Bytes& bytes) {
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  ++inputs;
}

std::vector<Bytes> read_seeds(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  if (std::filesystem::is_directory(folder)) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      paths.push_back(entry.path());
    }
  }
  std::ranges::sort(paths);
  std::vector<Bytes> seeds;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    seeds.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return seeds;
}

// Characters and numbers that parsers branch on, mixed with plain noise.
std::uint8_t damage(murmur::RandomSequence& random) {
  constexpr std::uint8_t kSpecial[] = {
      0, 1, 127, 128, 255, '"', '[', ']', '{', '}', '=', '\n', '.', '-', 'e', '#'};
  return random.below(2) == 0 ? kSpecial[random.below(std::size(kSpecial))]
                              : static_cast<std::uint8_t>(random.below(256));
}

void feed_damaged(const Bytes& seed, murmur::RandomSequence& random) {
  constexpr std::size_t kCuts = 200;
  for (std::size_t cut = 0; cut < std::min(seed.size(), kCuts); ++cut) {
    const std::size_t length = seed.size() <= kCuts ? cut : random.below(seed.size());
    feed(Bytes(seed.begin(), seed.begin() + static_cast<std::ptrdiff_t>(length)));
  }
  for (int variant = 0; variant < 1000 && !seed.empty(); ++variant) {
    Bytes changed = seed;
    for (std::uint64_t change = 0; change <= random.below(4); ++change) {
      changed[random.below(changed.size())] = damage(random);
    }
    feed(changed);
  }
}

void feed_noise(murmur::RandomSequence& random) {
  for (std::size_t length = 0; length < 500; ++length) {
    Bytes noise(length);
    std::ranges::generate(noise, [&] { return damage(random); });
    feed(noise);
  }
}

}  // namespace

int main(int argc, char** argv) {
  murmur::RandomSequence random(murmur::Random(1, murmur::Stream::kTest));
  const auto seeds = argc > 1 ? read_seeds(argv[1]) : std::vector<Bytes>{};
  for (const Bytes& seed : seeds) {
    feed(seed);
    feed_damaged(seed, random);
  }
  feed_noise(random);
  std::printf("%lld inputs from %zu seeds\n", static_cast<long long>(inputs), seeds.size());
}
