// SPDX-License-Identifier: Apache-2.0
// A training run that takes a fraction of a second: four kinds of striped images, a small network.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "tests/commands/program.h"

namespace murmur::testing {

// An IDX file: bytes of these extents.
inline std::string idx(const std::vector<std::uint32_t>& extents, const std::string& bytes) {
  std::string text{'\0', '\0', '\x08', static_cast<char>(extents.size())};
  for (const std::uint32_t extent : extents) {
    for (const unsigned shift : {24U, 16U, 8U, 0U}) {
      text.push_back(static_cast<char>((extent >> shift) & 0xffU));
    }
  }
  return text + bytes;
}

// Image i has class i mod 4: rows with that remainder are bright, with a pattern that differs from
// image to image.
inline void write_images(const Desk& desk, const std::string& prefix, std::uint32_t count) {
  std::string pixels;
  std::string labels;
  for (std::uint32_t i = 0; i < count; ++i) {
    labels.push_back(static_cast<char>(i % 4));
    for (std::uint32_t k = 0; k < 64; ++k) {
      const std::uint32_t noise = (i * 37 + k * 101 + i * k * 13) % 90;
      pixels.push_back(static_cast<char>((k / 8 % 4 == i % 4 ? 150 : 20) + noise));
    }
  }
  desk.write("images/" + prefix + "-images-idx3-ubyte", idx({count, 8, 8}, pixels));
  desk.write("images/" + prefix + "-labels-idx1-ubyte", idx({count}, labels));
}

// A desk with the images and small.toml.
class TrainingDesk : public Desk {
 public:
  TrainingDesk() {
    std::filesystem::create_directory(path("images"));
    write_images(*this, "train", 256);
    write_images(*this, "t10k", 64);
    write("small.toml",
          R"(workers = 4
seed = 2

[data]
name = "idx"
folder = ")" + path("images").string() +
              R"("
partition = "dirichlet"
alpha = 1.0
batch_size = 8

[model]
name = "mlp"
hidden = [8]

[topology]
name = "ring"

[algorithm]
name = "qg-dsgdm-n"
learning_rate = 0.05

[schedule]
epochs = 4
)");
  }

  // murmur train small.toml ARGUMENTS
  Ran train(std::vector<std::string> arguments,
            const std::vector<std::string>& environment = {}) const {
    arguments.insert(arguments.begin(), {"train", "small.toml"});
    return run(arguments, environment);
  }

  // murmur ARGUMENTS where no file may grow beyond this many KiB: as on a full disk, a write fails
  // and nothing else does.
  Ran run_with_small_files(const std::vector<std::string>& arguments, int kibibytes) const {
    std::string command = "trap '' XFSZ && ulimit -f " + std::to_string(2 * kibibytes) +
                          " && exec " + quoted(MURMUR_PROGRAM);
    for (const std::string& argument : arguments) {
      command += " " + quoted(argument);
    }
    return shell(path(""), command);
  }
};

inline std::string last_line(const Ran& ran) {
  const std::vector<std::string> lines = lines_of(ran.out);
  return lines.empty() ? std::string() : lines.back();
}

}  // namespace murmur::testing
