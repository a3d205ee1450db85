#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace llmapikey::cli {

// What may stand in the place of an option's or argument's value, for completion.
enum class ValueKind {
    words,        // one of a list
    keys,         // a key, by its id, or its account's id or login
    logins,       // a login that has a key
    revocations,  // a bulk revocation that can be stopped
    files,        // the name of a file
};

struct OptionValue {
    ValueKind kind = ValueKind::words;
    std::vector<std::string> words = {};
};

// Knows the values of options and arguments. Commands declare them here, for the parser, the help
// and completion together.
class OptionValues {
public:
    // The parser takes these words only, and the help lists them.
    CLI::Option* only(CLI::Option* option, std::vector<std::string> words) {
        option->check(CLI::IsMember(words));
        return suggest(option, std::move(words));
    }
    // Other values are taken, too.
    CLI::Option* suggest(CLI::Option* option, std::vector<std::string> words) {
        values_[option] = {ValueKind::words, std::move(words)};
        return option;
    }
    CLI::Option* of(CLI::Option* option, ValueKind kind) {
        values_[option] = {kind};
        return option;
    }
    // Returns null if nothing is known of the option's values.
    const OptionValue* find(const CLI::Option* option) const {
        const auto found = values_.find(option);
        return found == values_.end() ? nullptr : &found->second;
    }

private:
    std::map<const CLI::Option*, OptionValue> values_;
};

}  // namespace llmapikey::cli
