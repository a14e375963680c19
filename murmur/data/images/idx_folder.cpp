// SPDX-License-Identifier: Apache-2.0
// Any four IDX files of a user's own: the labels determine the number of classes, the images have
// any shape, and they are normalised by the statistics of the training images.
#include "murmur/data/images/idx.h"
#include "murmur/data/registry.h"

namespace murmur::data {

DatasetInfo idx_folder() {
  return {
      .name = "idx",
      .summary = "any images of your own in four IDX files: shape and classes are read from them",
      .licence = "your own",
      .how_to_get =
          "Name the folder with data.folder; it holds train-images-idx3-ubyte, "
          "train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte "
          "(plain, .gz or .xz; images of rank 2, 3 or 4, labels of rank 1, values of one "
          "byte)",
      .files = usual_idx_files(),
      .subfolders = {"idx"},
      .system_places = {},
      .classes = 0,
      .class_names = {},
      .mean = {},
      .deviation = {},
      .options = {},
      .read = read_idx_dataset,
  };
}

}  // namespace murmur::data
