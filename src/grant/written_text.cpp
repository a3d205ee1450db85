#include "grant/written_text.hpp"

#include "base/code_points.hpp"
#include "grant/grant.hpp"

namespace llmapikey {
namespace {

base::Result<std::string> refuse(const TextRule& rule, const std::string& why) {
    return base::fail(base::Errc::invalid_input, std::string(rule.what) + " " + why);
}

}  // namespace

base::Result<std::string> check_text(std::string_view text, const TextRule& rule) {
    auto line = check_visible_line(text, rule.characters_max);
    if (!line) return refuse(rule, line.error().detail);
    if (line->empty() && rule.is_needed) return refuse(rule, "is needed, and is empty");
    if (holds_raw_key(*line))
        return refuse(rule, "holds a whole key: leave the key out; its last four characters are enough");
    return line;
}

}  // namespace llmapikey
