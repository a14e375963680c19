// SPDX-License-Identifier: Apache-2.0
#include "tests/support/outer.h"

namespace murmur::testing {

void displace(Walk& walk, const Stack& away) {
  const std::vector<Field> fields = walk.engine().program().fields;
  for (const Field& field : fields) {
    if (field.kind != FieldKind::kScratch && field.units == Units::kModel) {
      const std::string name(field.name);
      walk.set_field(name, walk.field(name) + away);
    }
  }
}

NamedOptions every(std::int64_t period, NamedOptions more) {
  more.insert(more.begin(), {"period", period});
  return more;
}

std::vector<Variant> bases() {
  std::vector<Variant> all;
  for (const Variant& variant : variants()) {
    const auto program = variant.algorithm->program<double>(variant.options);
    if (!program.keeps_one_model() && program.takes_outer_step()) {
      all.push_back(variant);
    }
  }
  return all;
}

}  // namespace murmur::testing
