// SPDX-License-Identifier: Apache-2.0
// The only list of analytic problems.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "murmur/core/check.h"
#include "murmur/problems/registration.h"

namespace murmur::problems {
namespace {

const std::vector<Registration>& registrations() {
  static const std::vector<Registration> kAll{
      quadratic(), quartic(), distance(), rosenbrock(), consensus()};
  return kAll;
}

Failure unknown(const std::string& name) {
  std::vector<std::string> names;
  for (const ProblemInfo& info : problems()) {
    names.push_back(info.name);
  }
  return {FailureKind::kInvalid,
          fmt::format("there is no problem '{}'; allowed are {}", name, fmt::join(names, ", "))};
}

}  // namespace

const std::vector<ProblemInfo>& problems() {
  static const std::vector<ProblemInfo> kInfos = [] {
    std::vector<ProblemInfo> all;
    for (const Registration& family : registrations()) {
      all.push_back(family.info);
      all.back().options.push_back(shape_option());
    }
    return all;
  }();
  return kInfos;
}

template <class S>
Result<std::unique_ptr<Problem<S>>> make_problem(const std::string& name,
                                                 int workers,
                                                 const OptionValues& options,
                                                 std::uint64_t seed) {
  MURMUR_CHECK(workers >= 1, "a problem for {} workers", workers);
  for (const Registration& family : registrations()) {
    if (family.info.name == name) {
      const Request request{workers, options, seed};
      ProblemResult<S> made = family.make.get<S>()(request);
      if (!made) {
        return made.failure().in(fmt::format("problem '{}'", name));
      }
      const auto shape =
          options.has("shape") ? options.integers("shape") : std::vector<std::int64_t>{};
      if (Status shaped = shape.empty() ? Status(Ok{})
                                        : dynamic_cast<Analytic<S>&>(*made.value()).reshape(shape);
          !shaped) {
        return shaped.failure().in(fmt::format("problem '{}'", name));
      }
      return made;
    }
  }
  return unknown(name);
}

template Result<std::unique_ptr<Problem<float>>> make_problem(const std::string&,
                                                              int,
                                                              const OptionValues&,
                                                              std::uint64_t);
template Result<std::unique_ptr<Problem<double>>> make_problem(const std::string&,
                                                               int,
                                                               const OptionValues&,
                                                               std::uint64_t);

}  // namespace murmur::problems
