// SPDX-License-Identifier: Apache-2.0
// The building blocks of a report's page. Texts are passed unescaped and are escaped here; what is
// named `html` is already markup.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace murmur::run {

// Rows of numbers; the first column and the header are headings.
struct NumberTable {
  std::vector<std::string> header = {};
  std::vector<std::vector<std::string>> rows = {};
};

// A picture with a caption and its numbers as a table.
struct Figure {
  std::string title = {};
  std::string note = {};          // a sentence; may be empty
  std::string picture_html = {};  // from murmur/run/plot
  NumberTable numbers = {};       // empty: no table
};

// A name and a value, set off from the text.
struct Fact {
  std::string name = {};
  std::string value = {};
  std::string note = {};  // small; may be empty
};

std::string table_html(const NumberTable& table, std::string_view css_class);
std::string figure_html(const Figure& figure);
std::string facts_html(const std::vector<Fact>& facts);
// A row of figures, as many beside each other as fit. Empty without figures.
std::string figures_html(const std::vector<Figure>& figures);
// Empty if `body_html` is empty.
std::string section_html(const std::string& title,
                         const std::string& introduction,
                         const std::string& body_html);
// A paragraph; empty without warnings.
std::string warnings_html(const std::vector<std::string>& warnings);
std::string code_html(const std::string& text);
// A section that can be collapsed.
std::string folded_html(const std::string& title, const std::string& body_html, bool open);

// The whole document; `lead_html` follows the title.
std::string page_html(const std::string& title,
                      const std::string& lead_html,
                      const std::string& body_html);

// The style sheet of page and charts, light and dark, screen and paper.
std::string_view style_sheet();

}  // namespace murmur::run
