#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace llmapikey {

// Says who makes the secret of a key. `us`: the provider's client makes it before the create call,
// so a lost answer does not lose the secret.
enum class SecretMaker { provider, us };

// Says when the day of a daily cap ends. spending/ books by days of UTC: a provider with another
// day needs other books first.
enum class DayEnd { utc_midnight };

// The form by which raw keys of a provider are recognized in a text.
struct KeyShape {
    std::string_view prefix;     // what a new key begins with
    std::string_view family;     // what every key begins with, including those of another time or server
    std::size_t hex_digits = 0;  // after the prefix, so that these alone are recognized too; 0: keys have no such form
    std::size_t length_min = 0;  // a shorter key was cut off
};

// Words for messages to operators: names of variables, and where to look.
struct ProviderVariables {
    std::string_view management_key, url;
    std::string_view workspace, guardrail;                        // empty: the provider has none
    std::string_view management_key_advice;                       // "create a management key at ..."
    std::string_view management_keys_url = {}, credits_url = {};  // pages where one makes keys, and buys credits
};

// A model that a recipient can try with one press. The price is a word, because amounts change.
struct SuggestedModel {
    std::string_view id;     // "openai/gpt-4o-mini"
    std::string_view name;   // "GPT-4o mini"
    std::string_view price;  // "very cheap", "cheap", "mid-priced", "expensive"
};

// Properties of a provider that do not depend on the configuration. All texts live as long as the
// program.
struct ProviderTraits {
    std::string_view name;  // for people
    std::string_view word;  // in the configuration
    KeyShape key;
    SecretMaker secret_made_by = SecretMaker::provider;
    bool is_expiry_changeable = false;  // of a key that exists
    DayEnd day_ends_at = DayEnd::utc_midnight;
    std::string_view api_base_url = {};   // where recipients use their keys; empty: the operator's own address
    std::string_view models_url = {};     // a page that lists models and prices; empty: there is none
    std::string_view example_model = {};  // for snippets, if no guardrail limits the choice
    std::span<const SuggestedModel> suggested_models = {};  // from cheap to expensive; empty: recipients type a name
    std::string_view key_variable = {};                     // in a recipient's shell
    std::string_view unknown_key_says = {};  // the error of a call with a key that is gone; empty: nothing special
    ProviderVariables variables = {};
};

}  // namespace llmapikey
