// SPDX-License-Identifier: Apache-2.0
// Every algorithm against the known answers of golden_vectors.h, and a check that these answers
// detect a kernel that is wrong by one percent.
#include <algorithm>
#include <cmath>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "murmur/problems/analytic.h"
#include "tests/oracles/golden_vectors.h"
#include "tests/support/outer.h"

namespace murmur::testing {
namespace {

constexpr int kWorkers = 4;
constexpr double kRoundedTo = 6e-10;
constexpr std::string_view kSlowmo = "slowmo ";

std::unique_ptr<problems::Problem<double>> golden_problem() {
  OptionValues options;
  for (const problems::ProblemInfo& info : problems::problems()) {
    if (info.name == "quadratic") {
      options = OptionValues(info.options);
    }
  }
  options.set("curvature", Table{{1.0, 2.0}, {1.5, 1.75}, {2.0, 1.5}, {2.5, 1.25}});
  options.set("center", Table{{0.0, 0.0}, {1.0, -0.5}, {2.0, -1.0}, {3.0, -1.5}});
  options.set("start", Table{{1.0, -1.0}});
  return problems::make_problem<double>("quadratic", kWorkers, options, 1).value();
}

// Variants that are a word for one option; whether this is one.
bool set_by_word(const GoldenVector& golden, OptionValues& options) {
  if (golden.variant == "nesterov") {
    options.set("nesterov", true);
  } else if (golden.variant == "zero") {
    options.set("start", std::string("zero"));
  } else if (golden.variant == "sent") {
    options.set("first_tracker", std::string("sent"));
  } else if (golden.variant == "updates") {
    options.set("relay", std::string("updates"));
  } else if (golden.variant == "own" || golden.variant == "counts") {
    options.set("normalization", std::string(golden.variant));
  } else if (golden.variant == "rounds") {
    options.set("period", std::int64_t{2});
    if (options.has("round_rate")) {
      options.set("round_rate", 0.8);
    }
  } else {
    return false;
  }
  return true;
}

OptionValues options_of(const GoldenVector& golden, const algorithms::Algorithm& algorithm) {
  OptionValues options(algorithm.options);
  if (golden.algorithm == "relay-sgd" || golden.algorithm == "gut") {
    options.set("momentum", golden.algorithm == "gut" ? 0.5 : 0.9);
  }
  if (set_by_word(golden, options)) {
    return options;
  }
  if (golden.algorithm == "qg-dadam") {
    options.set("version", std::string(golden.variant));
  } else if (golden.algorithm == "choco-sgd") {
    options.set("momentum", 0.9);
    options.set("order", std::string(golden.variant.empty() ? "mix-first" : golden.variant));
  } else if (golden.algorithm == "ngc") {
    options.set("data_share", golden.variant.empty() ? 0.0 : 0.5);
  } else if (!golden.variant.empty() && !golden.variant.starts_with(kSlowmo)) {
    options.set("buffer_period", std::int64_t{2});
    options.set("buffer_phase", std::string(golden.variant));
  }
  if (golden.algorithm == "allreduce-sgd") {
    options.set("momentum", 0.9);
    options.set("nesterov", true);
  }
  return options;
}

Program<double> program_of(const GoldenVector& golden, const algorithms::Algorithm& algorithm) {
  Program<double> program = algorithm.program<double>(options_of(golden, algorithm));
  if (!golden.variant.starts_with(kSlowmo)) {
    return program;
  }
  const std::string phase(golden.variant.substr(kSlowmo.size()));
  return with_outer_of(
      "slowmo", every(2, {{"momentum", 0.5}, {"phase", phase}}), std::move(program));
}

RunSpec<double> spec_of(const GoldenVector& golden) {
  const algorithms::Algorithm* algorithm = algorithms::find_algorithm(golden.algorithm);
  MURMUR_CHECK(algorithm != nullptr, "{}", golden.algorithm);
  RunSpec<double> spec{.program = program_of(golden, *algorithm),
                       .topology = topology_of("ring", kWorkers),
                       .problem = golden_problem,
                       .rates = {},
                       .weight_decay = 0.01};
  for (int step = 0; step < golden.step; ++step) {
    spec.rates.push_back(step < 5 ? 0.1 : 0.01);
  }
  return spec;
}

// Largest difference to the known answer.
double error_of(const GoldenVector& golden, const RunSpec<double>& spec) {
  Solo<double> solo(spec);
  for (const double rate : spec.rates) {
    MURMUR_CHECK(static_cast<bool>(solo.engine->step(rate)), "a round failed");
  }
  std::array<double, 2> mean{};
  for (int worker = 0; worker < kWorkers; ++worker) {
    mean[0] += solo.engine->model(worker)[0] / kWorkers;
    mean[1] += solo.engine->model(worker)[1] / kWorkers;
  }
  double error = 0;
  for (std::size_t k = 0; k < 2; ++k) {
    error = std::max(error, std::abs(solo.engine->model(0)[k] - golden.worker0[k]));
    error = std::max(error, std::abs(mean[k] - golden.mean[k]));
  }
  return error;
}

TEST(GoldenVectors, AreMetByEveryAlgorithm) {
  for (const GoldenVector& golden : kGoldenVectors) {
    EXPECT_LT(error_of(golden, spec_of(golden)), kRoundedTo)
        << golden.algorithm << " " << golden.variant << " t = " << golden.step;
  }
}

TEST(GoldenVectors, CoverEveryAlgorithmThatCommunicates) {
  std::set<std::string_view> covered;
  for (const GoldenVector& golden : kGoldenVectors) {
    covered.insert(golden.algorithm);
  }
  for (const algorithms::Algorithm& algorithm : algorithms::algorithms()) {
    const Program<double> program = algorithm.program<double>(OptionValues(algorithm.options));
    const bool published =
        !program.numerator() && !program.is_asynchronous() && program.name != "dsgdm-gt";
    if (program.mixes() && published) {
      EXPECT_TRUE(covered.contains(algorithm.name)) << algorithm.name;
    }
  }
}

// The program with one stage's kernel off by one percent of its change to one field.
struct Spoiled {
  Kernel<double> kernel;
  std::shared_ptr<const void> options;
  std::size_t field;  // in the kernel's numbering
};

void run_spoiled(double* const* fields,
                 const double* gradient,
                 std::size_t count,
                 const Round<double>& round,
                 const void* options) {
  const auto* spoiled = static_cast<const Spoiled*>(options);
  double* const field = fields[spoiled->field];
  const std::vector<double> before(field, field + count);
  spoiled->kernel(fields, gradient, count, round, spoiled->options.get());
  for (std::size_t c = 0; c < count; ++c) {
    field[c] += 0.01 * (field[c] - before[c]);
  }
}

TEST(GoldenVectors, NoticeEveryKernelThatIsWrongByOnePercent) {
  for (const GoldenVector& golden : kGoldenVectors) {
    if (golden.step != 10) {
      continue;
    }
    const RunSpec<double> right = spec_of(golden);
    for (std::size_t k = 0; k < right.program.round.size(); ++k) {
      const BoundKernel<double>* const kernel = right.program.round[k].kernel();
      const std::size_t fields =
          kernel == nullptr || kernel->apply == nullptr ? 0 : kernel->binds.size();
      for (std::size_t f = 0; f < fields; ++f) {
        if ((kernel->writes & field_bit(kernel->binds[f])) == 0) {
          continue;
        }
        RunSpec<double> wrong = right;
        BoundKernel<double>& spoiled = *wrong.program.round[k].kernel();
        spoiled.apply = run_spoiled;
        spoiled.options = std::make_shared<Spoiled>(Spoiled{kernel->apply, kernel->options, f});
        EXPECT_GT(error_of(golden, wrong), kRoundedTo)
            << golden.algorithm << " " << golden.variant << " stage " << k << " field "
            << right.program.fields[kernel->binds[f]].name;
      }
    }
  }
}

}  // namespace
}  // namespace murmur::testing
