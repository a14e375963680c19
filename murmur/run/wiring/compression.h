// SPDX-License-Identifier: Apache-2.0
// The codec that a configuration names, and how large messages are with it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "murmur/codecs/compression.h"
#include "murmur/core/layout.h"
#include "murmur/core/program.h"
#include "murmur/engine/ways/coded_size.h"
#include "murmur/engine/ways/costs.h"
#include "murmur/run/config/config.h"

namespace murmur::run {

// Null: messages are whole.
template <class S>
std::shared_ptr<const codecs::Compression<S>> make_compression(const Config& config,
                                                               const Program<S>& program);

// The sizes of messages, for plans.
struct MessageExtent {
  std::int64_t parameters = 0;  // of the model, or of the one that [cluster] names
  std::int64_t buffers = 0;     // of the model
  std::int64_t bits = 0;        // bytes of a bit per parameter
  engine::CodedSize coded = {};

  engine::RowNumbers numbers() const {
    return engine::RowNumbers(std::array<std::int64_t, kFieldLayouts>{parameters, buffers, 0})
        .with_bits(bits);
  }
};

// `layout`: of the model; `buffers`: of its buffers.
template <class S>
MessageExtent message_extent(const Config& config,
                             const Program<S>& program,
                             const Layout& layout,
                             const Layout& buffers);

}  // namespace murmur::run
