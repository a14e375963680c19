// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/text/wordpiece.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <utf8proc.h>

#include "murmur/data/text/utf8.h"

namespace murmur::data {
namespace {

constexpr std::array<std::string_view, 5> kSpecial{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
constexpr std::size_t kLongestWord = 100;  // characters
constexpr char32_t kReplacement = 0xFFFD;

using Range = std::pair<char32_t, char32_t>;

template <std::size_t N>
bool is_in(const std::array<Range, N>& ranges, char32_t point) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const Range& range) {
    return point >= range.first && point <= range.second;
  });
}

// Marks, punctuation and control characters that Unicode has had since version 9: letters for
// BertTokenizer, whose tables of categories are those of version 8. Ranges may include code points
// that are none of these anyway.
constexpr std::array kNewer{
    Range{0x61D, 0x61D},     Range{0x7FD, 0x7FD},     Range{0x890, 0x8E2},
    Range{0x9FD, 0x9FE},     Range{0xA76, 0xA76},     Range{0xAFA, 0xAFF},
    Range{0xB55, 0xB55},     Range{0xC04, 0xC3C},     Range{0xC77, 0xC77},
    Range{0xC84, 0xC84},     Range{0xD00, 0xD00},     Range{0xD3B, 0xD3C},
    Range{0xD81, 0xD81},     Range{0xEBA, 0xEBA},     Range{0xECE, 0xECE},
    Range{0x180F, 0x1886},   Range{0x1ABF, 0x1ACE},   Range{0x1B7D, 0x1B7E},
    Range{0x1DF6, 0x1DFB},   Range{0x2E43, 0x2E5D},   Range{0xA82C, 0xA82C},
    Range{0xA8C5, 0xA8C5},   Range{0xA8FF, 0xA8FF},   Range{0xA9BD, 0xA9BD},
    Range{0x10D24, 0x10F89}, Range{0x11070, 0x11074}, Range{0x110C2, 0x110CD},
    Range{0x111CF, 0x111CF}, Range{0x1123E, 0x11241}, Range{0x1133B, 0x1133B},
    Range{0x11438, 0x1145E}, Range{0x11660, 0x1166C}, Range{0x116B9, 0x116B9},
    Range{0x1182F, 0x11FFF}, Range{0x12FF1, 0x13455}, Range{0x16E97, 0x16F4F},
    Range{0x16FE2, 0x16FE4}, Range{0x1CF00, 0x1CF46}, Range{0x1E000, 0x1E4EF},
    Range{0x1E944, 0x1E95F}};

// That of Unicode 8, where it matters.
utf8proc_category_t category(char32_t point) {
  constexpr char32_t kCanadianSyllabicsChi = 0x166D;
  constexpr char32_t kSharadaSandhiMark = 0x111C9;
  constexpr char32_t kHanunooSignPamudpod = 0x1734;
  if (point == kCanadianSyllabicsChi || point == kSharadaSandhiMark) {
    return UTF8PROC_CATEGORY_PO;
  }
  if (point == kHanunooSignPamudpod) {
    return UTF8PROC_CATEGORY_MN;
  }
  return point >= kNewer.front().first && is_in(kNewer, point)
             ? UTF8PROC_CATEGORY_LO
             : utf8proc_category(static_cast<utf8proc_int32_t>(point));
}

bool is_white(char32_t point) {
  const utf8proc_category_t kind = category(point);
  return (point >= 0x09 && point <= 0x0D) || point == 0x85 || kind == UTF8PROC_CATEGORY_ZS ||
         kind == UTF8PROC_CATEGORY_ZL || kind == UTF8PROC_CATEGORY_ZP;
}

bool is_removed(char32_t point) {
  if (point == '\t' || point == '\n' || point == '\r') {
    return false;
  }
  const utf8proc_category_t kind = category(point);
  return point == 0 || point == kReplacement || kind == UTF8PROC_CATEGORY_CC ||
         kind == UTF8PROC_CATEGORY_CF || kind == UTF8PROC_CATEGORY_CO;
}

bool is_ideograph(char32_t point) {
  constexpr std::array kRanges{Range{0x4E00, 0x9FFF},
                               Range{0x3400, 0x4DBF},
                               Range{0x20000, 0x2A6DF},
                               Range{0x2A700, 0x2B73F},
                               Range{0x2B740, 0x2B81F},
                               Range{0x2B920, 0x2CEAF},
                               Range{0xF900, 0xFAFF},
                               Range{0x2F800, 0x2FA1F}};
  return is_in(kRanges, point);
}

bool is_punctuation(char32_t point) {
  const bool is_ascii = (point >= 33 && point <= 47) || (point >= 58 && point <= 64) ||
                        (point >= 91 && point <= 96) || (point >= 123 && point <= 126);
  const utf8proc_category_t kind = category(point);
  return is_ascii || (kind >= UTF8PROC_CATEGORY_PC && kind <= UTF8PROC_CATEGORY_PO);
}

// NFD without nonspacing marks.
std::u32string without_accents(const std::u32string& text) {
  std::string bytes;
  for (const char32_t point : text) {
    bytes += to_utf8(point);
  }
  utf8proc_uint8_t* mapped = nullptr;
  const utf8proc_ssize_t size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(bytes.data()),
                   static_cast<utf8proc_ssize_t>(bytes.size()),
                   &mapped,
                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, std::free);
  std::u32string kept;
  if (size < 0) {
    return text;
  }
  for (const char32_t point :
       code_points({reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(size)})) {
    if (category(point) != UTF8PROC_CATEGORY_MN) {
      kept.push_back(point);
    }
  }
  return kept;
}

void add_lower(char32_t point, std::u32string& text) {
  constexpr char32_t kDottedI = 0x130;
  if (point == kDottedI) {
    text += U"i\u0307";
    return;
  }
  text.push_back(static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(point))));
}

// The first special token in the text: its place, and which; npos: there is none.
std::pair<std::size_t, std::string_view> find_special(std::string_view text) {
  std::pair<std::size_t, std::string_view> first{std::string_view::npos, {}};
  for (const std::string_view token : kSpecial) {
    const std::size_t place = text.find(token);
    first = place < first.first ? std::pair(place, token) : first;
  }
  return first;
}

}  // namespace

Result<WordpieceSettings> read_wordpiece_settings(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "tokenizer_config.json";
  std::ifstream stream(path);
  WordpieceSettings settings;
  if (!stream) {
    return settings;
  }
  try {
    const auto json = nlohmann::json::parse(stream);
    settings.lower = json.value("do_lower_case", true);
    settings.split_ideographs = json.value("tokenize_chinese_chars", true);
    const auto accents = json.find("strip_accents");
    settings.strip_accents =
        accents == json.end() || accents->is_null() ? settings.lower : accents->get<bool>();
    return settings;
  } catch (const nlohmann::json::exception& error) {
    return Failure{FailureKind::kDamaged, fmt::format("{}: {}", path.string(), error.what())};
  }
}

Result<Wordpiece> Wordpiece::make(std::shared_ptr<const Vocabulary> vocabulary,
                                  const WordpieceSettings& settings) {
  for (const std::string_view token : kSpecial) {
    if (token != "[MASK]" && vocabulary->number(std::string(token)) < 0) {
      return Failure{FailureKind::kDamaged,
                     fmt::format("the vocabulary has no token '{}', which wordpiece needs", token)};
    }
  }
  Wordpiece wordpiece(std::move(vocabulary), settings);
  wordpiece.unknown_ = wordpiece.vocabulary_->number("[UNK]");
  wordpiece.begin_ = wordpiece.vocabulary_->number("[CLS]");
  wordpiece.end_ = wordpiece.vocabulary_->number("[SEP]");
  return wordpiece;
}

std::u32string Wordpiece::normalized(std::string_view text) const {
  std::u32string clean;
  for (const char32_t point : code_points(text)) {
    if (is_removed(point)) {
      continue;
    }
    const bool apart = settings_.split_ideographs && is_ideograph(point);
    clean +=
        apart ? std::u32string{U' ', point, U' '} : std::u32string{is_white(point) ? U' ' : point};
  }
  const std::u32string bare = settings_.strip_accents ? without_accents(clean) : clean;
  if (!settings_.lower) {
    return bare;
  }
  std::u32string lowered;
  for (const char32_t point : bare) {
    add_lower(point, lowered);
  }
  return lowered;
}

std::vector<std::u32string> Wordpiece::words(std::string_view text) const {
  std::vector<std::u32string> words;
  std::u32string word;
  const auto end_word = [&] {
    if (!word.empty()) {
      words.push_back(std::exchange(word, {}));
    }
  };
  for (const char32_t point : normalized(text)) {
    if (is_white(point)) {
      end_word();
    } else if (is_punctuation(point)) {
      end_word();
      words.push_back({point});
    } else {
      word.push_back(point);
    }
  }
  end_word();
  return words;
}

void Wordpiece::add_word(const std::u32string& word, std::vector<std::int32_t>& tokens) const {
  const std::size_t before = tokens.size();
  std::size_t begin = 0;
  while (begin < word.size() && word.size() <= kLongestWord) {
    std::string piece = begin == 0 ? "" : "##";
    std::int32_t longest = -1;
    std::size_t next = begin;
    for (std::size_t end = begin; end < word.size(); ++end) {
      piece += to_utf8(word[end]);
      if (const std::int32_t number = vocabulary_->number(piece); number >= 0) {
        longest = number;
        next = end + 1;
      }
    }
    if (longest < 0) {
      break;
    }
    tokens.push_back(longest);
    begin = next;
  }
  if (begin < word.size()) {
    tokens.resize(before);
    tokens.push_back(unknown_);
  }
}

std::vector<std::int32_t> Wordpiece::encode(std::string_view text,
                                            std::size_t most,
                                            bool* is_cut) const {
  std::vector<std::int32_t> tokens{begin_};
  while (!text.empty() && tokens.size() < most) {
    const auto [place, special] = find_special(text);
    for (const std::u32string& word : words(text.substr(0, place))) {
      add_word(word, tokens);
    }
    if (place == std::string_view::npos) {
      break;
    }
    const std::int32_t number = vocabulary_->number(std::string(special));
    tokens.push_back(number < 0 ? unknown_ : number);
    text.remove_prefix(place + special.size());
  }
  if (is_cut != nullptr) {
    *is_cut = tokens.size() > most - 1;
  }
  tokens.resize(std::min(tokens.size(), most - 1));
  tokens.push_back(end_);
  return tokens;
}

}  // namespace murmur::data
