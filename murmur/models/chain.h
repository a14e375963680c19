// SPDX-License-Identifier: Apache-2.0
// A body that is a chain of layers, each of which takes what the one before it gives. Its tensors,
// the values that a pass keeps of it (activations.h) and its torch module
// (learning/torch/models/chain.cpp) follow from the one list that a description writes:
//
//   Chain(network).convolution("conv1", {.outputs = 16, .kernel = 3}).relu().mean();
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "murmur/models/norm.h"

namespace murmur::models {

struct Network;

namespace chain {

// Names are paths in PyTorch's state_dict: "features.0". `inputs` and `outputs`: channels.
struct ChannelsLast {};  // the memory format in which many channels are faster
struct Convolution {
  std::string name;
  std::int64_t inputs = 0;
  std::int64_t outputs = 0;
  std::int64_t kernel = 0;
  std::int64_t stride = 1;
  std::int64_t padding = 0;  // zeros on every side
  bool bias = true;
};
struct NormAndActivation {
  std::string name;
  models::Norm norm;
  std::int64_t channels = 0;
};
struct Linear {
  std::string name;
  std::int64_t inputs = 0;
  std::int64_t outputs = 0;
};
struct Relu {};
struct MaxPool {
  std::int64_t extent = 2;  // of the window, and its stride
};
struct Mean {};  // over all places
struct Flatten {};
struct Dropout {
  double share = 0;
  std::uint64_t place = 0;  // of the dropouts of a model, counted from 0
};

struct Layer {
  std::variant<ChannelsLast,
               Convolution,
               NormAndActivation,
               Linear,
               Relu,
               MaxPool,
               Mean,
               Flatten,
               Dropout>
      operation;
  std::int64_t values = 0;  // that it gives for an example
};

}  // namespace chain

struct ChainConvolution {
  std::int64_t outputs = 0;
  std::int64_t kernel = 0;
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  bool bias = true;
  bool kaiming = true;  // the weights start by kaiming_start(); false: by default_start()
};

// Adds layers to the body of a network, whose input is set.
class Chain {
 public:
  explicit Chain(Network& network);

  Chain& channels_last();
  Chain& convolution(const std::string& name, const ChainConvolution& convolution);
  Chain& norm(const std::string& name, const Norm& norm);  // with the activation behind it
  Chain& relu();
  Chain& max_pool(std::int64_t extent);
  Chain& mean();
  Chain& flatten();
  Chain& dropout(double share);
  Chain& linear(const std::string& name, std::int64_t outputs);

  std::int64_t channels() const { return extents_[0]; }
  // Of an example, behind the layers so far: what the head takes.
  std::int64_t features() const { return extents_[0] * extents_[1] * extents_[2]; }

 private:
  template <class Operation>
  Chain& add(Operation operation);

  Network* network_;
  std::array<std::int64_t, 3> extents_;  // channels, rows, columns
  std::uint64_t dropouts_ = 0;
};

}  // namespace murmur::models
