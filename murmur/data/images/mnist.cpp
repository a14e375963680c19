// SPDX-License-Identifier: Apache-2.0
// MNIST: LeCun, Bottou, Bengio, Haffner, Gradient-Based Learning Applied to Document Recognition,
// Proceedings of the IEEE, 1998. Four IDX files.
#include "murmur/data/images/idx.h"
#include "murmur/data/registry.h"

namespace murmur::data {

DatasetInfo mnist() {
  std::vector<FileInfo> files = usual_idx_files();
  files[0].bytes = 47040016;
  files[0].md5 = "6bbc9ace898e44ae57da46a324031adb";
  files[1].bytes = 60008;
  files[1].md5 = "a25bea736e30d166cdddb491f175f624";
  files[2].bytes = 7840016;
  files[2].md5 = "2646ac647ad5339dbf082846283269ea";
  files[3].bytes = 10008;
  files[3].md5 = "27ae3e4e09519cfbb04c329615203637";
  return {
      .name = "mnist",
      .summary = "MNIST: 60000 training and 10000 test grey images of 28 x 28, handwritten digits",
      .licence =
          "free for research with citation. LeCun, Bottou, Bengio, Haffner, Gradient-Based "
          "Learning Applied to Document Recognition, 1998",
      .how_to_get =
          "Put the four IDX files (train-images-idx3-ubyte, train-labels-idx1-ubyte, "
          "t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, plain, .gz or .xz) into the "
          "folder that data.folder or MURMUR_DATA names, or into its subfolder mnist",
      .files = std::move(files),
      .subfolders = {"mnist", "MNIST/raw"},
      .system_places = {"/usr/share/datasets/mnist", "/usr/local/share/datasets/mnist"},
      .shape = {1, 28, 28},
      .training_examples = 60000,
      .test_examples = 10000,
      .classes = 10,
      .class_names = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"},
      .mean = {0.1307},
      .deviation = {0.3081},
      .options = {},
      .read = read_idx_dataset,
  };
}

}  // namespace murmur::data
