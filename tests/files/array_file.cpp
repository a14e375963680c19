// SPDX-License-Identifier: Apache-2.0
// Arrays of .npz and .safetensors files, and damage of every byte of them.
#include "murmur/files/array_file.h"

#include <fstream>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/core/random.h"
#include "tests/support/npz.h"
#include "tests/support/temporary_folder.h"

namespace murmur::files {
namespace {

using murmur::testing::NamedBytes;
using murmur::testing::npy;
using murmur::testing::npz;
using murmur::testing::raw;
using murmur::testing::safetensors;
using murmur::testing::TemporaryFolder;
using murmur::testing::ZipWriting;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::vector<float> kNumbers{1, 2, 3, 4, 5, 6};

class Arrays : public ::testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, const std::string& bytes) const {
    // Not atomic: syncing to disk each time would be slow.
    std::ofstream(folder_.path() / name, std::ios::binary) << bytes;
    return folder_.path() / name;
  }

  // The message of the first failure of opening, finding and reading `array`; the numbers are
  // stored if there is none.
  std::string read(const std::string& name,
                   const std::string& bytes,
                   const std::string& array = "a") {
    const auto file = open_array_file(write(name, bytes));
    if (!file) {
      kind_ = file.failure().kind;
      return file.failure().message;
    }
    const auto info = file.value()->find(array);
    if (!info) {
      kind_ = info.failure().kind;
      return info.failure().message;
    }
    info_ = info.value();
    bytes_.assign(info_.bytes, '\0');
    const Status status = file.value()->read(info_, std::as_writable_bytes(std::span(bytes_)));
    if (!status) {
      kind_ = status.failure().kind;
      return status.failure().message;
    }
    return {};
  }

  TemporaryFolder folder_;
  ArrayInfo info_;
  std::string bytes_;
  FailureKind kind_ = FailureKind::kInvalid;
};

TEST_F(Arrays, AreReadHoweverTheyArePacked) {
  for (const ZipWriting& how : {ZipWriting{},
                                ZipWriting{.deflate = true},
                                ZipWriting{.zip64 = true},
                                ZipWriting{.deflate = true, .zip64 = true},
                                ZipWriting{.comment = "made by hand, PK\x05\x06 and all"}}) {
    const std::string file = npz({{"other", npy("|u1", "()", "x")},
                                  {"a", npy("<f4", "(2, 3)", raw(kNumbers))},
                                  {"empty", npy("<i8", "(0, 7)", "")}},
                                 how);
    ASSERT_EQ(read("a.npz", file), "");
    EXPECT_EQ(info_.dtype, Dtype::kF32);
    EXPECT_THAT(info_.shape, ElementsAre(2, 3));
    EXPECT_EQ(bytes_, raw(kNumbers));
    ASSERT_EQ(read("a.npz", file, "empty"), "");
    EXPECT_THAT(info_.shape, ElementsAre(0, 7));
    ASSERT_EQ(read("a.npz", file, "other"), "");
    EXPECT_EQ(bytes_, "x");
    EXPECT_THAT(open_array_file(folder_.path() / "a.npz").value()->names(),
                ElementsAre("other", "a", "empty"));
  }
  ASSERT_EQ(read("a.safetensors", safetensors({{"a", "F32", "[2,3]", raw(kNumbers)}})), "");
  EXPECT_THAT(info_.shape, ElementsAre(2, 3));
  EXPECT_EQ(bytes_, raw(kNumbers));
}

TEST_F(Arrays, InFortranOrderAreTurnedAround) {
  const std::vector<float> columns{1, 4, 2, 5, 3, 6};
  ASSERT_EQ(read("a.npz", npz({{"a", npy("<f4", "(2, 3)", raw(columns), true)}})), "");
  EXPECT_EQ(bytes_, raw(kNumbers));
  // a[i, j, k] = 100 i + 10 j + k, in both orders.
  std::string rows;
  std::string turned;
  for (int i = 0; i < 2; ++i) {
    for (int j = 0; j < 3; ++j) {
      for (int k = 0; k < 2; ++k) {
        rows += static_cast<char>(100 * i + 10 * j + k);
      }
    }
  }
  for (int k = 0; k < 2; ++k) {
    for (int j = 0; j < 3; ++j) {
      for (int i = 0; i < 2; ++i) {
        turned += static_cast<char>(100 * i + 10 * j + k);
      }
    }
  }
  ASSERT_EQ(read("a.npz", npz({{"a", npy("|u1", "(2, 3, 2)", turned, true)}}, {.deflate = true})),
            "");
  EXPECT_EQ(bytes_, rows);
}

TEST_F(Arrays, HaveTheTypesOfNumpy) {
  const std::vector<std::pair<const char*, Dtype>> types{{"|b1", Dtype::kBool},
                                                         {"|i1", Dtype::kI8},
                                                         {"|u1", Dtype::kU8},
                                                         {"<i2", Dtype::kI16},
                                                         {"<u2", Dtype::kU16},
                                                         {"<f2", Dtype::kF16},
                                                         {"<i4", Dtype::kI32},
                                                         {"<u4", Dtype::kU32},
                                                         {"<f4", Dtype::kF32},
                                                         {"<i8", Dtype::kI64},
                                                         {"<u8", Dtype::kU64},
                                                         {"<f8", Dtype::kF64}};
  for (const auto& [descr, dtype] : types) {
    const std::string bytes(3 * bytes_of(dtype), 'x');
    ASSERT_EQ(read("a.npz", npz({{"a", npy(descr, "(3,)", bytes)}})), "") << descr;
    EXPECT_EQ(info_.dtype, dtype) << descr;
    EXPECT_EQ(bytes_, bytes) << descr;
  }
}

struct Refusal {
  std::string what;
  std::string member;  // of a.npy
  std::string complaint;
};

TEST_F(Arrays, AreRefusedByNameIfTheirHeaderIsWrong) {
  const std::string six = raw(kNumbers);
  const auto text = [&](const std::string& dictionary) {
    return std::string("\x93NUMPY\x01", 7) + '\0' +
           murmur::testing::little_endian(static_cast<std::uint16_t>(dictionary.size())) +
           dictionary + six;
  };
  const std::vector<Refusal> refusals{
      {"pickled", npy("|O", "(1,)", six), "pickled Python objects"},
      {"big-endian", npy(">f4", "(2, 3)", six), "type '>f4'; allowed are little-endian"},
      {"complex", npy("<c8", "(3,)", six), "type '<c8'"},
      {"text", npy("<U6", "(1,)", six), "type '<U6'"},
      {"without order", npy("|f4", "(2, 3)", six), "type '|f4'"},
      {"too many rows",
       npy("<f4", "(3, 3)", six),
       "it has 24 bytes, not what its type F32 and shape (3, 3) need"},
      {"too few rows", npy("<f4", "(1, 3)", six), "it has 24 bytes, not what"},
      {"overflow", npy("<f4", "(4611686018427387904, 4)", six), "it has 24 bytes, not what"},
      {"huge extent", npy("<f4", "(99999999999999999999,)", six), "no NumPy header"},
      {"negative extent", npy("<f4", "(-6,)", six), "no NumPy header"},
      {"no tuple", npy("<f4", "6", six), "no NumPy header"},
      {"fields",
       text("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (6,)}"),
       "several fields"},
      {"a key twice",
       text("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (6,)}"),
       "no NumPy header"},
      {"a key missing", text("{'descr': '<f4', 'shape': (6,)}"), "no NumPy header"},
      {"a key more",
       text("{'descr': '<f4', 'fortran_order': False, 'shape': (6,), 'x': 1}"),
       "no NumPy header"},
      {"text behind",
       text("{'descr': '<f4', 'fortran_order': False, 'shape': (6,)} x"),
       "no NumPy header"},
      {"no end", text("{'descr': '<f4"), "no NumPy header"},
      {"other magic",
       "\x93NUMPX" + npy("<f4", "(2, 3)", six).substr(6),
       "does not begin as a NumPy array"},
      {"short", "\x93NUMPY", "does not begin as a NumPy array"},
      {"cut", npy("<f4", "(2, 3)", six).substr(0, 40), "ends within its header"}};
  for (const Refusal& refusal : refusals) {
    EXPECT_THAT(read("a.npz", npz({{"a", refusal.member}})),
                AllOf(HasSubstr("a.npz: array 'a': "), HasSubstr(refusal.complaint)))
        << refusal.what;
    EXPECT_EQ(kind_, FailureKind::kDamaged) << refusal.what;
  }
  // Keys in any order and with the blanks of other writers are fine.
  EXPECT_EQ(
      read("a.npz", npz({{"a", text("{'shape':(2,3L),'fortran_order':False,'descr':\"<f4\"}")}})),
      "");
}

TEST_F(Arrays, ThatAreMissingAreNamedWithThoseThatAreThere) {
  EXPECT_THAT(read("a.npz", npz({{"x", npy("|u1", "()", "x")}, {"y", npy("|u1", "()", "x")}})),
              HasSubstr("a.npz: there is no array 'a'; there are: x, y"));
  EXPECT_THAT(read("a.npz", murmur::testing::zip({{"a", "x"}})), HasSubstr("there are: none"));
  EXPECT_THAT(read("a.safetensors", safetensors({{"x", "U8", "[]", "x"}})),
              HasSubstr("there is no array 'a'; there are: x"));
  EXPECT_THAT(read("a.csv", ""), HasSubstr("files that end in .safetensors or .npz"));
  EXPECT_EQ(kind_, FailureKind::kInvalid);
  EXPECT_EQ(open_array_file(folder_.path() / "none.npz").failure().kind, FailureKind::kMissing);
  EXPECT_EQ(open_array_file(folder_.path() / "none.safetensors").failure().kind,
            FailureKind::kMissing);
}

// A file with one wrong byte, or a cut one, is refused, or a byte that says nothing was wrong: then
// the numbers are the same. Nothing else may happen.
void damage_everywhere(const std::string& whole,
                       const std::function<void(const std::string&, const std::string&)>& look) {
  const Random random(1, Stream::kTest);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    look(whole.substr(0, i), "cut at " + std::to_string(i));
    for (const int change : {0, 1, 0x80, 0xff, -1}) {
      std::string changed = whole;
      const auto drawn = static_cast<unsigned char>(random.below(i, 256));
      changed[i] = change < 0 ? static_cast<char>(drawn) : static_cast<char>(changed[i] ^ change);
      if (changed != whole) {
        look(changed, "byte " + std::to_string(i));
      }
    }
  }
}

TEST_F(Arrays, OfADamagedArchiveAreRefusedOrTheSame) {
  for (const ZipWriting& how :
       {ZipWriting{}, ZipWriting{.deflate = true}, ZipWriting{.deflate = true, .zip64 = true}}) {
    const std::string whole = npz({{"a", npy("<f4", "(2, 3)", raw(kNumbers))}}, how);
    int refused = 0;
    int same = 0;
    damage_everywhere(whole, [&](const std::string& changed, const std::string& what) {
      const std::string message = read("a.npz", changed);
      if (message.empty()) {
        EXPECT_EQ(bytes_, raw(kNumbers)) << what;
        EXPECT_THAT(info_.shape, ElementsAre(2, 3)) << what;
        ++same;
      } else {
        EXPECT_EQ(kind_, FailureKind::kDamaged) << what << ": " << message;
        EXPECT_THAT(message, HasSubstr("a.npz")) << what;
        ++refused;
      }
    });
    EXPECT_GT(refused, same);
    EXPECT_GT(same, 0);  // a date, or what a reader takes from the directory instead
  }
}

TEST_F(Arrays, OfADamagedSafetensorsFileAreRefusedOrAsLongAsTheySay) {
  const std::string whole = safetensors({{"a", "F32", "[2,3]", raw(kNumbers)}});
  damage_everywhere(whole, [&](const std::string& changed, const std::string& what) {
    const std::string message = read("a.safetensors", changed);
    if (message.empty()) {  // the numbers have no checksum
      EXPECT_EQ(array_bytes(info_.dtype, info_.shape), info_.bytes) << what;
      EXPECT_EQ(info_.bytes, 24U) << what;
    } else {
      EXPECT_EQ(kind_, FailureKind::kDamaged) << what << ": " << message;
    }
  });
}

// The sizes in the directory, in the local header and in the array's header contradict each other.
TEST_F(Arrays, ThatClaimToBeLargerThanTheirArchiveCostNoMemory) {
  const std::string claims = npy("|u1", "(1099511627776,)", "x");
  EXPECT_THAT(read("a.npz", npz({{"a", claims}})), HasSubstr("it has 1 bytes, not what"));
  std::string whole = npz({{"a", claims}}, {.deflate = true});
  const std::size_t entry = whole.rfind("PK\x01\x02");
  const std::string terabyte = murmur::testing::little_endian(std::uint32_t{0xfffffffeU});
  whole.replace(entry + 24, 4, terabyte);
  EXPECT_THAT(read("a.npz", whole), HasSubstr("member 'a.npy' would have 4294967294 bytes out of"));
}

TEST_F(Arrays, InArchivesThatAreNotReadAreRefused) {
  std::string whole = npz({{"a", npy("|u1", "()", "x")}});
  const std::size_t entry = whole.rfind("PK\x01\x02");
  std::string encrypted = whole;
  encrypted[entry + 8] = 1;
  EXPECT_THAT(read("a.npz", encrypted), HasSubstr("'a.npy' is encrypted"));
  std::string packed = whole;
  packed[entry + 10] = 12;
  EXPECT_THAT(read("a.npz", packed),
              HasSubstr("packed by method 12; allowed are 0 (stored) and 8"));
  EXPECT_THAT(read("a.npz", npz({{"a", "x"}, {"a", "y"}})), HasSubstr("'a.npy' is there twice"));
  EXPECT_THAT(read("a.npz", ""), HasSubstr("is no whole zip archive"));
}

}  // namespace
}  // namespace murmur::files
