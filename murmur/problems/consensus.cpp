// SPDX-License-Identifier: Apache-2.0
//   f_i(x) = 0: the gradient is zero, so only mixing changes the models
#include "murmur/problems/registration.h"

namespace murmur::problems {
namespace {

template <class S>
class Consensus final : public Analytic<S> {
 public:
  using Analytic<S>::Analytic;

  static ProblemResult<S> make(const Request& request) {
    auto start = Rows<S>::from("start", request.options.table("start"), request.workers);
    if (!start) {
      return start.failure();
    }
    return ProblemResult<S>(std::make_unique<Consensus>(request.workers, std::move(start).value()));
  }

 private:
  double value(int /*worker*/, const S* /*x*/) const override { return 0; }
  void gradient(GradientJob<S>& job) const override {
    std::fill_n(job.gradient, this->dimension(), S(0));
  }
};

}  // namespace

Registration consensus() {
  return {.info = {.name = "consensus",
                   .summary = "f_i(x) = 0: nothing but mixing moves the models",
                   .paper = "",
                   .options = {start_option()}},
          .make = {&Consensus<float>::make, &Consensus<double>::make}};
}

}  // namespace murmur::problems
