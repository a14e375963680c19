// SPDX-License-Identifier: Apache-2.0
// As many modules as threads compute at the same time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include <ATen/Context.h>
#include <murmur/task.h>
#include <murmur/torch/forward_draws.h>
#include <murmur/torch/module_rows.h>
#include <murmur/torch/views.h>

namespace murmur::detail {

// The tensors of a module that are not of integers, as parameters of a task.
template <class S, class Named>
std::vector<Parameter> parameters_of(const Named& named) {
  std::vector<Parameter> all;
  for (const auto& item : named) {
    if (item.value().is_floating_point()) {
      all.push_back({item.key(), item.value().sizes().vec(), 0, 0});
    }
  }
  return placed<S>(std::move(all));
}

// Thread-safe.
template <class S, class Module>
class ModuleStock {
 public:
  struct Item {
    Item(const Module& made, std::vector<Parameter> parameters, std::vector<Parameter> buffers)
        : module(made), rows(made.ptr(), std::move(parameters), std::move(buffers)) {}
    Module module;
    ModuleRows<S> rows;
  };
  struct GiveBack {
    ModuleStock* stock = nullptr;
    void operator()(Item* item) const { stock->take_back(std::unique_ptr<Item>(item)); }
  };
  using Lent = std::unique_ptr<Item, GiveBack>;

  // `draws`: whether forward passes draw, if that is known.
  ModuleStock(std::function<Module()> make, std::optional<bool> draws)
      : make_(std::move(make)), draws_(draws) {
    if (!make_) {
      throw Error("torch_task() has no function that makes a module");
    }
    const Module first = make_();
    parameters_ = parameters_of<S>(first->named_parameters());
    buffers_ = parameters_of<S>(first->named_buffers());
    start_ = copies(first->named_parameters());
    start_buffers_ = copies(first->named_buffers());
    items_.push_back(std::make_unique<Item>(first, parameters_, buffers_));
  }

  const std::vector<Parameter>& parameters() const { return parameters_; }
  const std::vector<Parameter>& buffers() const { return buffers_; }

  // The numbers of a row of buffers; none of a null row.
  std::vector<S> buffers_in(const S* row) const {
    const bool empty = row == nullptr || buffers_.empty();
    return {row, empty ? row : row + buffers_.back().offset + buffers_.back().size};
  }

  // Writes the first module's tensors, as it was made.
  void start(S* row, S* buffers) const {
    write(start_, parameters_, row);
    write(start_buffers_, buffers_, buffers);
  }

  // A module that nobody else uses until it is given back.
  Lent lend() {
    const std::lock_guard lock(mutex_);
    if (items_.empty()) {
      return Lent(another().release(), GiveBack{this});
    }
    std::unique_ptr<Item> item = std::move(items_.back());
    items_.pop_back();
    return Lent(item.release(), GiveBack{this});
  }

  ForwardDraws& draws() { return draws_; }

 private:
  // Its initial values are not used, so the random numbers that they take are put back.
  std::unique_ptr<Item> another() {
    return draws_.apart([this] {
      at::Generator generator = at::globalContext().defaultGenerator(at::kCPU);
      const at::Tensor before = generator.get_state();
      const Module module = make_();
      generator.set_state(before);
      return std::make_unique<Item>(module, parameters_, buffers_);
    });
  }

  void take_back(std::unique_ptr<Item> item) {
    const std::lock_guard lock(mutex_);
    items_.push_back(std::move(item));
  }

  template <class Named>
  static std::vector<at::Tensor> copies(const Named& named) {
    std::vector<at::Tensor> all;
    for (const auto& item : named) {
      if (item.value().is_floating_point()) {
        all.push_back(
            item.value().detach().to(c10::CppTypeToScalarType<S>::value).clone().contiguous());
      }
    }
    return all;
  }

  static void write(const std::vector<at::Tensor>& tensors,
                    const std::vector<Parameter>& places,
                    S* row) {
    for (std::size_t i = 0; i < places.size(); ++i) {
      std::copy_n(tensors[i].template data_ptr<S>(), places[i].size, row + places[i].offset);
    }
  }

  std::function<Module()> make_;
  std::vector<Parameter> parameters_;
  std::vector<Parameter> buffers_;
  std::vector<at::Tensor> start_;
  std::vector<at::Tensor> start_buffers_;
  std::mutex mutex_;                          // of items_
  std::vector<std::unique_ptr<Item>> items_;  // that nobody uses now
  ForwardDraws draws_;
};

}  // namespace murmur::detail
