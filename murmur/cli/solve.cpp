// SPDX-License-Identifier: Apache-2.0
// murmur solve FILE.toml: an algorithm on a small analytic problem, the state after every step.
#include "murmur/run/solve/solve.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "murmur/cli/commands.h"
#include "murmur/cli/console.h"

namespace murmur::cli {
namespace {

struct Arguments {
  CommonOptions common;
  std::string file;
  std::string format = "json";
  bool fields = false;
};

// The output: a file or standard output.
class Sink {
 public:
  explicit Sink(const std::optional<std::string>& path) : name_(path.value_or("standard output")) {
    if (path) {
      opened_.reset(std::fopen(path->c_str(), "ab"));
      if (opened_ != nullptr) {
        occupy(*path);
      } else {
        throw UserError(fmt::format("--output '{}' cannot be written: {}; of `solve` it is a file",
                                    *path,
                                    std::strerror(errno)));
      }
    }
  }

  Status write(std::string_view text) {
    errno = 0;
    return check(std::fwrite(text.data(), 1, text.size(), stream()) == text.size());
  }
  Status flush() {
    errno = 0;
    return check(std::fflush(stream()) == 0);
  }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  // Locks the file, so that it has one writer at a time, and truncates it.
  void occupy(const std::string& path) const {
    const int number = fileno(opened_.get());
    struct stat file = {};
    if (fstat(number, &file) != 0 || !S_ISREG(file.st_mode)) {
      return;
    }
    if (flock(number, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
      throw UserError(fmt::format(
          "--output '{}' is in use: another process is writing to it. Wait until it has ended, or "
          "choose another file",
          path));
    }
    if (ftruncate(number, 0) != 0) {
      throw UserError(
          fmt::format("--output '{}' cannot be emptied: {}", path, std::strerror(errno)));
    }
  }

  std::FILE* stream() const { return opened_ != nullptr ? opened_.get() : stdout; }
  Status check(bool good) const {
    if (good) {
      return Ok{};
    }
    return Failure{FailureKind::kIo,
                   fmt::format("{} cannot be written: {}", name_, std::strerror(errno))};
  }

  std::string name_;
  std::unique_ptr<std::FILE, Close> opened_;
};

ExitCode run_solve(const Arguments& arguments) {
  const bool csv = arguments.format == "csv";
  if (csv && arguments.common.json) {
    throw UserError("--format csv and --json contradict each other; give one of them");
  }
  if (csv && arguments.fields) {
    throw UserError("--fields goes with --format json: the columns of csv are fixed");
  }
  if (arguments.common.resume) {
    throw UserError("`solve` keeps no checkpoints, so there is nothing to --resume",
                    ExitCode::kCheckpoint);
  }
  const run::Config config =
      run::load_config(arguments.file, run::Purpose::kSolve, arguments.common.overrides());
  Sink sink(arguments.common.output);
  const Status solved =
      run::solve(config,
                 {.fields = arguments.fields,
                  .csv = csv,
                  .write = [&](std::string_view text) { return sink.write(text); },
                  .warn = warner(arguments.common)});
  const Status flushed = sink.flush();
  if (!solved) {
    return report_failure(solved.failure());
  }
  return flushed ? ExitCode::kDone : report_failure(flushed.failure());
}

}  // namespace

void add_solve_command(CLI::App& app, Invocation& invocation) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand(
      "solve", "an algorithm on a small analytic problem, the state after every step");
  command->add_option("file", arguments->file, "configuration (TOML)")
      ->required()
      ->type_name("FILE");
  command->add_option("--format", arguments->format, "json (one object per line) or csv")
      ->check(CLI::IsMember({"json", "csv"}));
  command->add_flag("--fields", arguments->fields, "show every field of the algorithm");
  add_common_options(*command, arguments->common);
  command->callback(
      [arguments, &invocation] { invocation.run = [arguments] { return run_solve(*arguments); }; });
}

}  // namespace murmur::cli
