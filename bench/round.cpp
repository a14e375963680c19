// SPDX-License-Identifier: Apache-2.0
// Everything in a round but the gradient, against the copy bandwidth of the same machine on a
// working set of the same size, measured in the same run; and the outer step of slow momentum: a
// round with it minus the same round without it. Limit: 70 % of the copy bandwidth.
//
//   bench_round [workers] [parameters] [threads]
//
// Bytes of a pass are what its kernels must load and store, where a row that a pass touches twice
// counts once; a gradient row is read once, and a field kept once for all workers counts in
// proportion. The copy's bytes are one load and one store per coordinate.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "murmur/algorithms/algorithm.h"
#include "murmur/algorithms/outer/outer.h"
#include "murmur/engine/engine.h"

namespace {

using murmur::AverageStage;
using murmur::CoordinateRange;
using murmur::field_bit;
using murmur::FieldKind;
using murmur::GradientStage;
using murmur::Layout;
using murmur::LocalStage;
using murmur::OptionValues;
using murmur::Program;
using murmur::Stage;

constexpr double kLimit = 0.70;
constexpr int kRepeats = 15;

// Costs nothing: leaves the gradient row as it is.
class FreeGradient : public murmur::problems::Problem<float> {
 public:
  FreeGradient(int workers, std::int64_t parameters) : workers_(workers), layout_(sizeof(float)) {
    layout_.add("x", {parameters});
  }
  int workers() const override { return workers_; }
  const Layout& layout() const override { return layout_; }
  void prepare(int /*threads*/) override {}
  void start(int /*worker*/, std::span<float> row) const override {
    std::fill(row.begin(), row.end(), 1.0F);
  }
  void gradients(std::span<murmur::problems::GradientJob<float>> /*jobs*/,
                 int /*thread*/,
                 const murmur::problems::RangeReady& /*ready*/) override {}
  double loss(int /*worker*/,
              const murmur::problems::Model<float>& /*model*/,
              int /*thread*/) override {
    return 0;
  }

 private:
  int workers_;
  Layout layout_;
};

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

template <class Work>
double median_seconds(const Work& work) {
  work();
  std::vector<double> times;
  for (int k = 0; k < kRepeats; ++k) {
    const double start = now();
    work();
    times.push_back(now() - start);
  }
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

// Loads and stores per worker and coordinate in a round.
double touches(const Program<float>& program, int workers) {
  double count = 0;
  std::uint64_t loaded = 0;
  std::uint64_t stored = 0;
  const auto flush = [&] {
    for (std::size_t f = 0; f < program.fields.size(); ++f) {
      const auto times = static_cast<double>(((loaded >> f) & 1U) + ((stored >> f) & 1U));
      count += program.fields[f].shared ? times / workers : times;
    }
    loaded = stored = 0;
  };
  for (const Stage<float>& stage : program.round) {
    if (!stage.is<LocalStage<float>>()) {
      flush();
    }
    count += stage.is<GradientStage<float>>() ? 1 : 0;
    if (const auto* const average = stage.as<AverageStage>()) {
      loaded |= field_bit(average->field);
      stored |= field_bit(average->into);
    } else if (stage.kernel() == nullptr) {
      loaded |= stage.touched();
      stored |= stage.touched();
    } else {
      // What an earlier stage of the pass loaded or stored is in cache.
      loaded |= stage.kernel()->reads & ~stored;
      stored |= stage.kernel()->writes;
    }
  }
  flush();
  return count;
}

double copy_bandwidth(std::size_t bytes, murmur::threads::Pool& pool) {
  const std::size_t half = bytes / 2 / sizeof(float);
  const std::vector<float> from(half, 1.0F);
  std::vector<float> to(half, 0.0F);
  const std::size_t block = 4096;
  const double seconds = median_seconds([&] {
    pool.run((half + block - 1) / block, [&](std::size_t index, int /*thread*/) {
      const std::size_t begin = index * block;
      std::memcpy(
          to.data() + begin, from.data() + begin, std::min(block, half - begin) * sizeof(float));
    });
  });
  return 2.0 * static_cast<double>(half * sizeof(float)) / seconds;
}

struct Setting {
  int workers = 16;
  std::int64_t parameters = 101770;
  int threads = 1;
};

Program<float> program_of(const char* name) {
  const murmur::algorithms::Algorithm* algorithm = murmur::algorithms::find_algorithm(name);
  return algorithm->program<float>(OptionValues(algorithm->options));
}

Program<float> with_slowmo(Program<float> base) {
  const murmur::algorithms::OuterStep* slowmo = murmur::algorithms::find_outer_step("slowmo");
  OptionValues values(slowmo->options);
  values.set("period", std::int64_t{1});
  return murmur::algorithms::with_outer(std::move(base), *slowmo, values, false);
}

struct Measured {
  double bytes = 0;
  double seconds = 0;
  double copy = 0;  // bytes per second
};

Measured measure(const Program<float>& program, const Setting& setting) {
  const murmur::topology::TopologyInfo& ring = murmur::topology::topologies().front();
  FreeGradient problem(setting.workers, setting.parameters);
  murmur::threads::Pool pool(setting.threads);
  murmur::engine::Engine<float> engine(
      {.program = program,
       .topology =
           murmur::topology::make_topology("ring", setting.workers, OptionValues(ring.options), 1)
               .value(),
       .problem = &problem,
       .pool = &pool,
       .ownership = murmur::comm::Ownership({setting.workers})});
  return {.bytes = touches(program, setting.workers) * static_cast<double>(setting.workers) *
                   static_cast<double>(setting.parameters) * sizeof(float),
          .seconds = median_seconds([&] { (void)engine.step(0.1); }),
          .copy = copy_bandwidth(engine.state_bytes(), pool)};
}

bool report(const char* name, const Setting& setting, const Measured& measured) {
  const double share = measured.bytes / measured.seconds / measured.copy;
  std::printf(
      "%-14s %2d thread(s) %8.1f us per round %7.1f GB/s   copy %7.1f GB/s   %5.2f of it"
      " (limit %.2f) %s\n",
      name,
      setting.threads,
      measured.seconds * 1e6,
      measured.bytes / measured.seconds / 1e9,
      measured.copy / 1e9,
      share,
      kLimit,
      share >= kLimit ? "met" : "MISSED");
  return share >= kLimit;
}

bool report_outer_step(const Setting& setting) {
  const Measured base = measure(program_of("sgd"), setting);
  Measured both = measure(with_slowmo(program_of("sgd")), setting);
  both.bytes -= base.bytes;
  both.seconds -= base.seconds;
  return report("slowmo alone", setting, both);
}

}  // namespace

int main(int argc, char** argv) {
  Setting setting;
  if (argc > 1) {
    setting.workers = std::atoi(argv[1]);
  }
  if (argc > 2) {
    setting.parameters = std::atoll(argv[2]);
  }
  bool met = true;
  for (const int threads : {1, 2}) {
    setting.threads = argc > 3 ? std::atoi(argv[3]) : threads;
    for (const char* name : {"dsgd", "dsgdm-n", "qg-dsgdm-n", "dsgd-gt", "d2-plus", "dadam"}) {
      met = report(name, setting, measure(program_of(name), setting)) && met;
    }
    met = report_outer_step(setting) && met;
  }
  return met ? 0 : 1;
}
