// What must be true of the traits of every provider, and of the configuration that goes with them.
#include "providers/known_providers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "app/upstreams.hpp"
#include "grant/grant.hpp"
#include "keys/pasted_key.hpp"
#include "support/scripted_http_client.hpp"

namespace llmapikey {
namespace {

// Null: there is no such variable.
const config::Variable* variable_of(std::string_view name) {
    const auto all = config::variables();
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& variable) { return variable.name == name; });
    return found == all.end() ? nullptr : &*found;
}

TEST(KnownProviders, AreToldApartAndNameVariablesThatThereAre) {
    std::set<std::string_view> names, words, families;
    for (const ProviderTraits* traits : known_providers()) {
        EXPECT_TRUE(names.insert(traits->name).second && words.insert(traits->word).second);
        EXPECT_TRUE(families.insert(traits->key.family).second);
        EXPECT_FALSE(traits->name.empty() || traits->word.empty() || traits->key.family.empty());
        EXPECT_TRUE(traits->key.prefix.starts_with(traits->key.family));
        const ProviderVariables& variables = traits->variables;
        ASSERT_NE(variable_of(variables.management_key), nullptr) << variables.management_key;
        ASSERT_NE(variable_of(variables.url), nullptr) << variables.url;
        EXPECT_EQ(variable_of(variables.url)->default_text, traits->api_base_url);
        for (const std::string_view name : {variables.workspace, variables.guardrail})
            EXPECT_TRUE(name.empty() || variable_of(name) != nullptr) << name;
    }
    EXPECT_EQ(config::ProviderConfig().word, usual_provider().word);
}

TEST(KnownProviders, ARawKeyOfEachIsRecognizedInAnyText) {
    for (const ProviderTraits* traits : known_providers()) {
        const std::string digits(std::max<std::size_t>(traits->key.hex_digits, traits->key.length_min), 'a');
        const std::string key = std::string(traits->key.prefix) + digits;
        EXPECT_TRUE(holds_raw_key("before " + key + " after"));
        EXPECT_EQ(raw_key_in("Bearer " + key).reveal(), key);
        EXPECT_FALSE(is_cut_off(key));
        EXPECT_EQ(known_key_prefix(key), traits->key.family);
        if (traits->key.hex_digits > 0) {
            EXPECT_EQ(raw_key_in(digits).reveal(), key) << "its digits alone";
        }
    }
    EXPECT_EQ(place_of_key("no key"), std::string::npos);
    EXPECT_FALSE(holds_raw_key("no key"));
}

TEST(KnownProviders, TheOneThatIsConfiguredIsMade) {
    test::ScriptedHttpClient http;
    for (const ProviderTraits* traits : known_providers()) {
        config::Config config;
        config.provider.word = std::string(traits->word);
        EXPECT_EQ(&app::traits_of(config), traits);
        const auto made = app::make_key_provider(config, http);
        EXPECT_EQ(made->traits().word, traits->word);
        EXPECT_EQ(made->in_background()->traits().word, traits->word);
        EXPECT_NE(app::make_chat_provider(config, http), nullptr);
    }
}

}  // namespace
}  // namespace llmapikey
