// SPDX-License-Identifier: Apache-2.0
// Common parts of the analytic problems: options, a base class, and the functions that the registry
// calls. To add a problem, derive from Analytic in a new file and add a line to registry.cpp.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <numeric>
#include <span>
#include <utility>

#include "murmur/core/error.h"
#include "murmur/core/options.h"
#include "murmur/core/per_scalar.h"
#include "murmur/problems/analytic.h"
#include "murmur/problems/problem.h"
#include "murmur/problems/rows.h"

namespace murmur::problems {

// A problem with one tensor "x", a vector unless it is given a shape. A derived class defines only
// f_i and its gradient.
template <class S>
class Analytic : public Problem<S> {
 public:
  Analytic(int workers, Rows<S> start)
      : workers_(workers), start_(std::move(start)), layout_(sizeof(S)) {
    layout_.add("x", {static_cast<std::int64_t>(start_.dimension())});
  }

  int workers() const final { return workers_; }
  const Layout& layout() const final { return layout_; }
  void prepare(int /*threads*/) final {}
  void start(int worker, std::span<S> row) const final {
    std::copy_n(start_.of(worker), start_.dimension(), row.begin());
  }
  bool starts_differ() const final { return start_.differ(); }

  // kInvalid: a shape of another number of coordinates.
  Status reshape(const std::vector<std::int64_t>& shape) {
    const auto product = std::accumulate(
        shape.begin(), shape.end(), std::int64_t{1}, [](std::int64_t all, std::int64_t one) {
          return all > kMostCoordinates / one ? kMostCoordinates : all * one;
        });
    if (product != static_cast<std::int64_t>(dimension())) {
      return wrong_shape(shape, dimension());
    }
    layout_ = Layout(sizeof(S));
    layout_.add("x", shape);
    return Ok{};
  }

  void gradients(std::span<GradientJob<S>> jobs, int /*thread*/, const RangeReady& ready) final {
    for (std::size_t index = 0; index < jobs.size(); ++index) {
      GradientJob<S>& job = jobs[index];
      gradient(job);
      std::fill(job.gradient + dimension(), job.gradient + layout_.row_size(), S(0));
      job.loss = value(job.worker, job.x);
      if (ready) {
        ready(index, {0, layout_.row_size()});
      }
    }
  }
  double loss(int worker, const Model<S>& model, int /*thread*/) final {
    return value(worker, model.x);
  }

 protected:
  std::size_t dimension() const { return start_.dimension(); }

 private:
  static constexpr std::int64_t kMostCoordinates = std::int64_t{1} << 40U;

  // f_i(x).
  virtual double value(int worker, const S* x) const = 0;
  // Writes the first dimension() coordinates of job.gradient.
  virtual void gradient(GradientJob<S>& job) const = 0;

  int workers_;
  Rows<S> start_;
  Layout layout_;
};

// Arguments from which a problem is made.
struct Request {
  int workers = 1;
  const OptionValues& options;
  std::uint64_t seed = 0;
};

template <class S>
using ProblemResult = Result<std::unique_ptr<Problem<S>>>;

template <class S>
using ProblemMaker = ProblemResult<S> (*)(const Request& request);

// An entry of the registry.
struct Registration {
  ProblemInfo info;
  PerScalar<ProblemMaker> make;
};

Registration quadratic();
Registration quartic();
Registration distance();
Registration rosenbrock();
Registration consensus();

// Of every problem: the shape of its tensor; none: a vector.
OptionInfo shape_option();
OptionInfo start_option();
OptionInfo center_option();
OptionInfo curvature_option();
OptionInfo noise_option();

// Parameters of a sum of powers of x_k - b_ik: a_ik, b_ik, the initial models and the noise.
template <class S>
struct SeparablePowers {
  Rows<S> curvature;
  Rows<S> center;
  Rows<S> start;
  S noise = 0;
  std::uint64_t seed = 0;

  static Result<SeparablePowers> from(const Request& request);
  // Adds Gaussian noise that is a function of (seed, worker, step, coordinate).
  void add_noise(GradientJob<S>& job) const;
};

extern template struct SeparablePowers<float>;
extern template struct SeparablePowers<double>;

}  // namespace murmur::problems
