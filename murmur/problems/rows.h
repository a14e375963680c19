// SPDX-License-Identifier: Apache-2.0
// Parameters of an analytic problem: one row for all workers, or one row per worker.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/core/options.h"

namespace murmur::problems {

template <class S>
class Rows {
 public:
  // `name`: the option, for error messages. kInvalid: no row, a number of rows other than one or
  // `workers`, rows of different lengths, or numbers that S cannot represent.
  static Result<Rows> from(const std::string& name, const Table& table, int workers);

  std::size_t dimension() const { return dimension_; }
  const S* of(int worker) const {
    return values_.data() + (count_ == 1 ? 0 : static_cast<std::size_t>(worker) * dimension_);
  }
  bool differ() const;  // whether some workers have different rows

 private:
  std::vector<S> values_;
  std::size_t count_ = 0;
  std::size_t dimension_ = 0;
};

extern template class Rows<float>;
extern template class Rows<double>;

// The failure for two options with different numbers of coordinates.
Failure wrong_length(const std::string& name,
                     std::size_t given,
                     const std::string& reference,
                     std::size_t allowed);

// The failure for a tensor's shape whose product is not the number of coordinates.
Failure wrong_shape(const std::vector<std::int64_t>& shape, std::size_t coordinates);

}  // namespace murmur::problems
