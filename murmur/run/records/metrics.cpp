// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/records/metrics.h"

#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "murmur/files/atomic_file.h"
#include "murmur/run/records/metric_table.h"
#include "murmur/run/text/nesting.h"

namespace murmur::run {
namespace {

using nlohmann::ordered_json;

bool is_head(const std::string& key) {
  return key == "schema" || key == "step" || key == "epoch" || key == "wall_s";
}

MetricsLine line_of(const ordered_json& json) {
  MetricsLine line{.step = json.at("step").get<std::int64_t>(),
                   .epoch = json.at("epoch").get<double>(),
                   .wall_s = json.at("wall_s").get<double>(),
                   .values = {}};
  for (const auto& [key, value] : json.items()) {
    if (!is_head(key)) {
      line.values[key] =
          value.is_number() ? value.get<double>() : std::numeric_limits<double>::quiet_NaN();
    }
  }
  return line;
}

}  // namespace

std::string to_json_line(const MetricsLine& line) {
  ordered_json json{
      {"schema", 1}, {"step", line.step}, {"epoch", line.epoch}, {"wall_s", line.wall_s}};
  for (const auto& [name, value] : line.values) {
    json[name] = number_json(value);
  }
  return json.dump();
}

Result<std::vector<MetricsLine>> read_metrics(const std::filesystem::path& file) {
  std::vector<MetricsLine> lines;
  std::ifstream stream(file);
  std::string text;
  while (std::getline(stream, text)) {
    try {
      lines.push_back(line_of(ordered_json::parse(shallow_json(text))));
    } catch (const nlohmann::json::exception& error) {
      if (stream.peek() == std::ifstream::traits_type::eof()) {
        break;  // the process ended while it wrote its last line
      }
      return Failure{FailureKind::kDamaged,
                     fmt::format("{}, line {}: {}", file.string(), lines.size() + 1, error.what())};
    }
  }
  return lines;
}

Result<MetricsLog> MetricsLog::follow(const std::filesystem::path& file,
                                      std::int64_t last_step,
                                      const Revise& revise) {
  MetricsLog log;
  log.name_ = file.string();
  if (last_step < 0) {
    return log;
  }
  Result<std::vector<MetricsLine>> before = read_metrics(file);
  if (!before) {
    return before.failure();
  }
  for (MetricsLine& line : before.value()) {
    if (line.step <= last_step) {
      if (revise) {
        revise(line);
      }
      log.lines_.push_back(std::move(line));
    }
  }
  return log;
}

Result<MetricsLog> MetricsLog::open(const std::filesystem::path& file,
                                    std::int64_t last_step,
                                    const Revise& revise) {
  Result<MetricsLog> log = follow(file, last_step, revise);
  if (!log) {
    return log;
  }
  std::string kept;
  for (const MetricsLine& line : log.value().lines_) {
    kept += to_json_line(line) + "\n";
  }
  if (const Status written = files::write_file(file, kept); !written) {
    return written.failure();
  }
  log.value().file_.reset(std::fopen(file.c_str(), "ab"));
  if (log.value().file_ == nullptr) {
    return Failure{FailureKind::kIo, fmt::format("{}: {}", file.string(), std::strerror(errno))};
  }
  return log;
}

Status MetricsLog::append(MetricsLine line) {
  if (file_ == nullptr) {
    lines_.push_back(std::move(line));
    return Ok{};
  }
  const std::string text = to_json_line(line) + "\n";
  const bool written = std::fwrite(text.data(), 1, text.size(), file_.get()) == text.size() &&
                       std::fflush(file_.get()) == 0;
  if (!written) {
    return Failure{FailureKind::kIo,
                   fmt::format("{} cannot be written: {}", name_, std::strerror(errno))};
  }
  lines_.push_back(std::move(line));
  return Ok{};
}

std::map<std::string, Best> MetricsLog::best() const {
  std::map<std::string, Best> best;
  for (const MetricsLine& line : lines_) {
    for (const auto& [name, value] : line.values) {
      if (!is_score(name) || !std::isfinite(value)) {
        continue;
      }
      const auto [found, is_new] = best.try_emplace(name, Best{value, line.step});
      const bool better =
          lower_is_better(name) ? value < found->second.value : value > found->second.value;
      if (!is_new && better) {
        found->second = {value, line.step};
      }
    }
  }
  return best;
}

std::string to_csv(const std::vector<MetricsLine>& lines) {
  std::set<std::string> names;
  for (const MetricsLine& line : lines) {
    for (const auto& [name, value] : line.values) {
      names.insert(name);
    }
  }
  std::string text = "step,epoch,wall_s";
  for (const std::string& name : names) {
    text += "," + name;
  }
  text += "\n";
  for (const MetricsLine& line : lines) {
    text += fmt::format("{},{},{}", line.step, line.epoch, line.wall_s);
    for (const std::string& name : names) {
      const auto found = line.values.find(name);
      text += found == line.values.end() ? "," : fmt::format(",{}", found->second);
    }
    text += "\n";
  }
  return text;
}

}  // namespace murmur::run
