#include "http/request_id.hpp"

#include <cstdint>
#include <cstring>

#include "base/crypto.hpp"

namespace llmapikey {
namespace {

constexpr std::size_t id_length = 12;
constexpr int bits_per_character = 6;

std::uint64_t random_start() {
    const std::string bytes = base::random_bytes(sizeof(std::uint64_t));
    std::uint64_t start = 0;
    std::memcpy(&start, bytes.data(), sizeof start);
    return start;
}

// Returns the next number of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number
// generators, 2014).
std::uint64_t next_random() {
    thread_local std::uint64_t state = random_start();
    state += 0x9e3779b97f4a7c15u;
    std::uint64_t mixed = state;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
    return mixed ^ (mixed >> 31);
}

}  // namespace

std::string new_request_id() {
    static constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    constexpr std::size_t characters_per_number = 10;
    std::string id(id_length, '\0');
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < id_length; ++i) {
        if (i % characters_per_number == 0) bits = next_random();
        id[i] = alphabet[bits & 63];
        bits >>= bits_per_character;
    }
    return id;
}

}  // namespace llmapikey
