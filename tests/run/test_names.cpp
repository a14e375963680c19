// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "murmur/run/config/catalog.h"
#include "murmur/run/text/names.h"

namespace murmur::run {
namespace {

TEST(EditDistance, CountsLettersLeftOutPutInChangedAndSwapped) {
  EXPECT_EQ(edit_distance("ring", "ring"), 0U);
  EXPECT_EQ(edit_distance("", "ring"), 4U);
  EXPECT_EQ(edit_distance("rng", "ring"), 1U);
  EXPECT_EQ(edit_distance("rinng", "ring"), 1U);
  EXPECT_EQ(edit_distance("rong", "ring"), 1U);
  EXPECT_EQ(edit_distance("rnig", "ring"), 1U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(NearestName, FindsAMisspelledOneAmongAllThatAreKnown) {
  for (const Kind& kind : catalog()) {
    const std::vector<std::string> names = kind.names();
    for (const std::string& name : names) {
      EXPECT_EQ(nearest_name(name, names), name);
    }
  }
}

TEST(NearestName, TakesABeginningForTheLongerName) {
  EXPECT_EQ(nearest_name("expo", {"star", "ring", "exponential"}), "exponential");
}

TEST(DidYouMean, NamesTheNearestEvenIfItIsFar) {
  EXPECT_EQ(did_you_mean("momentun", {"mu", "momentum"}), " (did you mean 'momentum'?)");
  EXPECT_EQ(did_you_mean("xyzzy", {"ring"}), " (the nearest is 'ring')");
  EXPECT_EQ(did_you_mean("xyzzy", {}), "");
}

TEST(DidYouMean, NamesAllThatAreEquallyNear) {
  EXPECT_EQ(did_you_mean("--sed", {"--set", "--seed", "--set", "--steps"}),
            " (did you mean '--set' or '--seed'?)");
}

TEST(Synonyms, AnswerWithTheNameUsedHere) {
  for (const char* theirs :
       {"sync_every", "local_steps", "H", "slowmo_frequency", "localsgd_frequency"}) {
    EXPECT_EQ(key_synonym("outer", theirs), "outer.period") << theirs;
    EXPECT_EQ(key_synonym("algorithm", theirs), "outer.period") << theirs;
  }
  EXPECT_EQ(key_synonym("algorithm", "lr"), "learning_rate");
  EXPECT_EQ(value_synonym("topology", "exp2"), "exponential");
  EXPECT_EQ(value_synonym("topology", "Fully_Connected"), "complete");
  EXPECT_FALSE(value_synonym("topology", "ring").has_value());
}

// A synonym that equals one of our names could never be reached, or would hide that name.
TEST(Synonyms, AreNoneOfOurNames) {
  for (const Kind& kind : catalog()) {
    for (const std::string& name : kind.names()) {
      EXPECT_FALSE(value_synonym(kind.table, name).has_value()) << kind.table << " " << name;
    }
  }
}

}  // namespace
}  // namespace murmur::run
