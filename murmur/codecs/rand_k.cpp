// SPDX-License-Identifier: Apache-2.0
// k = max(1, floor(ratio d)) entries without replacement, a function of (seed, step, tensor): the
// same on all workers, so their payloads add up and no index travels.
//
//   payload: the k values, in the order of their entries
//
// As a contraction delta = k / d; `scaled` by d / k it is unbiased.
#include <vector>

#include "murmur/codecs/registry.h"

namespace murmur::codecs {
namespace {

// Floyd's sample of `count` from `size`, ascending, in time proportional to `count` and a look at
// every entry.
template <class Visit>
void for_each_chosen(std::size_t size, std::size_t count, const Draws& draws, const Visit& visit) {
  thread_local std::vector<bool> chosen;
  chosen.assign(size, false);
  const Random random = draws.common();
  for (std::size_t last = size - count; last < size; ++last) {
    const auto entry = static_cast<std::size_t>(random.below(draws.index(last), last + 1));
    chosen[chosen[entry] ? last : entry] = true;
  }
  std::size_t place = 0;
  for (std::size_t k = 0; k < size; ++k) {
    if (chosen[k]) {
      visit(place++, k);
    }
  }
}

template <class S>
class RandK : public Codec<S> {
 public:
  RandK(const OptionValues& options, Use use)
      : ratio_(options.number("ratio")), scaled_(options.flag("scaled") && use == Use::kAsIs) {}

  std::size_t payload_bytes(std::size_t size) const override {
    return share_of(size, ratio_) * sizeof(S);
  }
  bool adds_up() const override { return true; }

  void encode(std::span<const S> values,
              const Draws& draws,
              std::span<std::byte> payload) const override {
    for_each_chosen(
        values.size(),
        share_of(values.size(), ratio_),
        draws,
        [&](std::size_t place, std::size_t k) { put(payload.data(), place, values[k]); });
  }

  void decode_add(std::span<const std::byte> payload,
                  const Draws& draws,
                  S weight,
                  std::span<S> values) const override {
    const std::size_t count = share_of(values.size(), ratio_);
    const double scale =
        scaled_ ? static_cast<double>(values.size()) / static_cast<double>(count) : 1;
    const S factor = weight * static_cast<S>(scale);
    for_each_chosen(values.size(), count, draws, [&](std::size_t place, std::size_t k) {
      values[k] += factor * get<S>(payload.data(), place);
    });
  }

 private:
  double ratio_;
  bool scaled_;
};

}  // namespace

Registration rand_k() {
  return {.info = {.name = "rand-k",
                   .summary = "entries drawn at random, the same on all workers",
                   .paper = "Stich, Cordonnier, Jaggi: Sparsified SGD with memory, NeurIPS 2018",
                   .options = {ratio_option(),
                               {.name = "scaled",
                                .help = "times d / k, which makes it unbiased; not for public "
                                        "copies and memories",
                                .fallback = false}}},
          .make = maker_of<RandK>()};
}

}  // namespace murmur::codecs
