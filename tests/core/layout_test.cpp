// SPDX-License-Identifier: Apache-2.0
#include "murmur/core/layout.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "murmur/core/arena.h"

namespace murmur {
namespace {

using testing::Each;
using testing::ElementsAre;

TEST(Layout, PlacesTensorsOnLinesOfSixtyFourBytes) {
  Layout layout(sizeof(float));
  layout.add("fc.weight", {3, 7});
  layout.add("fc.bias", {3});
  layout.add("scale", {});
  layout.add("full", {16});
  const auto tensors = layout.tensors();
  ASSERT_EQ(tensors.size(), 4U);
  EXPECT_EQ(tensors[0].name, "fc.weight");
  EXPECT_THAT(tensors[0].shape, ElementsAre(3, 7));
  EXPECT_EQ(tensors[0].offset, 0U);
  EXPECT_EQ(tensors[0].size, 21U);
  EXPECT_EQ(tensors[1].offset, 32U);
  EXPECT_EQ(tensors[2].offset, 48U);
  EXPECT_EQ(tensors[2].size, 1U);
  EXPECT_EQ(tensors[3].offset, 64U);
  EXPECT_EQ(layout.row_size(), 80U);
  EXPECT_EQ(layout.parameters(), 21U + 3 + 1 + 16);
}

TEST(Layout, OfNothingIsEmpty) {
  EXPECT_EQ(Layout(sizeof(double)).row_size(), 0U);
  EXPECT_EQ(Layout(sizeof(double)).parameters(), 0U);
}

// For any shapes: aligned, in order, without overlap, with less than a cache line of padding each.
TEST(Layout, KeepsItsPromisesForAnyShapes) {
  const bool holds = rc::check([] {
    const auto scalar_bytes = *rc::gen::element<std::size_t>(4, 8);
    const auto shapes = *rc::gen::container<std::vector<std::vector<std::int64_t>>>(
        rc::gen::container<std::vector<std::int64_t>>(*rc::gen::inRange<std::size_t>(0, 4),
                                                      rc::gen::inRange<std::int64_t>(1, 9)));
    Layout layout(scalar_bytes);
    for (const auto& shape : shapes) {
      layout.add("t", shape);
    }
    std::size_t end = 0;
    std::size_t parameters = 0;
    for (const TensorSlot& tensor : layout.tensors()) {
      RC_ASSERT(tensor.offset * scalar_bytes % kAlignment == 0U);
      RC_ASSERT(tensor.offset >= end);
      RC_ASSERT((tensor.offset - end) * scalar_bytes < kAlignment);
      end = tensor.offset + tensor.size;
      parameters += tensor.size;
    }
    RC_ASSERT(layout.tensors().size() == shapes.size());
    RC_ASSERT(layout.row_size() >= end);
    RC_ASSERT((layout.row_size() - end) * scalar_bytes < kAlignment);
    RC_ASSERT(layout.row_size() * scalar_bytes % kAlignment == 0U);
    RC_ASSERT(layout.parameters() == parameters);
  });
  EXPECT_TRUE(holds);
}

TEST(LayoutDeathTest, RefusesEmptyTensorsAndOtherScalars) {
  Layout layout(sizeof(float));
  EXPECT_DEATH(layout.add("empty", {3, 0}), "empty has an extent of 0");
  EXPECT_DEATH(layout.add("negative", {-1}), "negative has an extent of -1");
  EXPECT_DEATH(Layout(2), "scalar_bytes = 2");
}

template <class S>
class ArenaOf : public testing::Test {};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(ArenaOf, Scalars);

TYPED_TEST(ArenaOf, HasZeroRowsOnLinesThatDoNotOverlap) {
  const std::vector<std::size_t> rows{3, 0, 1, 2};
  constexpr std::size_t kRowSize = 48;
  Arena<TypeParam> arena(rows, kRowSize);
  EXPECT_EQ(arena.bytes(), 6 * kRowSize * sizeof(TypeParam));
  EXPECT_EQ(arena.row_size(), kRowSize);
  TypeParam mark = 1;
  for (std::size_t field = 0; field < rows.size(); ++field) {
    EXPECT_EQ(arena.rows(field), rows[field]);
    for (std::size_t index = 0; index < rows[field]; ++index) {
      TypeParam* row = arena.row(field, index);
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(row) % kAlignment, 0U);
      EXPECT_THAT(std::vector<TypeParam>(row, row + kRowSize), Each(TypeParam(0)));
      std::fill_n(row, kRowSize, mark);
      mark += 1;
    }
  }
  // No tensor was overwritten by another.
  mark = 1;
  const Arena<TypeParam>& view = arena;
  for (std::size_t field = 0; field < rows.size(); ++field) {
    for (std::size_t index = 0; index < rows[field]; ++index) {
      const TypeParam* row = view.row(field, index);
      EXPECT_THAT(std::vector<TypeParam>(row, row + kRowSize), Each(mark));
      mark += 1;
    }
  }
}

TYPED_TEST(ArenaOf, KeepsItsRowsWhenItMoves) {
  Arena<TypeParam> arena({2}, 16);
  TypeParam* row = arena.row(0, 1);
  row[3] = 5;
  const Arena<TypeParam> moved = std::move(arena);
  EXPECT_EQ(moved.row(0, 1), row);
  EXPECT_EQ(moved.row(0, 1)[3], 5);
}

TEST(ArenaDeathTest, RefusesRowsThatAreNotThere) {
  Arena<float> arena({2, 1}, 16);
  EXPECT_DEATH(arena.row(0, 2), "field 0 row 2");
  EXPECT_DEATH(arena.row(2, 0), "field 2 row 0");
  EXPECT_DEATH(Arena<float>({1}, 15), "row size 15");
}

}  // namespace
}  // namespace murmur
