// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/train/digest.h"

#include <cstdint>
#include <vector>

#include "murmur/files/digest.h"

namespace murmur::run {
namespace {

constexpr std::size_t kHexDigits = 16;  // of a digest

}  // namespace

template <class S>
Result<std::string> digest_of_models(engine::Engine<S>& engine) {
  std::string own;  // of each local worker, in hexadecimal
  const comm::WorkerRange local = engine.local();
  for (int worker = local.begin; worker < local.end; ++worker) {
    own += files::to_hex(files::digest_of_row(engine.layout(), engine.model(worker)));
  }
  const auto texts = engine.collectives().gather_texts(own);
  if (!texts) {
    return texts.failure().in("collecting the digests of all workers");
  }
  std::vector<std::uint64_t> hashes;
  for (const std::string& text : texts.value()) {
    for (std::size_t at = 0; at < text.size(); at += kHexDigits) {
      hashes.push_back(files::from_hex(text.substr(at, kHexDigits)).value_or(0));
    }
  }
  return files::to_hex(files::digest_of_rows(hashes));
}

template Result<std::string> digest_of_models(engine::Engine<float>&);
template Result<std::string> digest_of_models(engine::Engine<double>&);

}  // namespace murmur::run
