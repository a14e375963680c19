// SPDX-License-Identifier: Apache-2.0
#include "murmur/timing/faults.h"

#include <algorithm>
#include <limits>

namespace murmur::timing {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

}  // namespace

Faults::Faults(const std::vector<Fault>& faults, int workers) {
  if (faults.empty()) {
    return;
  }
  workers_.resize(static_cast<std::size_t>(workers));
  presence_.resize(static_cast<std::size_t>(workers));
  for (const Fault& fault : faults) {
    const Change change{fault.at_s, fault.gone ? 0 : 1 / fault.slowdown};
    if (fault.worker >= 0) {
      const auto worker = static_cast<std::size_t>(fault.worker);
      add(workers_[worker], change);
      add(presence_[worker], {fault.at_s, fault.gone ? 0.0 : 1.0});
    } else {
      add(links_[{fault.from, fault.to}], change);
    }
  }
}

// Inserts after changes at the same time: of two faults, the later one in the file takes effect.
void Faults::add(History& history, const Change& change) {
  const auto later = std::upper_bound(
      history.begin(), history.end(), change, [](const Change& a, const Change& b) {
        return a.at_s < b.at_s;
      });
  history.insert(later, change);
}

double Faults::finish(std::initializer_list<const History*> histories,
                      double begin_s,
                      double seconds) {
  double now = begin_s;
  double left = seconds;
  while (now < kNever) {
    double rate = 1;
    double next = kNever;
    for (const History* history : histories) {
      double own = 1;
      for (const Change& change : *history) {
        if (change.at_s > now) {
          next = std::min(next, change.at_s);
          break;
        }
        own = change.rate;
      }
      rate = std::min(rate, own);
    }
    if (rate > 0 && now + left / rate <= next) {
      return now + left / rate;
    }
    left -= rate > 0 ? rate * (next - now) : 0;
    now = next;
  }
  return kNever;
}

const Faults::History* Faults::of_link(int from, int to) const {
  static const History kHealthy;
  const auto found = links_.find({from, to});
  return found == links_.end() ? &kHealthy : &found->second;
}

double Faults::computed(int worker, double begin_s, double seconds) const {
  return none() ? begin_s + seconds
                : finish({&workers_[static_cast<std::size_t>(worker)]}, begin_s, seconds);
}

double Faults::present(int worker, double begin_s, double seconds) const {
  return none() ? begin_s + seconds
                : finish({&presence_[static_cast<std::size_t>(worker)]}, begin_s, seconds);
}

double Faults::sent(int from, int to, double begin_s, double seconds) const {
  return none() ? begin_s + seconds
                : finish({of_link(from, to), &presence_[static_cast<std::size_t>(from)]},
                         begin_s,
                         seconds);
}

double Faults::gone_since(const History& history) {
  return !history.empty() && history.back().rate == 0 ? history.back().at_s : kNever;
}

double Faults::worker_gone_since(int worker) const {
  return none() ? kNever : gone_since(presence_[static_cast<std::size_t>(worker)]);
}

double Faults::link_gone_since(int from, int to) const {
  return none() ? kNever : gone_since(*of_link(from, to));
}

}  // namespace murmur::timing
