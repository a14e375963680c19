// SPDX-License-Identifier: Apache-2.0
// The table of a comparison as text: columns aligned, the best of each column marked.
#pragma once

#include <string>

#include "murmur/run/compare/result.h"
#include "murmur/run/report/page.h"

namespace murmur::run {

// "86.52 ± 0.13", "86.52" for one seed, "diverged", "2 of 3 diverged". Fractions are shown as
// percent, bytes and seconds in one unit for all cells (`shown_unit`).
std::string cell_text(const Comparison& comparison, const Cell& cell);

// "(86.40)", in the same unit; empty if no value was published.
std::string published_text(const Comparison& comparison, std::size_t method, std::size_t setting);

// "%", "GB", "min", "" for plain numbers.
std::string shown_unit(const Comparison& comparison);

// "eval/accuracy_local_mean in %, at the end of the run, mean ± standard deviation over 3 seeds".
std::string caption(const Comparison& comparison);

// "on seed 1 by validation/accuracy_local_mean, at alpha = 1": where and by what values were
// chosen.
std::string tuning_text(const Comparison& comparison);

// The chosen values, laid out like the results: the value alone for a single key, "key = value,
// ..." for several. No rows if nothing was tuned.
NumberTable tuned_table(const Comparison& comparison);

// The caption, the table, the legend of its marks and the tuned values. `bold`: the best values are
// enclosed in the terminal's escape codes.
std::string to_text(const Comparison& comparison, bool bold);

}  // namespace murmur::run
