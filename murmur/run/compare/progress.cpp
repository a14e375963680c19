// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/compare/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "murmur/run/text/html.h"
#include "murmur/run/text/say.h"
#include "murmur/run/train/progress.h"

namespace murmur::run {
namespace {

constexpr auto kBetweenDrawings = std::chrono::milliseconds(100);
constexpr auto kBetweenPlainLines = std::chrono::seconds(10);

// A longer line would wrap and could not be overwritten.
std::size_t columns_of(std::FILE* stream) {
  winsize size{};
  const bool known = ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 10;
  return (known ? size.ws_col : 80U) - 1;
}

}  // namespace

std::string progress_text(const CompareProgress& progress) {
  std::string text = fmt::format("{}/{} runs", progress.done, progress.total);
  if (progress.seconds_left >= 0) {
    text += fmt::format(", {} to go", duration_text(progress.seconds_left));
  }
  return progress.running.empty() ? text : text + ": " + progress.running;
}

CompareProgressLine::CompareProgressLine(std::FILE* stream, Detail detail)
    : stream_(stream),
      detail_(detail),
      terminal_(isatty(fileno(stream)) != 0),
      escapes_(takes_escapes()),
      shown_at_(Clock::now() - kBetweenDrawings) {}

void CompareProgressLine::show(const CompareProgress& progress) {
  if (detail_ == Detail::kSilent) {
    return;
  }
  const auto now = Clock::now();
  const bool every = detail_ == Detail::kEveryRun && progress.finished_one;
  if (every || (!terminal_ && progress.finished_one && now - shown_at_ >= kBetweenPlainLines)) {
    clear();
    say(stream_, "murmur: {}\n", progress_text(progress));
    shown_at_ = now;
  }
  if (terminal_ && now - shown_at_ >= kBetweenDrawings) {
    draw(progress_text(progress));
    shown_at_ = now;
  }
}

void CompareProgressLine::draw(const std::string& text) {
  const std::string line = shortened(text, columns_of(stream_));
  const std::size_t length = shown_length(line);
  const std::string blanks(!escapes_ && length < width_ ? width_ - length : 0, ' ');
  say(stream_, "\r{}{}{}", line, escapes_ ? "\x1b[K" : "", blanks);
  width_ = length;
}

void CompareProgressLine::clear() {
  if (width_ > 0) {
    say(stream_, "\r{}", escapes_ ? std::string("\x1b[K") : std::string(width_, ' ') + "\r");
    width_ = 0;
  }
}

}  // namespace murmur::run
