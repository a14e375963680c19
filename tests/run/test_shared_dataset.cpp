// SPDX-License-Identifier: Apache-2.0
// Processes are threads here, each with a transport; they open each other's memory as processes do.
#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "murmur/comm/exchange.h"
#include "murmur/comm/in_process/in_process_fabric.h"
#include "murmur/run/wiring/shared_dataset.h"

namespace murmur::run {
namespace {

using data::Bytes;
using data::Dataset;
using Found = Result<std::shared_ptr<const Dataset>>;

Dataset small_dataset() {
  Dataset dataset;
  dataset.name = "small";
  dataset.folder = "/some/where";
  dataset.classes = 3;
  dataset.class_names = {"a", "b", "c"};
  dataset.training =
      data::labelled_images({1, 2, 3}, Bytes{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, Bytes{2, 0});
  dataset.test = data::labelled_images({1, 2, 3}, Bytes{7, 7, 7, 7, 7, 9}, Bytes{1});
  dataset.mean = {1.0 / 3};
  dataset.deviation = {0.1};
  dataset.digest = 0xfedcba9876543210U;
  dataset.as_published = true;
  return dataset;
}

std::vector<int> numbers(const data::HeldBytes& bytes) {
  return {bytes.begin(), bytes.end()};
}

void expect_same(const data::Examples& a, const data::Examples& b) {
  ASSERT_EQ(a.columns.size(), b.columns.size());
  for (std::size_t c = 0; c < a.columns.size(); ++c) {
    EXPECT_EQ(a.columns[c].name, b.columns[c].name);
    EXPECT_EQ(a.columns[c].dtype, b.columns[c].dtype);
    EXPECT_EQ(a.columns[c].shape, b.columns[c].shape);
    EXPECT_EQ(numbers(a.columns[c].bytes), numbers(b.columns[c].bytes));
  }
}

void expect_same(const Dataset& a, const Dataset& b) {
  expect_same(a.training, b.training);
  expect_same(a.test, b.test);
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.folder, b.folder);
  EXPECT_EQ(a.task, b.task);
  EXPECT_EQ(a.classes, b.classes);
  EXPECT_EQ(a.class_names, b.class_names);
  EXPECT_EQ(a.mean, b.mean);
  EXPECT_EQ(a.deviation, b.deviation);
  EXPECT_EQ(a.digest, b.digest);
  EXPECT_EQ(a.as_published, b.as_published);
}

struct Shared {
  std::vector<Found> found;  // by process
  int reads = 0;
};

// One process per entry of `homes` calls share_dataset() with it.
Shared share(const std::vector<std::string>& homes, const Found& on_disk) {
  comm::InProcessFabric fabric(static_cast<int>(homes.size()));
  std::atomic<int> reads = 0;
  std::vector<Found> found(homes.size(), std::shared_ptr<const Dataset>());
  std::vector<std::thread> processes;
  for (std::size_t p = 0; p < homes.size(); ++p) {
    processes.emplace_back([&, p, transport = fabric.transport(static_cast<int>(p))] {
      found[p] = share_dataset(*transport, homes[p], [&] {
        ++reads;
        return on_disk;
      });
    });
  }
  for (std::thread& process : processes) {
    process.join();
  }
  return {std::move(found), reads};
}

Found small() {
  return std::make_shared<const Dataset>(small_dataset());
}

// The id of a process that has ended.
pid_t gone() {
  const pid_t child = fork();
  if (child == 0) {
    _exit(0);
  }
  waitpid(child, nullptr, 0);
  return child;
}

TEST(SharedDataset, IsReadOncePerHomeAndTheSameForAll) {
  const Shared shared = share({"a", "b", "a", "a", "b", "c"}, small());
  EXPECT_EQ(shared.reads, 3);
  for (const Found& found : shared.found) {
    ASSERT_TRUE(found);
    expect_same(*found.value(), small_dataset());
  }
}

TEST(SharedDataset, OfNumbersIsTheSame) {
  Dataset numbers = small_dataset();
  numbers.task = data::Task::kRegression;
  numbers.classes = 0;
  numbers.training.columns = {
      {.name = "x", .dtype = files::Dtype::kF32, .shape = {3}, .bytes = Bytes(36, 7)},
      {.name = "y", .dtype = files::Dtype::kF64, .shape = {}, .bytes = Bytes(24, 9)},
      {.name = "more", .dtype = files::Dtype::kI32, .shape = {1}, .bytes = Bytes(12, 1)}};
  const Shared shared = share({"a", "a"}, std::make_shared<const Dataset>(numbers));
  for (const Found& found : shared.found) {
    ASSERT_TRUE(found);
    expect_same(*found.value(), numbers);
    EXPECT_EQ(found.value()->training.column("y").values<double>().size(), 3U);
  }
}

TEST(SharedDataset, OfAReaderThatFailsIsTheFailureOfItsHome) {
  const Shared shared = share({"a", "a", "a"}, Failure{FailureKind::kDamaged, "some/file: torn"});
  EXPECT_EQ(shared.reads, 1);
  for (const Found& found : shared.found) {
    ASSERT_FALSE(found);
    EXPECT_EQ(found.failure().kind, FailureKind::kDamaged);
    EXPECT_EQ(found.failure().message, "some/file: torn");
  }
}

TEST(SharedDataset, IsReadByEachProcessThatHasNoHome) {
  const Shared shared = share({"", "a", "", "a"}, small());
  EXPECT_EQ(shared.reads, 3);
  for (const Found& found : shared.found) {
    ASSERT_TRUE(found);
    expect_same(*found.value(), small_dataset());
  }
}

// The test acts as process 0: it announces the address of its memory, which no longer exists.
TEST(SharedDataset, IsReadWhereTheMemoryCannotBeOpened) {
  auto mine = put_where_others_see(small_dataset());
  ASSERT_TRUE(mine);
  std::string address = mine.value().address;
  const std::string here = "[" + std::to_string(getpid()) + ",";
  ASSERT_NE(address.find(here), std::string::npos);
  address.replace(address.find(here), here.size(), "[" + std::to_string(gone()) + ",");
  for (const std::string& announced : {address, std::string("{}")}) {
    comm::InProcessFabric fabric(2);
    std::thread reader([&, transport = fabric.transport(0)] {
      EXPECT_TRUE(comm::exchange_texts(*transport, "a"));
      EXPECT_TRUE(comm::exchange_texts(*transport, announced));
    });
    int reads = 0;
    const auto transport = fabric.transport(1);
    const Found found = share_dataset(*transport, "a", [&] {
      ++reads;
      return small();
    });
    reader.join();
    EXPECT_EQ(reads, 1);
    ASSERT_TRUE(found);
    expect_same(*found.value(), small_dataset());
  }
}

TEST(SharedDataset, LivesAsLongAsItIsUsed) {
  data::HeldBytes pixels;
  {
    auto mine = put_where_others_see(small_dataset());
    ASSERT_TRUE(mine);
    const Found theirs = open_dataset(mine.value().address);
    ASSERT_TRUE(theirs);
    const data::HeldBytes& ours = mine.value().dataset->test.column(data::kInputs).bytes;
    pixels = theirs.value()->test.column(data::kInputs).bytes;
    EXPECT_NE(pixels.data(), ours.data());
  }
  EXPECT_EQ(numbers(pixels), numbers(small_dataset().test.column(data::kInputs).bytes));
}

TEST(SharedDataset, FailsWhereAProcessIsGone) {
  comm::InProcessFabric fabric(2);
  fabric.transport(1).reset();
  const auto transport = fabric.transport(0);
  const Found found = share_dataset(*transport, "a", small);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.failure().kind, FailureKind::kPeer);
}

}  // namespace
}  // namespace murmur::run
