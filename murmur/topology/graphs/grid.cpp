// SPDX-License-Identifier: Apache-2.0
// Rectangles of workers, numbered row by row: worker r C + c is in row r, column c, and is linked
// to its up to four neighbors. A torus wraps around, a grid does not, and a chain is a grid of one
// row.
#include "murmur/topology/graphs/grid.h"

#include <string>

#include <fmt/format.h>

#include "murmur/topology/registry.h"

namespace murmur::topology {
namespace {

struct Rectangle {
  int rows;
  int columns;

  int worker(int row, int column) const { return row * columns + column; }
};

std::string divisors(int n) {
  std::string list;
  for (int d = 1; d <= n; ++d) {
    if (n % d == 0) {
      list += fmt::format("{}{}", list.empty() ? "" : ", ", d);
    }
  }
  return list;
}

Graph rectangle_of(const Rectangle& size, bool periodic) {
  Graph graph(size.rows * size.columns);
  for (int r = 0; r < size.rows; ++r) {
    for (int c = 0; c < size.columns; ++c) {
      if (periodic || r + 1 < size.rows) {
        graph.link(size.worker(r, c), size.worker((r + 1) % size.rows, c));
      }
      if (periodic || c + 1 < size.columns) {
        graph.link(size.worker(r, c), size.worker(r, (c + 1) % size.columns));
      }
    }
  }
  return graph;
}

TopologyResult make_rectangle(const Request& request, bool periodic) {
  const int n = request.workers;
  const std::int64_t given = request.options.integer("rows");
  if (given != 0 && (given > n || n % given != 0)) {
    return invalid(fmt::format(
        "rows = {} does not divide {} workers; allowed: {} (0 takes {}, the most square)",
        given,
        n,
        divisors(n),
        most_square_rows(n)));
  }
  const int rows = given == 0 ? most_square_rows(n) : static_cast<int>(given);
  return constant(request, rectangle_of({rows, n / rows}, periodic));
}

TopologyResult make_grid(const Request& request) {
  return make_rectangle(request, false);
}
TopologyResult make_torus(const Request& request) {
  return make_rectangle(request, true);
}
TopologyResult make_chain(const Request& request) {
  return constant(request, rectangle_of({1, request.workers}, false));
}

OptionInfo rows_option() {
  return {.name = "rows",
          .help = "rows of workers; 0: as square as the number of workers allows",
          .fallback = std::int64_t{0},
          .bounds = kIndex};
}

}  // namespace

int most_square_rows(int workers) {
  int rows = 1;
  for (int r = 1; r <= workers / r; ++r) {
    rows = workers % r == 0 ? r : rows;
  }
  return rows;
}

Registration grid() {
  return {
      .info = {.name = "grid",
               .summary = "workers in rows and columns, each linked to the up to four around it",
               .options = undirected_options({rows_option()})},
      .make = make_grid};
}

Registration torus() {
  return {.info = {.name = "torus",
                   .summary = "a grid whose rows and columns close into rings",
                   .options = undirected_options({rows_option()})},
          .make = make_torus};
}

Registration chain() {
  return {.info = {.name = "chain",
                   .summary = "workers in a line, each linked to the next",
                   .options = undirected_options()},
          .make = make_chain};
}

}  // namespace murmur::topology
