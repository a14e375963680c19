// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/report/page.h"

#include <fmt/format.h>

#include "murmur/run/text/html.h"
#include "murmur/run/text/version.h"

namespace murmur::run {

std::string table_html(const NumberTable& table, std::string_view css_class) {
  std::string out =
      fmt::format(R"(<div class="scroll" tabindex="0"><table class="{}"><thead><tr>)", css_class);
  for (const std::string& cell : table.header) {
    out += "<th scope=\"col\">" + escape_html(cell) + "</th>";
  }
  out += "</tr></thead><tbody>";
  for (const std::vector<std::string>& row : table.rows) {
    out += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) {
      out += i == 0 ? "<th scope=\"row\">" + escape_html(row[i]) + "</th>"
                    : "<td>" + escape_html(row[i]) + "</td>";
    }
    out += "</tr>";
  }
  return out + "</tbody></table></div>";
}

std::string figure_html(const Figure& figure) {
  std::string out = "<figure><figcaption><b>" + escape_html(figure.title) + "</b>";
  if (!figure.note.empty()) {
    out += "<span>" + escape_html(figure.note) + "</span>";
  }
  out += "</figcaption>" + figure.picture_html;
  if (!figure.numbers.rows.empty()) {
    out += folded_html("Numbers", table_html(figure.numbers, "numbers"), false);
  }
  return out + "</figure>";
}

std::string facts_html(const std::vector<Fact>& facts) {
  std::string out = "<dl class=\"facts\">";
  for (const Fact& fact : facts) {
    out += "<div><dt>" + escape_html(fact.name) + "</dt><dd>" + escape_html(fact.value);
    if (!fact.note.empty()) {
      out += "<small>" + escape_html(fact.note) + "</small>";
    }
    out += "</dd></div>";
  }
  return out + "</dl>";
}

std::string figures_html(const std::vector<Figure>& figures) {
  if (figures.empty()) {
    return {};
  }
  std::string out = "<div class=\"figures\">";
  for (const Figure& figure : figures) {
    out += figure_html(figure);
  }
  return out + "</div>";
}

std::string section_html(const std::string& title,
                         const std::string& introduction,
                         const std::string& body_html) {
  if (body_html.empty()) {
    return {};
  }
  std::string out = "<section><h2>" + escape_html(title) + "</h2>";
  if (!introduction.empty()) {
    out += "<p>" + escape_html(introduction) + "</p>";
  }
  return out + body_html + "</section>";
}

std::string warnings_html(const std::vector<std::string>& warnings) {
  std::string lines;
  for (const std::string& warning : warnings) {
    lines += (lines.empty() ? "" : "<br>") + std::string("Warning: ") + escape_html(warning);
  }
  return lines.empty() ? lines : "<p class=\"warnings\"><small>" + lines + "</small></p>";
}

std::string code_html(const std::string& text) {
  return "<pre tabindex=\"0\"><code>" + escape_html(text) + "</code></pre>";
}

std::string folded_html(const std::string& title, const std::string& body_html, bool open) {
  return fmt::format("<details{}><summary>{}</summary>{}</details>",
                     open ? " open" : "",
                     escape_html(title),
                     body_html);
}

std::string page_html(const std::string& title,
                      const std::string& lead_html,
                      const std::string& body_html) {
  return fmt::format(
      "<!DOCTYPE html>\n"
      "<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<meta name=\"generator\" content=\"murmur {0}\">\n"
      "<title>{1}</title>\n<style>{2}</style></head>\n"
      "<body><main><header><h1>{1}</h1>{3}</header>\n{4}\n"
      "<footer>Made by murmur {0}. This page needs no network and no script.</footer>"
      "</main></body></html>\n",
      version(),
      escape_html(title),
      style_sheet(),
      lead_html,
      body_html);
}

}  // namespace murmur::run
