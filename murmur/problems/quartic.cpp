// SPDX-License-Identifier: Apache-2.0
//   f_i(x) = 1/4 sum_k a_ik (x_k - b_ik)^4
//   gradient: a_ik (x_k - b_ik)^3, plus noise
#include "murmur/problems/registration.h"

namespace murmur::problems {
namespace {

template <class S>
class Quartic final : public Analytic<S> {
 public:
  Quartic(int workers, const SeparablePowers<S>& powers)
      : Analytic<S>(workers, powers.start), powers_(powers) {}

  static ProblemResult<S> make(const Request& request) {
    auto powers = SeparablePowers<S>::from(request);
    if (!powers) {
      return powers.failure();
    }
    return ProblemResult<S>(std::make_unique<Quartic>(request.workers, powers.value()));
  }

 private:
  double value(int worker, const S* x) const override {
    const S* a = powers_.curvature.of(worker);
    const S* b = powers_.center.of(worker);
    double sum = 0;
    for (std::size_t k = 0; k < this->dimension(); ++k) {
      const double away = static_cast<double>(x[k]) - static_cast<double>(b[k]);
      sum += static_cast<double>(a[k]) * ((away * away) * (away * away));
    }
    return 0.25 * sum;
  }

  void gradient(GradientJob<S>& job) const override {
    const S* a = powers_.curvature.of(job.worker);
    const S* b = powers_.center.of(job.worker);
    for (std::size_t k = 0; k < this->dimension(); ++k) {
      const S away = job.x[k] - b[k];
      job.gradient[k] = a[k] * (away * away * away);
    }
    powers_.add_noise(job);
  }

  SeparablePowers<S> powers_;
};

}  // namespace

Registration quartic() {
  return {
      .info = {.name = "quartic",
               .summary = "f_i(x) = 1/4 sum_k a_ik (x_k - b_ik)^4",
               .paper = "",
               .options = {curvature_option(), center_option(), start_option(), noise_option()}},
      .make = {&Quartic<float>::make, &Quartic<double>::make}};
}

}  // namespace murmur::problems
