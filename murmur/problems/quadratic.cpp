// SPDX-License-Identifier: Apache-2.0
//   f_i(x) = 1/2 sum_k a_ik (x_k - b_ik)^2
//   gradient: a_ik (x_k - b_ik), plus noise
#include "murmur/problems/registration.h"

namespace murmur::problems {
namespace {

template <class S>
class Quadratic final : public Analytic<S> {
 public:
  Quadratic(int workers, const SeparablePowers<S>& powers)
      : Analytic<S>(workers, powers.start), powers_(powers) {}

  static ProblemResult<S> make(const Request& request) {
    auto powers = SeparablePowers<S>::from(request);
    if (!powers) {
      return powers.failure();
    }
    return ProblemResult<S>(std::make_unique<Quadratic>(request.workers, powers.value()));
  }

 private:
  double value(int worker, const S* x) const override {
    const S* a = powers_.curvature.of(worker);
    const S* b = powers_.center.of(worker);
    double sum = 0;
    for (std::size_t k = 0; k < this->dimension(); ++k) {
      const double away = static_cast<double>(x[k]) - static_cast<double>(b[k]);
      sum += static_cast<double>(a[k]) * away * away;
    }
    return 0.5 * sum;
  }

  void gradient(GradientJob<S>& job) const override {
    const S* a = powers_.curvature.of(job.worker);
    const S* b = powers_.center.of(job.worker);
    for (std::size_t k = 0; k < this->dimension(); ++k) {
      const S away = job.x[k] - b[k];
      job.gradient[k] = a[k] * away;
    }
    powers_.add_noise(job);
  }

  SeparablePowers<S> powers_;
};

}  // namespace

Registration quadratic() {
  return {
      .info = {.name = "quadratic",
               .summary = "f_i(x) = 1/2 sum_k a_ik (x_k - b_ik)^2",
               .paper = "",
               .options = {curvature_option(), center_option(), start_option(), noise_option()}},
      .make = {&Quadratic<float>::make, &Quadratic<double>::make}};
}

}  // namespace murmur::problems
