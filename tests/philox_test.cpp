#include "tensor/philox.h"

#include <set>

#include "tests/op_checks.h"

using namespace emograd;

namespace {

void known(Philox::Block counter, std::uint32_t key0, std::uint32_t key1, const std::array<std::uint32_t, 4>& answer) {
  const auto block = Philox::block(counter, key0, key1);
  for (std::size_t i = 0; i < 4; ++i) CHECK(block.v[i] == answer[i]);
}

}  // namespace

// Random123 1.14, kat_vectors, philox4x32 with 10 rounds.
TEST_CASE("philox: published known answers") {
  known({{0, 0, 0, 0}}, 0, 0, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  known({{~0u, ~0u, ~0u, ~0u}}, ~0u, ~0u, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  known({{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}}, 0xa4093822, 0x299f31d0,
        {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("philox: 64-bit seeds and counters use all their bits") {
  std::set<std::uint32_t> seen;
  for (int bit = 0; bit < 64; ++bit) {
    seen.insert(Philox::at(std::uint64_t{1} << bit, 0).v[0]);
    seen.insert(Philox::at(0, std::uint64_t{1} << bit).v[0]);
  }
  CHECK(seen.size() == 128);
}

TEST_CASE("philox: split makes other streams and leaves this one where it is") {
  const Rng rng{42, 17};
  std::set<std::uint64_t> seeds;
  for (std::uint64_t purpose = 0; purpose < 1000; ++purpose) {
    const Rng other = rng.split(purpose);
    CHECK(other.offset == 0);
    seeds.insert(other.seed);
  }
  CHECK(seeds.size() == 1000);
  CHECK(seeds.count(42) == 0);
  CHECK(rng.split(3).seed == Rng{42, 99}.split(3).seed);
  CHECK(rng.split(3).seed != Rng{43, 17}.split(3).seed);
}
