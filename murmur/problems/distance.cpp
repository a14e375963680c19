// SPDX-License-Identifier: Apache-2.0
//   f_i(x) = ||x - b_i||
//   gradient: (x - b_i) / ||x - b_i||, of unit length; 0 at b_i
#include <cmath>

#include "murmur/problems/registration.h"

namespace murmur::problems {
namespace {

template <class S>
class Distance final : public Analytic<S> {
 public:
  Distance(int workers, Rows<S> center, Rows<S> start)
      : Analytic<S>(workers, std::move(start)), center_(std::move(center)) {}

  static ProblemResult<S> make(const Request& request) {
    auto center = Rows<S>::from("center", request.options.table("center"), request.workers);
    auto start = Rows<S>::from("start", request.options.table("start"), request.workers);
    for (const auto* read : {&center, &start}) {
      if (!*read) {
        return read->failure();
      }
    }
    const std::size_t dimension = center.value().dimension();
    if (start.value().dimension() != dimension) {
      return wrong_length("start", start.value().dimension(), "'center'", dimension);
    }
    return ProblemResult<S>(std::make_unique<Distance>(
        request.workers, std::move(center).value(), std::move(start).value()));
  }

 private:
  double away(int worker, const S* x, std::size_t k) const {
    return static_cast<double>(x[k]) - static_cast<double>(center_.of(worker)[k]);
  }

  // Largest absolute coordinate of x - b_i. Dividing by it keeps squares from underflow and
  // overflow.
  double largest(int worker, const S* x) const {
    double most = 0;
    for (std::size_t k = 0; k < this->dimension(); ++k) {
      const double size = std::fabs(away(worker, x, k));
      most = size <= most ? most : size;
    }
    return most;
  }
  double length_over(double unit, int worker, const S* x) const {
    double sum = 0;
    for (std::size_t k = 0; k < this->dimension(); ++k) {
      const double part = away(worker, x, k) / unit;
      sum += part * part;
    }
    return std::sqrt(sum);
  }

  double value(int worker, const S* x) const override {
    const double unit = largest(worker, x);
    return unit == 0 ? 0 : unit * length_over(unit, worker, x);
  }

  void gradient(GradientJob<S>& job) const override {
    const double unit = largest(job.worker, job.x);
    const double length = unit == 0 ? 1 : length_over(unit, job.worker, job.x);
    for (std::size_t k = 0; k < this->dimension(); ++k) {
      const double part = unit == 0 ? 0 : away(job.worker, job.x, k) / unit;
      job.gradient[k] = static_cast<S>(part / length);
    }
  }

  Rows<S> center_;
};

}  // namespace

Registration distance() {
  return {.info = {.name = "distance",
                   .summary = "f_i(x) = ||x - b_i||, so a gradient of unit length (0 at b_i)",
                   .paper = "",
                   .options = {center_option(), start_option()}},
          .make = {&Distance<float>::make, &Distance<double>::make}};
}

}  // namespace murmur::problems
