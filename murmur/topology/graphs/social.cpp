// SPDX-License-Identifier: Apache-2.0
// Social networks from observations or from a novel, unweighted. Workers are in the order of
// networkx.
//
//   social          18 women (workers 0 .. 17) and the 14 events (18 .. 31) they attended; Davis,
//                   Gardner, Gardner, Deep South (1941). Used by Lin et al. (ICML 2021)
//   florentine      marriages between families of Florence; Breiger, Pattison, Social Networks 8
//                   (1986)
//   karate          a karate club; Zachary, J. Anthropological Research 33 (1977)
//   les-miserables  co-appearances of characters in the novel; Knuth, The Stanford GraphBase (1993)
#include <string_view>

#include <fmt/format.h>

#include "murmur/topology/registry.h"

namespace murmur::topology {
namespace {

// 89 links.
constexpr std::string_view kDavis =
    "0: 18 19 20 21 22 23 25 26 | 1: 18 19 20 22 23 24 25 | 2: 19 20 21 22 23 24 25 26 | 3: 18 "
    "20 21 22 23 24 25 | 4: 20 21 22 24 | 5: 20 22 23 25 | 6: 22 23 24 25 | 7: 23 25 26 | 8: "
    "22 24 25 26 | 9: 24 25 26 29 | 10: 25 26 27 29 | 11: 25 26 27 29 30 31 | 12: 24 25 26 27 "
    "29 30 31 | 13: 23 24 26 27 28 29 30 31 | 14: 24 25 27 28 29 | 15: 25 26 | 16: 26 28 | 17: "
    "26 28";
// 20 links.
constexpr std::string_view kFlorentine =
    "0: 1 | 1: 5 6 7 8 9 | 2: 3 4 5 | 3: 4 11 | 4: 6 11 | 6: 7 | 7: 12 | 8: 12 13 | 9: 10 | "
    "11: 12 | 12: 14";
// 78 links.
constexpr std::string_view kKarate =
    "0: 1 2 3 4 5 6 7 8 10 11 12 13 17 19 21 31 | 1: 2 3 7 13 17 19 21 30 | 2: 3 7 8 9 13 27 "
    "28 32 | 3: 7 12 13 | 4: 6 10 | 5: 6 10 16 | 6: 16 | 8: 30 32 33 | 9: 33 | 13: 33 | 14: 32 "
    "33 | 15: 32 33 | 18: 32 33 | 19: 33 | 20: 32 33 | 22: 32 33 | 23: 25 27 29 32 33 | 24: 25 "
    "27 31 | 25: 31 | 26: 29 33 | 27: 33 | 28: 31 33 | 29: 32 33 | 30: 32 33 | 31: 32 33 | 32: "
    "33";
// 254 links.
constexpr std::string_view kLesMiserables =
    "0: 1 | 1: 2 3 4 5 6 7 8 9 10 | 2: 3 10 | 3: 10 | 10: 11 12 13 14 15 23 24 25 26 27 28 29 "
    "31 32 33 34 35 36 37 38 43 44 48 49 51 55 58 64 68 69 70 71 72 | 12: 23 | 16: 17 18 19 20 "
    "21 22 23 | 17: 18 19 20 21 22 23 26 55 | 18: 19 20 21 22 23 | 19: 20 21 22 23 | 20: 21 22 "
    "23 | 21: 22 23 | 22: 23 | 23: 24 25 27 29 30 31 | 24: 25 26 27 41 42 50 68 69 70 | 25: 26 "
    "27 39 40 41 42 48 55 68 69 70 71 75 | 26: 27 43 49 51 54 55 72 | 27: 28 29 31 33 43 48 58 "
    "68 69 70 71 72 | 28: 44 45 | 29: 34 35 36 37 38 | 30: 31 | 34: 35 36 37 38 | 35: 36 37 38 "
    "| 36: 37 38 | 37: 38 | 39: 52 55 | 41: 42 55 57 62 68 69 70 71 75 | 46: 47 48 | 48: 55 57 "
    "58 59 60 61 62 63 64 65 66 68 69 71 73 74 75 76 | 49: 50 51 54 55 56 | 51: 52 53 54 55 | "
    "54: 55 | 55: 56 57 58 59 61 62 63 64 65 | 57: 58 59 61 62 63 64 65 67 | 58: 59 60 61 62 "
    "63 64 65 66 70 76 | 59: 60 61 62 63 64 65 66 | 60: 61 62 63 64 65 66 | 61: 62 63 64 65 66 "
    "| 62: 63 64 65 66 76 | 63: 64 65 66 76 | 64: 65 66 76 | 65: 66 76 | 66: 76 | 68: 69 70 71 "
    "75 | 69: 70 71 75 | 70: 71 75 | 71: 75 | 73: 74";

TopologyResult make_network(const Request& request, int workers, std::string_view links) {
  if (request.workers != workers) {
    return invalid(
        fmt::format("this graph has {} workers, not {}; set workers = {}, or take another: "
                    "florentine has 15, social 32, karate 34, les-miserables 77",
                    workers,
                    request.workers,
                    workers));
  }
  return constant(request, parse_links(workers, links));
}

}  // namespace

Registration social() {
  return {.info = {.name = "social",
                   .summary = "Davis Southern Women: 18 women and 14 events, 32 workers",
                   .paper = "Davis, Gardner, Gardner (1941); Lin et al. (ICML 2021)",
                   .typical_workers = 32,
                   .options = undirected_options()},
          .make = [](const Request& r) { return make_network(r, 32, kDavis); }};
}

Registration florentine() {
  return {.info = {.name = "florentine",
                   .summary = "marriages between 15 families of Florence",
                   .paper = "Breiger, Pattison (1986)",
                   .typical_workers = 15,
                   .options = undirected_options()},
          .make = [](const Request& r) { return make_network(r, 15, kFlorentine); }};
}

Registration karate() {
  return {.info = {.name = "karate",
                   .summary = "Zachary's karate club, 34 workers, unweighted",
                   .paper = "Zachary (1977)",
                   .typical_workers = 34,
                   .options = undirected_options()},
          .make = [](const Request& r) { return make_network(r, 34, kKarate); }};
}

Registration les_miserables() {
  return {.info = {.name = "les-miserables",
                   .summary = "who appears with whom in the novel, 77 workers, unweighted",
                   .paper = "Knuth (1993)",
                   .typical_workers = 77,
                   .options = undirected_options()},
          .make = [](const Request& r) { return make_network(r, 77, kLesMiserables); }};
}

}  // namespace murmur::topology
