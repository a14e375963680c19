// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/exchange/tags.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/comm/exchange.h"

namespace murmur::engine {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr comm::Tag kPromisedByMpi = 32767;

// All tags of one call, for the kinds that are numbered by message.
std::set<comm::Tag> tags_of(const Tags& tags, comm::Tag call, std::size_t messages) {
  std::set<comm::Tag> all;
  for (const TagKind kind : {TagKind::kRow, TagKind::kPart, TagKind::kMean}) {
    for (std::size_t k = 0; k < messages; ++k) {
      all.insert(tags.of(kind, call, k));
    }
  }
  all.insert(tags.of(TagKind::kPlain, call, 0));
  return all;
}

TEST(Tags, OfAThousandBucketsAreAmongThosePromisedByMpi) {
  constexpr std::size_t kBuckets = 1000;
  const Tags tags = Tags::make(kPromisedByMpi, kBuckets).value();
  std::set<comm::Tag> all;
  for (const comm::Tag call : {tags.pass(0), tags.pass(1), tags.asked(0), tags.asked(1)}) {
    all.merge(tags_of(tags, call, kBuckets));
  }
  EXPECT_EQ(all.size(), 4 * (3 * kBuckets + 1));
  EXPECT_GE(*all.begin(), comm::kTagsOfTexts);
  EXPECT_LE(*all.rbegin(), kPromisedByMpi);
}

TEST(Tags, StayBelowTheLargestHoweverManyCallsThereAre) {
  for (const std::size_t messages : {1U, 300U, 3000U}) {
    const Tags tags = Tags::make(kPromisedByMpi, messages).value();
    for (std::size_t number = 0; number < 1000; ++number) {
      for (const comm::Tag call : {tags.pass(number), tags.asked(number)}) {
        const std::set<comm::Tag> all = tags_of(tags, call, messages);
        ASSERT_EQ(all.size(), 3 * messages + 1);
        ASSERT_LE(*all.rbegin(), kPromisedByMpi);
      }
    }
  }
}

TEST(Tags, TellPlacesOfTheProgramApart) {
  const Tags tags = Tags::make(kPromisedByMpi, 1).value();
  const auto here = CallSite::here();
  const auto there = CallSite::here();
  EXPECT_EQ(tags.of_place(1, here), tags.of_place(1, here));
  EXPECT_NE(tags.of_place(1, here), tags.of_place(1, there));
  EXPECT_NE(tags.of_place(tags.asked(0), here), tags.of_place(tags.asked(1), here));
}

TEST(Tags, OfAWorldOfOneProcessAreAskedForAndNotUsed) {
  const Tags tags;
  EXPECT_GE(tags.of(TagKind::kPlain, tags.pass(5), 0), comm::kTagsOfTexts);
}

TEST(Tags, AreRefusedWhereThereAreTooFew) {
  const auto made = Tags::make(kPromisedByMpi, 4000);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.failure().kind, FailureKind::kInvalid);
  EXPECT_THAT(made.failure().message, AllOf(HasSubstr("4000"), HasSubstr("32767")));
}

}  // namespace
}  // namespace murmur::engine
