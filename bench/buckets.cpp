// SPDX-License-Identifier: Apache-2.0
// Four processes, one worker each: the cost of an exact average and of a mix on a ring in 300
// buckets and in 10, for the same bytes. Started by mpirun -n 4; a line of JSON per kind and per
// transport.
//
//   bench_buckets [REPEATS]
//
// Processor seconds of all processes together, since there may be fewer cores than processes. The
// two numbers of buckets alternate.
#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "bench/options.h"
#include <fmt/format.h>

#include "murmur/comm/exchange.h"
#include "murmur/comm/host.h"
#include "murmur/comm/launch/launch.h"
#include "murmur/comm/mpi.h"
#include "murmur/engine/exchange/average.h"
#include "murmur/engine/exchange/row_exchange.h"
#include "murmur/threads/pool.h"

namespace {

using murmur::Layout;
using murmur::bench::refuse;
using murmur::bench::take;
using murmur::comm::Transport;
using murmur::engine::Averager;
using murmur::engine::Buckets;
using murmur::engine::Peers;
using murmur::engine::RowExchange;
using murmur::engine::Tags;

constexpr int kProcesses = 4;
constexpr std::size_t kMany = 300;
constexpr std::size_t kFew = 10;
constexpr std::size_t kTensor = 10240;  // floats: 40 KiB, 12 MB in all

double processor_s() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// The sum over all processes.
double sum(Transport& transport, double mine) {
  double all = 0;
  for (const std::string& text :
       take(murmur::comm::exchange_texts(transport, std::to_string(mine)))) {
    all += std::stod(text);
  }
  return all;
}

Layout layout() {
  Layout made(sizeof(float));
  for (std::size_t t = 0; t < kMany; ++t) {
    made.add("tensor" + std::to_string(t), {static_cast<std::int64_t>(kTensor)});
  }
  return made;
}

// All state of one number of buckets.
class Side {
 public:
  Side(Transport& transport, const murmur::comm::Ownership& ownership, std::size_t count)
      : transport_(transport),
        layout_(layout()),
        buckets_(layout_,
                 sizeof(float),
                 {.smallest = kMany / count * kTensor * sizeof(float),
                  .largest = kMany / count * kTensor * sizeof(float)}),
        peers_{&ownership,
               &transport,
               &buckets_,
               take(Tags::make(transport.largest_tag(), buckets_.count()))},
        averager_(peers_, &pool_, {0, kProcesses}),
        exchange_(peers_),
        rows_({2}, layout_.row_size()) {
    if (buckets_.count() != count) {
      refuse(fmt::format("{} buckets, not {}", buckets_.count(), count));
    }
    exchange_.set_graph(
        murmur::topology::make_topology("ring", kProcesses, ring(), 1).value()->at(0));
  }

  // As while gradients are computed: the buckets become ready one after the other.
  void average() {
    averager_.open([this](int) { return rows_.row(0, 0); },
                   rows_.row(0, 1),
                   peers_.tags.pass(0),
                   rows_.memory());
    const double begun = processor_s();
    for (std::size_t b = 0; b < buckets_.count(); ++b) {
      averager_.ready(b);
    }
    ready_s_ += processor_s() - begun;
    take(averager_.finish());
  }
  void mix() {
    exchange_.open(1, peers_.tags.pass(1), rows_.memory());
    for (std::size_t b = 0; b < buckets_.count(); ++b) {
      exchange_.send(transport_.process(), b, [this](std::size_t, int) { return rows_.row(0, 0); });
    }
    for (std::size_t b = 0; b < buckets_.count(); ++b) {
      take(exchange_.wait(b));
    }
    exchange_.close();
  }
  double ready_s() const { return ready_s_; }

 private:
  static murmur::OptionValues ring() {
    for (const auto& info : murmur::topology::topologies()) {
      if (info.name == "ring") {
        return murmur::OptionValues(info.options);
      }
    }
    refuse("no ring");
  }

  Transport& transport_;
  Layout layout_;
  Buckets buckets_;
  Peers peers_;
  murmur::threads::Pool pool_{1};
  Averager<float> averager_;
  RowExchange<float> exchange_;
  murmur::Arena<float> rows_;
  double ready_s_ = 0;
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

template <class Work>
double seconds(Transport& transport, const Work& work) {
  take(murmur::comm::exchange_texts(transport, {}));
  const double begun = processor_s();
  work();
  take(murmur::comm::exchange_texts(transport, {}));
  return sum(transport, processor_s() - begun);
}

void measure(Transport& transport, const std::string& way, int repeats) {
  const auto ownership = murmur::comm::Ownership::even(kProcesses, kProcesses);
  Side many(transport, ownership, kMany);
  Side few(transport, ownership, kFew);
  for (const bool averages : {true, false}) {
    std::vector<double> of_many;
    std::vector<double> of_few;
    for (int k = 0; k < repeats + 2; ++k) {
      const auto run = [&](Side& side) {
        return seconds(transport, [&] { averages ? side.average() : side.mix(); });
      };
      const double one = run(many);
      const double other = run(few);
      if (k >= 2) {
        of_many.push_back(one);
        of_few.push_back(other);
      }
    }
    if (transport.process() == 0) {
      fmt::print(
          "{{\"run\": \"{}, {}\", \"{}_ms\": {:.2f}, \"{}_ms\": {:.2f}, \"ratio\": {:.2f}}}\n",
          averages ? "average" : "mix",
          way,
          kMany,
          1e3 * median(of_many),
          kFew,
          1e3 * median(of_few),
          median(of_many) / median(of_few));
    }
  }
  const double all = sum(transport, many.ready_s());
  if (transport.process() == 0) {
    fmt::print("{{\"run\": \"a finished range, {}\", \"us\": {:.2f}}}\n",
               way,
               1e6 * all / (kProcesses * (repeats + 2) * static_cast<double>(kMany)));
  }
}

}  // namespace

int main(int argc, char** argv) {
  const auto launch = murmur::comm::detect_launch();
  if (!launch || launch.value().processes != kProcesses) {
    refuse("is started by mpirun -n 4");
  }
  const int repeats = argc > 1 ? std::atoi(argv[1]) : 20;
  auto transport = take(murmur::comm::open_mpi(launch.value().library));
  measure(*transport, "messages", repeats);
  transport = take(murmur::comm::share_host(std::move(transport)));
  measure(*transport, "memory shared", repeats);
  return 0;
}
