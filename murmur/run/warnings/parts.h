// SPDX-License-Identifier: Apache-2.0
// The parts of warnings_of(): each checks some tables of a configuration and adds its warnings.
#pragma once

#include <string>
#include <vector>

#include "murmur/run/warnings/warnings.h"

namespace murmur::run {

class Found {
 public:
  void add(std::string text) { warnings_.push_back({std::move(text)}); }
  void add_unused(const std::string& key, std::string text) {
    warnings_.push_back({std::move(text), key});
  }
  const std::vector<Warning>& warnings() const { return warnings_; }

 private:
  std::vector<Warning> warnings_;
};

// The properties of a program that warnings depend on.
struct ProgramFacts {
  bool mixes = false;         // with neighbors
  bool communicates = false;  // in any way
  bool one_model = false;
  bool keeps_decoded = false;  // in public copies or memories
  bool contracts = false;      // so that codecs must contract
};

struct WarningSubject {
  const Config& config;
  const RunExtent& extent;
  const topology::Topology& graph;
  ProgramFacts program;
};

void look_at_data(const WarningSubject& subject, Found& found);
void look_at_evaluation(const WarningSubject& subject, Found& found);
void look_at_schedule(const WarningSubject& subject, Found& found);
void look_at_topology(const WarningSubject& subject, Found& found);
void look_at_algorithm(const WarningSubject& subject, Found& found);
void look_at_factors(const WarningSubject& subject, Found& found);
void look_at_participation(const WarningSubject& subject, Found& found);
void look_at_compression(const WarningSubject& subject, Found& found);
void look_at_stability(const WarningSubject& subject, Found& found);
void look_at_outer(const WarningSubject& subject, Found& found);
void look_at_cluster(const WarningSubject& subject, Found& found);

// Links and faults of a described cluster that have no effect, found by simulating the first steps.
template <class S>
void look_at_links(const WarningSubject& subject,
                   const Program<S>& program,
                   const std::shared_ptr<const topology::Topology>& graph,
                   Found& found);

// Whether the file or an overriding layer contains that key or table.
bool is_written(const Config& config, const std::string& path);

// "100 steps", "1 step".
std::string steps_text(std::int64_t steps);
// "schedule.warmup_epochs" or "schedule.warmup_steps" for the prefix "schedule.warmup_".
std::string key_of(const std::string& prefix, const Span& span);
// The same with its value: "schedule.warmup_epochs = 0.5".
std::string setting_of(const std::string& prefix, const Span& span);

}  // namespace murmur::run
