// SPDX-License-Identifier: Apache-2.0
#include "murmur/core/options.h"

#include "murmur/core/check.h"

namespace murmur {

OptionValues::OptionValues(const std::vector<OptionInfo>& infos) {
  for (const OptionInfo& info : infos) {
    if (!info.required) {
      set(info.name, info.fallback);
    }
  }
}

template <class T>
const T& OptionValues::get(const std::string& name) const {
  const auto found = values_.find(name);
  MURMUR_CHECK(found != values_.end(), "option '{}' is not there", name);
  const T* value = std::get_if<T>(&found->second);
  MURMUR_CHECK(value != nullptr, "option '{}' is of another type", name);
  return *value;
}

bool OptionValues::flag(const std::string& name) const {
  return get<bool>(name);
}
std::int64_t OptionValues::integer(const std::string& name) const {
  return get<std::int64_t>(name);
}
double OptionValues::number(const std::string& name) const {
  return get<double>(name);
}
const std::string& OptionValues::text(const std::string& name) const {
  return get<std::string>(name);
}
const std::vector<std::int64_t>& OptionValues::integers(const std::string& name) const {
  return get<std::vector<std::int64_t>>(name);
}
const std::vector<double>& OptionValues::numbers(const std::string& name) const {
  return get<std::vector<double>>(name);
}
const Table& OptionValues::table(const std::string& name) const {
  return get<Table>(name);
}
const Tables& OptionValues::tables(const std::string& name) const {
  return get<Tables>(name);
}

}  // namespace murmur
