// SPDX-License-Identifier: Apache-2.0
#include "murmur/topology/graph.h"

#include <algorithm>
#include <charconv>

#include "murmur/core/check.h"

namespace murmur::topology {
namespace {

using Lists = std::vector<std::vector<int>>;

bool all_reached_from_first(const Lists& next) {
  std::vector<bool> seen(next.size(), false);
  std::vector<int> waiting{0};
  seen[0] = true;
  std::size_t reached = 1;
  while (!waiting.empty()) {
    const auto worker = static_cast<std::size_t>(waiting.back());
    waiting.pop_back();
    for (const int other : next[worker]) {
      if (!seen[static_cast<std::size_t>(other)]) {
        seen[static_cast<std::size_t>(other)] = true;
        ++reached;
        waiting.push_back(other);
      }
    }
  }
  return reached == next.size();
}

}  // namespace

Graph::Graph(int workers) {
  MURMUR_CHECK(workers >= 1, "a graph of {} workers", workers);
  in_.resize(static_cast<std::size_t>(workers));
  loop_.resize(static_cast<std::size_t>(workers), false);
}

std::vector<int> Graph::out_degrees() const {
  std::vector<int> degrees(in_.size(), 0);
  for (const std::vector<int>& row : in_) {
    for (const int from : row) {
      ++degrees[static_cast<std::size_t>(from)];
    }
  }
  return degrees;
}

void Graph::send(int from, int to) {
  MURMUR_CHECK(from >= 0 && from < workers() && to >= 0 && to < workers(),
               "an edge {} -> {} among {} workers",
               from,
               to,
               workers());
  if (from == to) {
    loop_[static_cast<std::size_t>(to)] = true;
    return;
  }
  std::vector<int>& row = in_[static_cast<std::size_t>(to)];
  const auto place = std::lower_bound(row.begin(), row.end(), from);
  if (place == row.end() || *place != from) {
    row.insert(place, from);
  }
}

bool is_strongly_connected(const Graph& graph) {
  Lists senders(static_cast<std::size_t>(graph.workers()));
  Lists receivers(senders.size());
  for (int to = 0; to < graph.workers(); ++to) {
    senders[static_cast<std::size_t>(to)] = graph.in(to);
    for (const int from : graph.in(to)) {
      receivers[static_cast<std::size_t>(from)].push_back(to);
    }
  }
  return all_reached_from_first(senders) && all_reached_from_first(receivers);
}

Graph parse_links(int workers, std::string_view links) {
  Graph graph(workers);
  int from = -1;
  const char* at = links.data();
  const char* const end = at + links.size();
  while (at != end) {
    int number = 0;
    const auto [rest, error] = std::from_chars(at, end, number);
    if (error != std::errc()) {  // a space or a vertical bar
      ++at;
      continue;
    }
    at = rest;
    if (at != end && *at == ':') {
      from = number;
    } else {
      graph.link(from, number);
    }
  }
  return graph;
}

}  // namespace murmur::topology
