// SPDX-License-Identifier: Apache-2.0
#include "murmur/problems/registration.h"

#include "murmur/core/random.h"

namespace murmur::problems {

OptionInfo shape_option() {
  return {.name = "shape",
          .help = "of the model as one tensor, row by row; empty: a vector",
          .fallback = std::vector<std::int64_t>{},
          .bounds = kCount};
}

OptionInfo start_option() {
  return {.name = "start",
          .help = "models before the first step: one row for all workers, or one row per worker",
          .fallback = Table{},
          .required = true};
}

OptionInfo center_option() {
  return {.name = "center",
          .help = "b_i, where worker i's own function is least: one row for all, or one per worker",
          .fallback = Table{},
          .required = true};
}

OptionInfo curvature_option() {
  return {.name = "curvature",
          .help = "a_i, a factor per coordinate: one row for all workers, or one row per worker",
          .fallback = Table{},
          .required = true};
}

OptionInfo noise_option() {
  return {.name = "noise",
          .help = "standard deviation of Gaussian noise on every coordinate of every gradient",
          .fallback = 0.0,
          .bounds = kNonNegative};
}

template <class S>
Result<SeparablePowers<S>> SeparablePowers<S>::from(const Request& request) {
  const auto rows = [&](const std::string& name) {
    return Rows<S>::from(name, request.options.table(name), request.workers);
  };
  auto curvature = rows("curvature");
  auto center = rows("center");
  auto start = rows("start");
  for (const auto* read : {&curvature, &center, &start}) {
    if (!*read) {
      return read->failure();
    }
  }
  const std::size_t dimension = center.value().dimension();
  if (curvature.value().dimension() != dimension) {
    return wrong_length("curvature", curvature.value().dimension(), "'center'", dimension);
  }
  if (start.value().dimension() != dimension) {
    return wrong_length("start", start.value().dimension(), "'center'", dimension);
  }
  return SeparablePowers{std::move(curvature).value(),
                         std::move(center).value(),
                         std::move(start).value(),
                         static_cast<S>(request.options.number("noise")),
                         request.seed};
}

template <class S>
void SeparablePowers<S>::add_noise(GradientJob<S>& job) const {
  if (noise == S(0)) {
    return;
  }
  const Random random(seed, Stream::kNoise, job.worker, job.batch);
  for (std::size_t k = 0; k < start.dimension(); ++k) {
    job.gradient[k] += noise * static_cast<S>(random.normal(k));
  }
}

template struct SeparablePowers<float>;
template struct SeparablePowers<double>;

}  // namespace murmur::problems
