// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/wiring/compression.h"

#include <cmath>

namespace murmur::run {

template <class S>
std::shared_ptr<const codecs::Compression<S>> make_compression(const Config& config,
                                                               const Program<S>& program) {
  if (!config.compression || config.compression->choice.name == "none" || !program.takes_codec()) {
    return nullptr;
  }
  const CompressionConfig& wanted = *config.compression;
  const codecs::Use use = program.contracts() ? codecs::Use::kAsContraction : codecs::Use::kAsIs;
  return std::make_shared<const codecs::Compression<S>>(codecs::Compression<S>{
      .coding = codecs::make_coding<S>(wanted.choice.name, wanted.choice.options, use),
      .min_size = static_cast<std::size_t>(wanted.min_size),
      .start_step = wanted.start_step,
      .seed = config.seed});
}

template <class S>
MessageExtent message_extent(const Config& config,
                             const Program<S>& program,
                             const Layout& layout,
                             const Layout& buffers) {
  MessageExtent extent{.parameters = static_cast<std::int64_t>(layout.parameters()),
                       .buffers = static_cast<std::int64_t>(buffers.parameters())};
  if (config.cluster) {
    extent.parameters = config.cluster->parameters.value_or(extent.parameters);
  }
  const double scale =
      static_cast<double>(extent.parameters) / static_cast<double>(layout.parameters());
  extent.bits = std::llround(scale * static_cast<double>(engine::bytes_of_bits(layout)));
  extent.coded = engine::coded_size(layout, make_compression(config, program), extent.parameters);
  return extent;
}

template std::shared_ptr<const codecs::Compression<float>> make_compression(const Config&,
                                                                            const Program<float>&);
template std::shared_ptr<const codecs::Compression<double>> make_compression(
    const Config&, const Program<double>&);
template MessageExtent message_extent(const Config&,
                                      const Program<float>&,
                                      const Layout&,
                                      const Layout&);
template MessageExtent message_extent(const Config&,
                                      const Program<double>&,
                                      const Layout&,
                                      const Layout&);

}  // namespace murmur::run
