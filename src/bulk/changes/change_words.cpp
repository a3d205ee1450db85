#include "bulk/changes/change_words.hpp"

#include <array>

#include "base/plural.hpp"

namespace llmapikey {
namespace {

constexpr std::array<ChangeWords, 4> words = {{
    {"Switch off", "Switching keys off", "Keys switched off", "switched off"},
    {"Switch on", "Switching keys on", "Keys switched on", "switched on"},
    {"Change the cap of", "Changing caps", "Changed caps", "given the new cap"},
    {"Replace", "Replacing keys", "Replaced keys", "ended, and the next ones are made"},
}};

}  // namespace

const ChangeWords& words_of(ChangeAct act) {
    return words[static_cast<std::size_t>(act)];
}

std::string title_of(const BulkChange& change) {
    if (change.cap) return "Set the cap to " + base::to_cap(*change.cap) + " a day";
    return std::string(words_of(change.act).demand);
}

std::string outcome_of(const BulkChange& change) {
    if (!change.is_done) return {};
    const std::string done(words_of(change.act).done);
    if (change.total == 0) return "There were no matching keys any more, so nothing was done.";
    if (change.done == change.total)
        return change.total == 1 ? "The key is " + done + "."
                                 : "All " + std::to_string(change.total) + " keys are " + done + ".";
    std::string text = std::to_string(change.done) + " of " + base::counted(change.total, "key") +
                       (change.done == 1 ? " is " : " are ") + done + ".";
    if (change.skipped > 0)
        text += " " + std::to_string(change.skipped) + (change.skipped == 1 ? " was" : " were") + " skipped.";
    if (change.failed > 0) text += " " + std::to_string(change.failed) + " failed.";
    return text;
}

}  // namespace llmapikey
