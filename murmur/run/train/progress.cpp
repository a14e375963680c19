// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/train/progress.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "murmur/run/text/say.h"

namespace murmur::run {
namespace {

constexpr double kBetweenDrawings_s = 0.1;

}  // namespace

bool takes_escapes() {
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  const bool unwanted = no_color != nullptr && *no_color != '\0';
  return !unwanted && (terminal == nullptr || std::string_view(terminal) != "dumb");
}

std::string duration_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::llround(std::max(seconds, 0.0)));
  if (whole < 60) {
    return fmt::format("{} s", whole);
  }
  if (whole < 3600) {
    return fmt::format("{} min {} s", whole / 60, whole % 60);
  }
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

std::string progress_text(const std::string& name, const Progress& p) {
  std::string text = fmt::format("{}: step {}/{}  epoch {:.2f}/{:g}  loss {:.3f}",
                                 name,
                                 p.step,
                                 p.steps,
                                 p.epoch,
                                 p.epochs,
                                 p.loss);
  if (!p.measure.empty() && std::isfinite(p.score)) {
    text += fmt::format("  {} {:.3f}", p.measure, p.score);
  }
  text += "  " + duration_text(p.wall_s);
  const std::int64_t done = p.step - p.first_step;
  if (done > 0) {
    const double left =
        p.wall_s / static_cast<double>(done) * static_cast<double>(p.steps - p.step);
    text += fmt::format(", {} to go", duration_text(left));
  }
  return text;
}

ProgressLine::ProgressLine(std::FILE* stream, std::string name, bool quiet)
    : stream_(stream),
      name_(std::move(name)),
      draws_(!quiet && isatty(fileno(stream)) != 0),
      escapes_(takes_escapes()) {}

void ProgressLine::draw(const Progress& progress) {
  const bool too_soon = drawn_at_s_ >= 0 && progress.wall_s - drawn_at_s_ < kBetweenDrawings_s;
  if (!draws_ || (too_soon && progress.step != progress.steps)) {
    return;
  }
  const std::string text = progress_text(name_, progress);
  const std::size_t blanks = text.size() < width_ && !escapes_ ? width_ - text.size() : 0;
  say(stream_, "\r{}{}{:{}}", text, escapes_ ? "\x1b[K" : "", "", blanks);
  width_ = text.size();
  drawn_at_s_ = progress.wall_s;
}

void ProgressLine::clear() {
  if (width_ > 0) {
    say(stream_, "\r{}", escapes_ ? std::string("\x1b[K") : std::string(width_, ' ') + "\r");
    width_ = 0;
  }
}

}  // namespace murmur::run
