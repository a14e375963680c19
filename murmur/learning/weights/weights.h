// SPDX-License-Identifier: Apache-2.0
// A model's weights from tensors that are matched by name, as PyTorch writes them.
//
//   prefix   where no name fits, "bert.", "distilbert." or "transformer." is put before all of them
//   types    F64, F32, F16 and BF16 become the type of the row
//   head     of a classification head (fc, classifier, pre_classifier) a tensor that is missing, or
//            is of another number of classes, may stay as it was drawn
//   others   position_ids, attn.bias, attn.masked_bias, num_batches_tracked, cls.*, vocab_* and
//            second names of tied tensors are no parameters; unknown ones are reported
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/core/layout.h"
#include "murmur/models/network.h"

namespace murmur::learning {

// Named tensors.
class WeightsSource {
 public:
  WeightsSource() = default;
  WeightsSource(const WeightsSource&) = delete;
  WeightsSource& operator=(const WeightsSource&) = delete;
  virtual ~WeightsSource() = default;

  virtual std::string place() const = 0;  // for messages: the file
  virtual std::vector<std::string> names() const = 0;
  // REQUIRES: the name is one of names().
  virtual std::vector<std::int64_t> shape(const std::string& name) const = 0;
  // All numbers of a tensor, row-major, converted. kDamaged: its type is no float, or the file has
  // been truncated; kIo.
  virtual Status read(const std::string& name, std::span<float> out) const = 0;
  virtual Status read(const std::string& name, std::span<double> out) const = 0;
};

// A safetensors file. kMissing, kDamaged, kIo.
Result<std::shared_ptr<const WeightsSource>> open_weights(const std::filesystem::path& file);

// A row of a model and one of its buffers, in memory. `place`: for messages.
template <class S>
std::shared_ptr<const WeightsSource> weights_in_memory(std::string place,
                                                       const Layout& layout,
                                                       std::vector<S> row,
                                                       const Layout& buffers,
                                                       std::vector<S> buffer_row);

enum class HeadRule { kMayBeDrawn, kMustFit };

// Where the tensors of a network come from.
struct WeightsMatch {
  std::map<std::string, std::string>
      sources;                       // name of a parameter or buffer -> name in the source
  std::vector<std::string> drawn;    // of the head, which stay as they were drawn
  std::vector<std::string> unknown;  // names in the source that are not known
};

// kMismatch: a tensor is missing or of another shape; the message says which, what the source has
// and what is wanted.
Result<WeightsMatch> match_weights(const WeightsSource& source,
                                   const models::Network& network,
                                   HeadRule rule);

// The warning for the unknown names. REQUIRES: there are some.
std::string unknown_text(const WeightsSource& source, const WeightsMatch& match);

// A network's rows. REQUIRES: they are as models::start() and start_buffers() made them.
template <class S>
struct StartRows {
  std::span<S> parameters;
  std::span<S> buffers;
};

// Writes the tensors of `match` over the rows. Failures as for WeightsSource::read().
template <class S>
Status load_weights(const WeightsSource& source,
                    const WeightsMatch& match,
                    const models::Network& network,
                    const StartRows<S>& rows);

extern template std::shared_ptr<const WeightsSource> weights_in_memory(
    std::string, const Layout&, std::vector<float>, const Layout&, std::vector<float>);
extern template std::shared_ptr<const WeightsSource> weights_in_memory(
    std::string, const Layout&, std::vector<double>, const Layout&, std::vector<double>);
extern template Status load_weights(const WeightsSource&,
                                    const WeightsMatch&,
                                    const models::Network&,
                                    const StartRows<float>&);
extern template Status load_weights(const WeightsSource&,
                                    const WeightsMatch&,
                                    const models::Network&,
                                    const StartRows<double>&);

}  // namespace murmur::learning
