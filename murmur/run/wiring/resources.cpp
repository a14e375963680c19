// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/wiring/resources.h"

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "murmur/comm/shared_memory.h"
#include "murmur/core/check.h"
#include "murmur/run/text/option_text.h"
#include "murmur/run/wiring/shared_dataset.h"

namespace murmur::run {
namespace {

Result<std::shared_ptr<const data::Dataset>> read(const DataConfig& config,
                                                  const data::Places& places,
                                                  threads::Pool& pool) {
  const data::DatasetInfo* info = data::find_dataset(config.dataset.name);
  MURMUR_CHECK(info != nullptr, "dataset '{}'", config.dataset.name);
  return data::read_dataset(
      *info, places, [&](std::size_t count, const std::function<void(std::size_t)>& task) {
        pool.run(count, [&](std::size_t index, int /*thread*/) { task(index); });
      });
}

// Equal keys: the same examples of the same files.
std::string key_of(const DataConfig& config, const data::Places& places) {
  std::string key = config.dataset.name + '\n' + places.folder + '\n' + places.environment;
  for (const auto& [name, value] : places.settings.options.all()) {
    key += '\n' + name + '=' + value_toml(value);
  }
  for (const std::string& part : places.settings.validation) {
    key += "\nvalidation=" + part;
  }
  if (!places.settings.by.empty()) {
    key += "\nby=" + places.settings.by;
  }
  return key;
}

// MURMUR_CACHE, else XDG_CACHE_HOME/murmur, else the user's; empty: there is none.
std::filesystem::path cache_folder() {
  const auto value_of = [](const char* variable) {
    const char* value = std::getenv(variable);
    return std::filesystem::path(value == nullptr ? "" : value);
  };
  if (const auto own = value_of("MURMUR_CACHE"); !own.empty()) {
    return own;
  }
  if (const auto usual = value_of("XDG_CACHE_HOME"); usual.is_absolute()) {
    return usual / "murmur";
  }
  const auto home = value_of("HOME");
  return home.is_absolute() ? home / ".cache" / "murmur" : std::filesystem::path();
}

// Processes with equal keys read the same files and can open each other's memory. Empty: the host
// is unknown.
std::string sharing_key_of(const std::string& key) {
  const std::string host = comm::host_identity();
  std::error_code ignored;
  return host.empty() ? host
                      : host + '\n' + std::filesystem::current_path(ignored).string() + '\n' + key;
}

}  // namespace

data::Places data_places(const std::string& folder, const std::string& file) {
  const char* environment = std::getenv("MURMUR_DATA");
  return {.folder = folder,
          .environment = environment == nullptr ? "" : environment,
          .file = file,
          .cache = cache_folder()};
}

data::Places data_places(const DataConfig& config) {
  const OptionValues& options = config.dataset.options;
  data::Places places =
      data_places(config.folder, options.has("file") ? options.text("file") : std::string());
  places.settings = {.options = options, .validation = config.validation.names, .by = config.by};
  return places;
}

ExitCode code_of(const Failure& failure) {
  switch (failure.kind) {
    case FailureKind::kPeer:
      return ExitCode::kNetwork;
    case FailureKind::kInvalid:
      return ExitCode::kUsage;
    default:
      return ExitCode::kData;
  }
}

Result<std::shared_ptr<const data::Dataset>> Resources::dataset(const DataConfig& config,
                                                                threads::Pool& pool,
                                                                World* world) {
  const data::Places places = data_places(config);
  const std::string key = key_of(config, places);
  const Lock lock(mutex_);
  auto& known = datasets_[key];
  if (known != nullptr) {
    return known;
  }
  const auto read_here = [&] { return read(config, places, pool); };
  const bool is_alone = world == nullptr || world->is_alone();
  auto found =
      is_alone ? read_here() : share_dataset(*world->transport(), sharing_key_of(key), read_here);
  if (found) {
    known = found.value();
  }
  return found;
}

std::shared_ptr<Resources> make_resources() {
  return std::make_shared<Resources>();
}

}  // namespace murmur::run
