// SPDX-License-Identifier: Apache-2.0
// Fashion-MNIST: Xiao, Rasul, Vollgraf, arXiv 1708.07747. Four IDX files.
#include "murmur/data/images/idx.h"
#include "murmur/data/registry.h"

namespace murmur::data {

DatasetInfo fashion_mnist() {
  std::vector<FileInfo> files = usual_idx_files();
  files[0].bytes = 47040016;
  files[0].xxh3 = 0xca72265d7c26283bU;
  files[1].bytes = 60008;
  files[1].xxh3 = 0x775518db990ebf87U;
  files[2].bytes = 7840016;
  files[2].xxh3 = 0xa60baf710224b311U;
  files[3].bytes = 10008;
  files[3].xxh3 = 0x20515cb4512a5b03U;
  return {
      .name = "fashion-mnist",
      .summary =
          "Fashion-MNIST: 60000 training and 10000 test grey images of 28 x 28, 10 kinds of "
          "clothing",
      .licence =
          "MIT. Xiao, Rasul, Vollgraf, Fashion-MNIST: a Novel Image Dataset for Benchmarking "
          "Machine Learning Algorithms, 2017",
      .how_to_get =
          "Install it with: apt-get install dataset-fashion-mnist (Debian), or put the four "
          "IDX files (plain, .gz or .xz) into the folder that data.folder or MURMUR_DATA "
          "names, or into its subfolder fashion-mnist",
      .files = std::move(files),
      .subfolders = {"fashion-mnist", "fashion_mnist", "FashionMNIST/raw"},
      .system_places = {"/usr/share/datasets/fashion-mnist",
                        "/usr/local/share/datasets/fashion-mnist"},
      .shape = {1, 28, 28},
      .training_examples = 60000,
      .test_examples = 10000,
      .classes = 10,
      .class_names = {"T-shirt/top",
                      "Trouser",
                      "Pullover",
                      "Dress",
                      "Coat",
                      "Sandal",
                      "Shirt",
                      "Sneaker",
                      "Bag",
                      "Ankle boot"},
      .mean = {0.2860},
      .deviation = {0.3530},
      .options = {},
      .read = read_idx_dataset,
  };
}

}  // namespace murmur::data
