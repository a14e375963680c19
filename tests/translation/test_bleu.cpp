// SPDX-License-Identifier: Apache-2.0
// Against sacrebleu 2.6: sacrebleu.corpus_bleu(translations, [references]).score.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/learning/translation/bleu.h"

namespace murmur::learning {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Texts = std::vector<std::string>;

struct Case {
  const char* what;
  Texts translations;
  Texts references;
  double bleu;
};

std::vector<Case> cases() {
  return {
      {"words",
       {"Der Hund läuft über die Wiese .", "Zwei Kinder spielen im Schnee."},
       {"Der Hund läuft über eine grüne Wiese.", "Zwei kleine Kinder spielen im Schnee."},
       54.213436906357884},
      {"the reference itself",
       {"Ein Mann, der 1,000.50 Euro zahlt."},
       {"Ein Mann, der 1,000.50 Euro zahlt."},
       100},
      {"no four words in a row", {"ja", "nein danke"}, {"ja", "nein danke"}, 0},
      {"an empty translation",
       {"", "die Katze sitzt auf der Matte und schläft"},
       {"ein Vogel", "die Katze sitzt auf einer Matte und schläft heute"},
       34.36446393954862},
      {"empty translations", {"", " "}, {"ein Vogel", "zwei"}, 0},
      {"no match", {"aa bb cc dd ee"}, {"ff gg hh ii jj"}, 0},
      {"orders without a match",
       {"the cat the dog the cow"},
       {"the dog and the cat saw a cow"},
       17.39350277271197},
      {"entities",
       {"&quot;Tom &amp;amp; Jerry&quot; kostet &lt;5&gt; Euro <skipped>heute", "a &ltb; &quot c"},
       {"\"Tom &amp; Jerry\" kostet <5> Euro heute", "a &ltb; &quot d"},
       71.38833903708331},
      {"numbers",
       {"Es sind 3.5-4,5 km , 1-2 Tage; 2.000, 7.", "am 1. Mai 2020-05"},
       {"Es sind 3,5-4,5 km, 1-2 Tage; 2.000,7.", "am 1 . Mai 2020 -05"},
       58.02072508766143},
      {"other scripts and spaces",
       {"größe ¿qué? — 東京へ行く… ١,٢ é.,é x\u00a0y\u3000z",
        "naïve café 5\u2009€ „Hallo“ \u2028 !\u200b"},
       {"Größe ¿qué? — 東京へ行く… ١,٢ é.,é x y z", "naïve café 5 € „Hallo“ !\u200b"},
       94.66010415066873},
      {"line feeds",
       {"wort-\ntrennung hier\nund dort -\n", "a-\n b"},
       {"worttrennung hier und dort -", "a b c"},
       86.6877899750182},
      {"words that are repeated",
       {"die die die die die", "a a b a a b a a"},
       {"die die Katze die", "a a b a b a a c"},
       49.93187332111509},
      {"too short",
       {"ein Mann mit Hut geht"},
       {"ein Mann mit Hut geht heute früh mit seinem Hund spazieren"},
       30.119421191220216},
      {"marks",
       {"it's $5.99 (or 10%)? [yes] {no} a_b x^y `z` ~ | \\ / @ # don't..."},
       {"it's $5.99 (or 10 %)? [yes] {no} a_b x^y `z` ~ | \\ / @ # do n't ..."},
       89.4354815176127}};
}

TEST(Bleu, IsThatOfSacrebleu) {
  Texts translations;
  Texts references;
  for (const Case& one : cases()) {
    EXPECT_NEAR(corpus_bleu(one.translations, one.references), one.bleu, 1e-9) << one.what;
    translations.insert(translations.end(), one.translations.begin(), one.translations.end());
    references.insert(references.end(), one.references.begin(), one.references.end());
  }
  EXPECT_NEAR(corpus_bleu(translations, references), 70.01628814406573, 1e-9);
}

TEST(Bleu, OfNothingIsZero) {
  EXPECT_EQ(corpus_bleu({}, {}), 0);
}

TEST(Tokenizer13a, KeepsNumbersTogether) {
  EXPECT_THAT(tokenize_13a("Es sind 3.5-4,5 km ,1-2."),
              ElementsAre("Es", "sind", "3.5", "-", "4,5", "km", ",", "1", "-", "2", "."));
  EXPECT_THAT(tokenize_13a("don't..."), ElementsAre("don't", ".", ".", "."));
  EXPECT_THAT(tokenize_13a("&amp;lt;"), ElementsAre("<"));
  EXPECT_THAT(tokenize_13a(" \u3000\n"), IsEmpty());
}

}  // namespace
}  // namespace murmur::learning
