// SPDX-License-Identifier: Apache-2.0
// CIFAR-100: Krizhevsky, Learning Multiple Layers of Features from Tiny Images, technical report,
// University of Toronto, 2009. One training and one test file in the
// binary format, with 100 fine classes in 20 coarse ones.
#include "murmur/data/images/cifar_binary.h"
#include "murmur/data/registry.h"

namespace murmur::data {
namespace {

constexpr int kCoarse = 20;
constexpr int kFine = 100;

std::vector<std::string> coarse_names() {
  return {"aquatic_mammals",
          "fish",
          "flowers",
          "food_containers",
          "fruit_and_vegetables",
          "household_electrical_devices",
          "household_furniture",
          "insects",
          "large_carnivores",
          "large_man-made_outdoor_things",
          "large_natural_outdoor_scenes",
          "large_omnivores_and_herbivores",
          "medium_mammals",
          "non-insect_invertebrates",
          "people",
          "reptiles",
          "small_mammals",
          "trees",
          "vehicles_1",
          "vehicles_2"};
}

std::vector<std::string> fine_names() {
  return {"apple",       "aquarium_fish", "baby",      "bear",       "beaver",       "bed",
          "bee",         "beetle",        "bicycle",   "bottle",     "bowl",         "boy",
          "bridge",      "bus",           "butterfly", "camel",      "can",          "castle",
          "caterpillar", "cattle",        "chair",     "chimpanzee", "clock",        "cloud",
          "cockroach",   "couch",         "crab",      "crocodile",  "cup",          "dinosaur",
          "dolphin",     "elephant",      "flatfish",  "forest",     "fox",          "girl",
          "hamster",     "house",         "kangaroo",  "keyboard",   "lamp",         "lawn_mower",
          "leopard",     "lion",          "lizard",    "lobster",    "man",          "maple_tree",
          "motorcycle",  "mountain",      "mouse",     "mushroom",   "oak_tree",     "orange",
          "orchid",      "otter",         "palm_tree", "pear",       "pickup_truck", "pine_tree",
          "plain",       "plate",         "poppy",     "porcupine",  "possum",       "rabbit",
          "raccoon",     "ray",           "road",      "rocket",     "rose",         "sea",
          "seal",        "shark",         "shrew",     "skunk",      "skyscraper",   "snail",
          "snake",       "spider",        "squirrel",  "streetcar",  "sunflower",    "sweet_pepper",
          "table",       "tank",          "telephone", "television", "tiger",        "tractor",
          "train",       "trout",         "tulip",     "turtle",     "wardrobe",     "whale",
          "willow_tree", "wolf",          "woman",     "worm"};
}

void configure(DatasetInfo& info, const OptionValues& options) {
  if (options.text("labels") == "coarse") {
    info.classes = kCoarse;
    info.class_names = coarse_names();
  }
}

Result<Dataset> read_cifar100(const DatasetInfo& info,
                              const DatasetFiles& files,
                              const ForEach& for_each) {
  const CifarFormat format{.classes = {kCoarse, kFine}, .label = info.classes == kFine ? 1U : 0U};
  return read_cifar(info, files, format, for_each);
}

}  // namespace

DatasetInfo cifar100() {
  return {
      .name = "cifar100",
      .summary = "CIFAR-100: 50000 training and 10000 test colour images of 32 x 32, 100 classes",
      .licence =
          "free for research with citation; no licence is stated by its authors. Krizhevsky, "
          "Learning Multiple Layers of Features from Tiny Images, 2009",
      .how_to_get =
          "Put train.bin and test.bin of the binary version (plain, .gz or .xz) into the "
          "folder that data.folder or MURMUR_DATA names, or into its subfolder "
          "cifar-100-binary or cifar100",
      .files = {{.name = "train.bin", .bytes = 153700000}, {.name = "test.bin", .bytes = 30740000}},
      .subfolders = {"cifar100", "cifar-100-binary", "cifar100/cifar-100-binary"},
      .system_places = {"/usr/share/datasets/cifar100", "/usr/local/share/datasets/cifar100"},
      .shape = {3, 32, 32},
      .training_examples = 50000,
      .test_examples = 10000,
      .classes = kFine,
      .class_names = fine_names(),
      .mean = {0.5071, 0.4867, 0.4408},
      .deviation = {0.2675, 0.2565, 0.2761},
      .options = {{.name = "labels",
                   .help = "`fine`: 100 classes, `coarse`: 20",
                   .fallback = std::string("fine"),
                   .choices = {"fine", "coarse"}}},
      .configure = configure,
      .read = read_cifar100,
  };
}

}  // namespace murmur::data
