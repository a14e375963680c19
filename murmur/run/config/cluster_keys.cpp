// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/config/cluster_keys.h"

#include <fmt/format.h>

#include "murmur/run/text/option_text.h"

namespace murmur::run {
namespace {

using Keys = std::vector<std::pair<std::string, std::string>>;

std::string list_text(const std::vector<double>& values) {
  return values.size() == 1 ? value_toml(values.front()) : value_toml(values);
}

std::string step_text(const timing::StepTime& step) {
  if (step.distribution.empty()) {
    return list_text(step.seconds);
  }
  const std::string std =
      step.distribution == "exponential" ? "" : ", std = " + value_toml(step.std);
  return fmt::format(
      "{{ distribution = \"{}\", mean = {}{} }}", step.distribution, value_toml(step.mean), std);
}

std::string link_text(const timing::Link& link) {
  std::string text = fmt::format("{{ from = {}, to = {}", link.from, link.to);
  if (link.bandwidth_gbit) {
    text += ", bandwidth_gbit = " + value_toml(*link.bandwidth_gbit);
  }
  if (link.latency_s) {
    text += ", latency_s = " + value_toml(*link.latency_s);
  }
  return text + " }";
}

std::string fault_text(const timing::Fault& fault) {
  const std::string what = fault.worker >= 0 ? fmt::format("worker = {}", fault.worker)
                                             : fmt::format("link = [{}, {}]", fault.from, fault.to);
  const std::string how =
      fault.gone ? std::string("gone = true") : "slowdown = " + value_toml(fault.slowdown);
  return fmt::format("{{ at_s = {}, {}, {} }}", value_toml(fault.at_s), what, how);
}

template <class T, class Text>
void put_list(Keys& keys, const std::string& key, const std::vector<T>& items, const Text& text) {
  std::vector<std::string> texts;
  for (const T& item : items) {
    texts.push_back(text(item));
  }
  if (!texts.empty()) {
    keys.emplace_back(key, fmt::format("[{}]", fmt::join(texts, ", ")));
  }
}

}  // namespace

Keys cluster_keys(const timing::Cluster& cluster) {
  Keys keys;
  if (cluster.step.trace.empty()) {
    keys.emplace_back("step_s", step_text(cluster.step));
  } else {
    keys.emplace_back("trace", value_toml(cluster.step.trace));
  }
  if (!cluster.bandwidth_gbit.empty()) {
    keys.emplace_back("bandwidth_gbit", list_text(cluster.bandwidth_gbit));
  }
  if (!cluster.latency_s.empty()) {
    keys.emplace_back("latency_s", list_text(cluster.latency_s));
  }
  put_list(keys, "links", cluster.links, link_text);
  keys.emplace_back("overlap", value_toml(cluster.overlap));
  if (cluster.parameters) {
    keys.emplace_back("parameters", value_toml(*cluster.parameters));
  }
  keys.emplace_back("loss", value_toml(cluster.loss));
  keys.emplace_back("retry_s", value_toml(cluster.retry_s));
  put_list(keys, "fault", cluster.faults, fault_text);
  return keys;
}

}  // namespace murmur::run
