#include "base/nearest.hpp"

#include <algorithm>
#include <vector>

#include "base/encoding.hpp"

namespace llmapikey::base {
namespace {

constexpr std::size_t name_bytes_max = 60;

// Reduces a name to its letters and digits, so that separators and case do not matter.
std::string plain(std::string_view name) {
    std::string letters;
    for (const char c : to_lower(name))
        if (c != '_' && c != '-' && c != '.') letters += c;
    return letters;
}

}  // namespace

std::size_t edit_distance(std::string_view left, std::string_view right) {
    // Three rows of the usual table (optimal string alignment); a cell is the distance between two
    // prefixes.
    std::vector<std::size_t> before_last(right.size() + 1), last(right.size() + 1), row(right.size() + 1);
    for (std::size_t j = 0; j <= right.size(); ++j)
        last[j] = j;
    for (std::size_t i = 1; i <= left.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= right.size(); ++j) {
            const std::size_t change = left[i - 1] == right[j - 1] ? 0 : 1;
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + change});
            const bool is_exchange = i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1];
            if (is_exchange) row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
        before_last.swap(last);
        last.swap(row);
    }
    return last[right.size()];
}

std::string nearest(std::string_view text, std::span<const std::string> candidates, std::size_t distance_max) {
    std::string found;
    std::size_t best = distance_max + 1;
    for (const std::string& candidate : candidates) {
        const std::size_t length_difference =
            std::max(text.size(), candidate.size()) - std::min(text.size(), candidate.size());
        if (length_difference >= best) continue;
        const std::size_t distance = edit_distance(text, candidate);
        if (distance >= best) continue;
        best = distance;
        found = candidate;
    }
    return found;
}

std::string nearest(std::string_view name, std::span<const std::string> known) {
    if (name.empty() || name.size() > name_bytes_max) return {};
    const std::string wanted = plain(name);
    std::string best;
    std::size_t best_distance = std::max<std::size_t>(wanted.size() / 3, 1) + 1;
    for (const std::string& candidate : known) {
        const std::string letters = plain(candidate);
        const bool continues =
            wanted.size() >= 4 && letters.size() >= 4 && (letters.starts_with(wanted) || wanted.starts_with(letters));
        const std::size_t apart = continues ? 1 : edit_distance(wanted, letters);
        if (apart >= best_distance) continue;
        best_distance = apart;
        best = candidate;
    }
    return best;
}

}  // namespace llmapikey::base
