// SPDX-License-Identifier: Apache-2.0
// Warnings about [cluster]: settings that have no effect on time, links that carry no message,
// faults after the end of the run.
#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "murmur/engine/costs/comm_plan.h"
#include "murmur/engine/costs/timeline.h"
#include "murmur/engine/exchange/group_average.h"
#include "murmur/run/warnings/parts.h"
#include "murmur/run/wiring/wiring.h"

namespace murmur::run {
namespace {

using timing::Cluster;

constexpr std::int64_t kMostSteps = 1000;
constexpr std::int64_t kMostEvents = 1'000'000;  // processed in a fraction of a second

bool limits_bandwidth(const Cluster& cluster) {
  return !cluster.bandwidth_gbit.empty() ||
         std::any_of(cluster.links.begin(), cluster.links.end(), [](const timing::Link& link) {
           return link.bandwidth_gbit.has_value();
         });
}

bool has_latency(const Cluster& cluster) {
  const auto positive = [](double seconds) { return seconds > 0; };
  return std::any_of(cluster.latency_s.begin(), cluster.latency_s.end(), positive) ||
         std::any_of(cluster.links.begin(), cluster.links.end(), [](const timing::Link& link) {
           return link.latency_s.value_or(0) > 0;
         });
}

using Link = std::pair<int, int>;

// Finds which of the given links carry no message.
class IdleLinks {
 public:
  IdleLinks(int workers, std::set<Link> wanted) : workers_(workers), idle_(std::move(wanted)) {}

  const std::set<Link>& idle() const { return idle_; }
  std::int64_t events() const { return events_; }

  void remove_used(const engine::CommEvent& event) {
    if (event.edges != nullptr) {
      remove_used(event.edges->all());
    } else if (event.pairs != nullptr) {
      remove_used(*event.pairs);
    } else if (event.drawn != nullptr) {
      ++events_;  // to a server and back
    } else if (event.kind == engine::CommEvent::Kind::kAverage) {
      const int size = event.group == 0 ? workers_ : event.group;
      for (const comm::WorkerRange& members : engine::groups_of(workers_, size)) {
        remove_used_ring(members);
      }
    } else if (event.kind == engine::CommEvent::Kind::kSequential) {
      remove_used_ring({0, workers_});
    }
  }

 private:
  void remove_used(const std::vector<timing::Edge>& edges) {
    events_ += static_cast<std::int64_t>(edges.size());
    for (const timing::Edge& edge : edges) {
      idle_.erase({edge.from, edge.to});
    }
  }
  void remove_used_ring(const comm::WorkerRange& members) {
    events_ += members.size();
    for (int i = members.begin; i < members.end; ++i) {
      idle_.erase({i, i + 1 == members.end ? members.begin : i + 1});
    }
  }

  int workers_;
  std::int64_t events_ = 0;
  std::set<Link> idle_;
};

std::set<Link> named_links(const Cluster& cluster) {
  std::set<Link> links;
  for (const timing::Link& link : cluster.links) {
    links.emplace(link.from, link.to);
  }
  for (const timing::Fault& fault : cluster.faults) {
    if (fault.worker < 0) {
      links.emplace(fault.from, fault.to);
    }
  }
  return links;
}

void warn_of_idle_links(const WarningSubject& subject,
                        const std::set<Link>& idle,
                        const std::string& over,
                        Found& found) {
  const Cluster& cluster = *subject.config.cluster;
  const auto warn = [&](const std::string& key, int from, int to) {
    if (idle.contains({from, to})) {
      found.add(
          fmt::format("{}: nothing travels from worker {} to worker {} in {}, so this has no "
                      "effect. Name a link that the topology or the outer step uses",
                      key,
                      from,
                      to,
                      over));
    }
  };
  for (const timing::Link& link : cluster.links) {
    warn(fmt::format("cluster.links, from = {}, to = {}", link.from, link.to), link.from, link.to);
  }
  for (const timing::Fault& fault : cluster.faults) {
    if (fault.worker < 0) {
      warn(fmt::format("cluster.fault, link = [{}, {}]", fault.from, fault.to),
           fault.from,
           fault.to);
    }
  }
}

void warn_of_late_faults(const Cluster& cluster, double end_s, Found& found) {
  for (const timing::Fault& fault : cluster.faults) {
    if (fault.at_s >= end_s) {
      found.add(
          fmt::format("cluster.fault, at_s = {:.6g}: the run ends after {:.6g} s of virtual "
                      "time, so this never happens. Let it come earlier",
                      fault.at_s,
                      end_s));
    }
  }
}

}  // namespace

void look_at_cluster(const WarningSubject& subject, Found& found) {
  if (!subject.config.cluster) {
    return;
  }
  const Cluster& cluster = *subject.config.cluster;
  const bool limited = limits_bandwidth(cluster);
  const bool takes_time = limited || has_latency(cluster);
  if (cluster.overlap > 0 && !takes_time) {
    found.add(
        "cluster.overlap has no effect: messages take no time without cluster.bandwidth_gbit and "
        "cluster.latency_s. Set one of them");
  }
  if (cluster.parameters && !limited) {
    found.add(
        "cluster.parameters has no effect on time: messages of any size take none without "
        "cluster.bandwidth_gbit. Set it");
  }
  if (cluster.retry_s > 0 && cluster.loss == 0) {
    found.add(
        fmt::format("cluster.retry_s = {} has no effect: with cluster.loss = 0 no message is lost. "
                    "Set cluster.loss, or leave it out",
                    cluster.retry_s));
  }
  if (cluster.loss > 0 && cluster.retry_s == 0 && !takes_time) {
    found.add(
        fmt::format("cluster.loss = {} has no effect: a message that is lost is sent again at once "
                    "and takes no time. Set cluster.retry_s or cluster.bandwidth_gbit",
                    cluster.loss));
  }
  for (const timing::Link& link : cluster.links) {
    if (!link.bandwidth_gbit && !link.latency_s) {
      found.add(
          fmt::format("cluster.links, from = {}, to = {}: it has neither bandwidth_gbit nor "
                      "latency_s, so it is like every other link. Write one of them",
                      link.from,
                      link.to));
    }
  }
}

template <class S>
void look_at_links(const WarningSubject& subject,
                   const Program<S>& program,
                   const std::shared_ptr<const topology::Topology>& graph,
                   Found& found) {
  const Config& config = subject.config;
  if (!config.cluster || (config.cluster->links.empty() && config.cluster->faults.empty())) {
    return;
  }
  const std::int64_t parameters = subject.extent.parameters;
  engine::CommPlan plan(program,
                        graph,
                        subject.extent.messages.numbers(),
                        make_event_schedule(config, program, graph, parameters),
                        {make_gradient_settings(config),
                         make_participation(config, subject.extent.steps_per_epoch),
                         subject.extent.messages.coded});
  engine::Timeline timeline = make_timeline(config,
                                            program,
                                            graph,
                                            subject.extent.messages,
                                            make_event_schedule(config, program, graph, parameters),
                                            subject.extent.steps_per_epoch);
  IdleLinks idle_links(plan.workers(), named_links(*config.cluster));
  const std::int64_t end = std::min(subject.extent.steps, kMostSteps);
  while (plan.step() < end && idle_links.events() < kMostEvents) {
    const auto events = plan.next();
    // A worker that is gone stops the run, which is reported as an error elsewhere.
    if (!events || !timeline.step()) {
      return;
    }
    for (const engine::CommEvent& event : *events.value()) {
      idle_links.remove_used(event);
    }
  }
  const bool whole = plan.step() == subject.extent.steps;
  if (plan.step() > 0) {
    warn_of_idle_links(subject,
                       idle_links.idle(),
                       whole ? "the run" : fmt::format("its first {}", steps_text(plan.step())),
                       found);
  }
  if (whole && !config.cluster->faults.empty()) {
    warn_of_late_faults(*config.cluster, timeline.virtual_s(), found);
  }
}

template void look_at_links(const WarningSubject&,
                            const Program<float>&,
                            const std::shared_ptr<const topology::Topology>&,
                            Found&);
template void look_at_links(const WarningSubject&,
                            const Program<double>&,
                            const std::shared_ptr<const topology::Topology>&,
                            Found&);

}  // namespace murmur::run
