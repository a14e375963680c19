// SPDX-License-Identifier: Apache-2.0
#include "tests/support/outer_variants.h"

#include <cstdint>

namespace murmur::testing {
namespace {

// Averaging over pairs, triples and all workers, and a step that visits the workers one by one.
void add_special(const std::string& buffers, bool one_model, std::vector<OuterVariant>& all) {
  for (const std::string name : {"average", "easgd"}) {
    const algorithms::OuterStep* outer = algorithms::find_outer_step(name);
    OptionValues options(outer->options);
    options.set("period", std::int64_t{2});
    options.set("buffers", buffers);
    if (name == "average") {
      all.push_back({"levels " + buffers, outer, options, {{1, 2}, {2, 3}, {4, 0}}});
    } else if (!one_model) {
      options.set("order", std::string("round-robin"));
      all.push_back({"round-robin " + buffers, outer, options});
    }
  }
}

}  // namespace

std::vector<OuterVariant> outer_variants(bool one_model) {
  std::vector<OuterVariant> all;
  for (const char* buffers : {"maintain", "reset", "average"}) {
    add_special(buffers, one_model, all);
  }
  const std::vector<std::string> treatments{"maintain", "reset", "average"};
  std::size_t turn = 0;
  for (const algorithms::OuterStep& outer : algorithms::outer_steps()) {
    const auto add = [&](const std::string& buffers, bool exact) {
      OptionValues options(outer.options);
      options.set("period", std::int64_t{3});
      options.set("buffers", buffers);
      options.set("exact_average", exact);
      all.push_back({outer.name + " " + buffers + (exact ? "" : " alone"), &outer, options});
    };
    for (const std::string& buffers : treatments) {
      add(buffers, true);
    }
    add(treatments[turn++ % treatments.size()], false);
  }
  return all;
}

Program<float> with_outer_of(const OuterVariant& variant, const Variant& base) {
  return algorithms::with_outer(base.algorithm->program<float>(base.options),
                                *variant.outer,
                                variant.options,
                                false,
                                variant.levels);
}

}  // namespace murmur::testing
