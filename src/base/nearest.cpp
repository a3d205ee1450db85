#include "base/nearest.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include "base/encoding.hpp"

namespace llmapikey::base {
namespace {

constexpr std::size_t name_bytes_max = 60;

// How many letters must be put in, left out or exchanged to make one of the other (Levenshtein).
std::size_t distance(std::string_view left, std::string_view right) {
    std::vector<std::size_t> row(right.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < left.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t k = 0; k < right.size(); ++k) {
            const std::size_t exchanged = diagonal + (left[i] == right[k] ? 0 : 1);
            diagonal = row[k + 1];
            row[k + 1] = std::min({exchanged, row[k] + 1, row[k + 1] + 1});
        }
    }
    return row.back();
}

// The same letters and digits, whatever stands between the words.
std::string plain(std::string_view name) {
    std::string letters;
    for (const char c : to_lower(name))
        if (c != '_' && c != '-' && c != '.') letters += c;
    return letters;
}

}  // namespace

std::string nearest(std::string_view name, std::span<const std::string> known) {
    if (name.empty() || name.size() > name_bytes_max) return {};
    const std::string wanted = plain(name);
    std::string best;
    std::size_t best_distance = std::max<std::size_t>(wanted.size() / 3, 1) + 1;
    for (const std::string& candidate : known) {
        const std::string letters = plain(candidate);
        const bool continues =
            wanted.size() >= 4 && letters.size() >= 4 && (letters.starts_with(wanted) || wanted.starts_with(letters));
        const std::size_t apart = continues ? 1 : distance(wanted, letters);
        if (apart >= best_distance) continue;
        best_distance = apart;
        best = candidate;
    }
    return best;
}

}  // namespace llmapikey::base
