// SPDX-License-Identifier: Apache-2.0
//   f(x, y) = (1 - x)^2 + 100 (y - x^2)^2, the same for all workers; minimum at (1, 1)
//   Rosenbrock, An automatic method for finding the greatest or least value of a function (1960)
#include "murmur/problems/registration.h"

namespace murmur::problems {
namespace {

constexpr std::size_t kCoordinates = 2;

template <class S>
class Rosenbrock final : public Analytic<S> {
 public:
  using Analytic<S>::Analytic;

  static ProblemResult<S> make(const Request& request) {
    auto start = Rows<S>::from("start", request.options.table("start"), request.workers);
    if (!start) {
      return start.failure();
    }
    if (start.value().dimension() != kCoordinates) {
      return wrong_length("start", start.value().dimension(), "'rosenbrock'", kCoordinates);
    }
    return ProblemResult<S>(
        std::make_unique<Rosenbrock>(request.workers, std::move(start).value()));
  }

 private:
  double value(int /*worker*/, const S* at) const override {
    const auto x = static_cast<double>(at[0]);
    const auto y = static_cast<double>(at[1]);
    const double off_valley = y - x * x;
    return (1 - x) * (1 - x) + 100 * off_valley * off_valley;
  }

  void gradient(GradientJob<S>& job) const override {
    const S x = job.x[0];
    const S off_valley = job.x[1] - x * x;
    job.gradient[0] = -2 * (1 - x) - 400 * x * off_valley;
    job.gradient[1] = 200 * off_valley;
  }
};

}  // namespace

Registration rosenbrock() {
  return {
      .info = {.name = "rosenbrock",
               .summary = "f(x, y) = (1 - x)^2 + 100 (y - x^2)^2, the same for all workers",
               .paper = "Rosenbrock, An automatic method for finding the greatest or least value "
                        "of a function, 1960",
               .options = {start_option()}},
      .make = {&Rosenbrock<float>::make, &Rosenbrock<double>::make}};
}

}  // namespace murmur::problems
