// SPDX-License-Identifier: Apache-2.0
// CIFAR-10: Krizhevsky, Learning Multiple Layers of Features from Tiny Images, technical report,
// University of Toronto, 2009. Five training batches and one test batch in the binary format.
#include "murmur/data/images/cifar_binary.h"
#include "murmur/data/registry.h"

namespace murmur::data {
namespace {

Result<Dataset> read_cifar10(const DatasetInfo& info,
                             const DatasetFiles& files,
                             const ForEach& for_each) {
  return read_cifar(info, files, {.classes = {info.classes}}, for_each);
}

}  // namespace

DatasetInfo cifar10() {
  constexpr std::int64_t kBytes = 30730000;
  return {
      .name = "cifar10",
      .summary = "CIFAR-10: 50000 training and 10000 test colour images of 32 x 32, 10 classes",
      .licence =
          "free for research with citation; no licence is stated by its authors. Krizhevsky, "
          "Learning Multiple Layers of Features from Tiny Images, 2009",
      .how_to_get =
          "Put the six files of the binary version (data_batch_1.bin to data_batch_5.bin "
          "and test_batch.bin, plain, .gz or .xz) into the folder that data.folder or "
          "MURMUR_DATA names, or into its subfolder cifar-10-batches-bin or cifar10",
      .files = {{.name = "data_batch_1.bin", .bytes = kBytes, .xxh3 = 0x41ac9bacc0b7f4a7U},
                {.name = "data_batch_2.bin", .bytes = kBytes, .xxh3 = 0xfe2060fa6cda726aU},
                {.name = "data_batch_3.bin", .bytes = kBytes, .xxh3 = 0xb4bded95a257863aU},
                {.name = "data_batch_4.bin", .bytes = kBytes, .xxh3 = 0xc1de03fe2464dfdeU},
                {.name = "data_batch_5.bin", .bytes = kBytes, .xxh3 = 0xd237593ed2319c8cU},
                {.name = "test_batch.bin", .bytes = kBytes, .xxh3 = 0x437077c166f279d4U}},
      .subfolders = {"cifar10", "cifar-10-batches-bin", "cifar10/cifar-10-batches-bin"},
      .system_places = {"/usr/share/datasets/cifar10", "/usr/local/share/datasets/cifar10"},
      .shape = {3, 32, 32},
      .training_examples = 50000,
      .test_examples = 10000,
      .classes = 10,
      .class_names = {"airplane",
                      "automobile",
                      "bird",
                      "cat",
                      "deer",
                      "dog",
                      "frog",
                      "horse",
                      "ship",
                      "truck"},
      .mean = {0.4914, 0.4822, 0.4465},
      .deviation = {0.2023, 0.1994, 0.2010},
      .options = {},
      .read = read_cifar10,
  };
}

}  // namespace murmur::data
