// SPDX-License-Identifier: Apache-2.0
#include "murmur/checkpoint/manifest.h"

#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "murmur/files/digest.h"

namespace murmur::checkpoint {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t kSchema = 1;
constexpr int kMostDepth = 4;
constexpr int kMostWorkers = 1 << 24;
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

// Reads the members of an object, each with its type and range; keeps the first problem found.
class Members {
 public:
  Members(const Json& object, std::string& problem) : object_(object), problem_(problem) {
    if (!object.is_object()) {
      note("an object is missing");
    }
  }

  const Json& value(const std::string& name) {
    static const Json kNothing;
    if (!object_.is_object() || !object_.contains(name)) {
      note(fmt::format("'{}' is missing", name));
      return kNothing;
    }
    return object_.at(name);
  }
  std::int64_t integer(const std::string& name, std::int64_t most = kMost) {
    const Json& number = value(name);
    if (!number.is_number_unsigned() || number.get<std::uint64_t>() > std::uint64_t(most)) {
      note(fmt::format("'{}' is no integer between 0 and {}", name, most));
      return 0;
    }
    return number.get<std::int64_t>();
  }
  double number(const std::string& name) {
    const Json& number = value(name);
    if (!number.is_number()) {
      note(fmt::format("'{}' is no number", name));
      return 0;
    }
    return number.get<double>();
  }
  std::string text(const std::string& name) {
    const Json& text = value(name);
    if (!text.is_string()) {
      note(fmt::format("'{}' is no text", name));
      return {};
    }
    return text.get<std::string>();
  }
  std::uint64_t digest(const std::string& name) {
    const std::optional<std::uint64_t> digest = files::from_hex(text(name));
    if (!digest) {
      note(fmt::format("'{}' is no digest", name));
    }
    return digest.value_or(0);
  }
  void note(std::string problem) {
    if (problem_.empty()) {
      problem_ = std::move(problem);
    }
  }

 private:
  const Json& object_;
  std::string& problem_;
};

Json json_of(const CheckpointFile& file) {
  return {{"name", file.name}, {"bytes", file.bytes}, {"digest", files::to_hex(file.digest)}};
}

CheckpointFile file_of(const Json& json, std::string& problem) {
  Members members(json, problem);
  CheckpointFile file{.name = members.text("name"),
                      .bytes = static_cast<std::uint64_t>(members.integer("bytes")),
                      .digest = members.digest("digest")};
  // Only files in the checkpoint's own folder may be opened.
  if (file.name.empty() || file.name.front() == '.' || file.name.find('/') != std::string::npos ||
      file.name.find('\0') != std::string::npos) {
    members.note("a file has no plain name");
  }
  return file;
}

std::vector<CheckpointFile> files_of(const Json& json, int workers, std::string& problem) {
  std::vector<CheckpointFile> all;
  int next = 0;
  for (const Json& entry : json) {
    CheckpointFile file = file_of(entry, problem);
    Members members(entry, problem);
    file.workers.begin = static_cast<int>(members.integer("first_worker", kMostWorkers));
    const int count = static_cast<int>(members.integer("workers", kMostWorkers));
    file.workers.end = file.workers.begin + count;
    if (file.workers.begin != next || count == 0) {
      members.note("its files do not hold one worker after the other");
    }
    next = file.workers.end;
    all.push_back(std::move(file));
  }
  if (problem.empty() && (next != workers || !json.is_array())) {
    problem = fmt::format("its files hold {} of {} workers", next, workers);
  }
  return all;
}

// The object without its own digest, or what is wrong with it.
Result<Json> checked_json(std::string_view text) {
  bool too_deep = false;
  const auto watch = [&](int depth, Json::parse_event_t /*event*/, Json& /*parsed*/) {
    too_deep = too_deep || depth > kMostDepth;
    return !too_deep;
  };
  Json json = Json::parse(text, watch, false);
  if (json.is_discarded() || too_deep || !json.is_object()) {
    return Failure{FailureKind::kDamaged, "it is no valid JSON object"};
  }
  std::string problem;
  Members members(json, problem);
  const std::int64_t schema = members.integer("schema");
  if (problem.empty() && schema != kSchema) {
    return Failure{FailureKind::kMismatch,
                   fmt::format("it has schema {}; this version reads schema {}", schema, kSchema)};
  }
  const std::uint64_t digest = members.digest("digest");
  json.erase("digest");
  if (problem.empty() && digest != files::digest_of(json.dump())) {
    problem = "its text does not match its digest";
  }
  if (!problem.empty()) {
    return Failure{FailureKind::kDamaged, problem};
  }
  return json;
}

engine::Counters counters_of(const Json& json, std::int64_t step, std::string& problem) {
  Members members(json, problem);
  return {.step = step,
          .age = members.integer("age"),
          .previous_lr = members.number("previous_lr"),
          .round_lr = json.contains("round_lr") ? members.number("round_lr") : 0,
          .bytes_sent = members.integer("bytes_sent"),
          .messages = members.integer("messages")};
}

}  // namespace

std::string to_text(const Manifest& manifest) {
  Json files = Json::array();
  for (const CheckpointFile& file : manifest.files) {
    Json entry = json_of(file);
    entry["first_worker"] = file.workers.begin;
    entry["workers"] = file.workers.size();
    files.push_back(std::move(entry));
  }
  const engine::Counters& counters = manifest.counters;
  Json json = {{"schema", kSchema},
               {"step", counters.step},
               {"algorithm", manifest.algorithm},
               {"precision", manifest.precision},
               {"workers", manifest.workers},
               {"config_digest", manifest.config_digest},
               {"counters",
                {{"age", counters.age},
                 {"previous_lr", counters.previous_lr},
                 {"bytes_sent", counters.bytes_sent},
                 {"messages", counters.messages}}},
               {"files", std::move(files)},
               {"extras", manifest.extras ? json_of(*manifest.extras) : Json()},
               {"texts", manifest.texts}};
  if (counters.round_lr != 0) {
    json["counters"]["round_lr"] = counters.round_lr;
  }
  json["digest"] = files::to_hex(files::digest_of(json.dump()));
  return json.dump(2) + "\n";
}

Result<Manifest> parse_manifest(std::string_view text) {
  const Result<Json> json = checked_json(text);
  if (!json) {
    return json.failure();
  }
  std::string problem;
  Members members(json.value(), problem);
  Manifest manifest;
  manifest.algorithm = members.text("algorithm");
  manifest.precision = members.text("precision");
  manifest.workers = static_cast<int>(members.integer("workers", kMostWorkers));
  manifest.config_digest = members.text("config_digest");
  manifest.counters = counters_of(members.value("counters"), members.integer("step"), problem);
  manifest.files = files_of(members.value("files"), manifest.workers, problem);
  if (const Json& extras = members.value("extras"); !extras.is_null()) {
    manifest.extras = file_of(extras, problem);
  }
  const Json& texts = members.value("texts");
  Members named(texts, problem);
  for (auto entry = texts.begin(); problem.empty() && entry != texts.end(); ++entry) {
    manifest.texts.emplace(entry.key(), named.text(entry.key()));
  }
  if (!problem.empty()) {
    return Failure{FailureKind::kDamaged, problem};
  }
  return manifest;
}

}  // namespace murmur::checkpoint
