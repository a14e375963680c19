// SPDX-License-Identifier: Apache-2.0
// The only list of topologies.
#include "murmur/topology/registry.h"

#include <algorithm>

#include "murmur/core/check.h"
#include "murmur/topology/pauses.h"

namespace murmur::topology {
namespace {

std::vector<Registration> listed() {
  std::vector<Registration> all{ring(),
                                torus(),
                                complete(),
                                star(),
                                chain(),
                                grid(),
                                hypercube(),
                                binary_tree(),
                                double_binary_trees(),
                                exponential(),
                                one_peer_exponential(),
                                two_peer_exponential(),
                                exponential_peers(),
                                base_graph(),
                                equi_static(),
                                bipartite_one_peer(),
                                random_matching(),
                                random_ring(),
                                random_regular(),
                                erdos_renyi(),
                                ring_extended(),
                                margulis(),
                                expander(),
                                social(),
                                florentine(),
                                karate(),
                                les_miserables(),
                                dyck(),
                                custom()};
  all.push_back(matcha(all));
  return all;
}

const std::vector<Registration>& registrations() {
  static const std::vector<Registration> kAll = [] {
    std::vector<Registration> all = listed();
    for (Registration& registration : all) {
      registration.info.options.push_back(period_option());
    }
    return all;
  }();
  return kAll;
}

}  // namespace

const std::vector<TopologyInfo>& topologies() {
  static const std::vector<TopologyInfo> kInfos = [] {
    std::vector<TopologyInfo> all;
    for (const Registration& registration : registrations()) {
      all.push_back(registration.info);
    }
    return all;
  }();
  return kInfos;
}

const TopologyInfo* find_topology(std::string_view name) {
  const auto& all = topologies();
  const auto found = std::find_if(
      all.begin(), all.end(), [&](const TopologyInfo& info) { return info.name == name; });
  return found == all.end() ? nullptr : &*found;
}

Result<std::shared_ptr<const Topology>> make_topology(const std::string& name,
                                                      int workers,
                                                      const OptionValues& options,
                                                      std::uint64_t seed) {
  MURMUR_CHECK(workers >= 1, "{} workers", workers);
  const auto& all = registrations();
  const auto registration = std::find_if(
      all.begin(), all.end(), [&](const Registration& f) { return f.info.name == name; });
  MURMUR_CHECK(registration != all.end(), "topology '{}' is not in the table", name);
  TopologyResult made = registration->make({workers, options, seed});
  if (!made) {
    return made;
  }
  return with_pauses(std::move(made).value(), options.integer("period"));
}

}  // namespace murmur::topology
