// The .env file and all that is read from it, listen addresses and URLs.
#include <algorithm>
#include <map>
#include <string>

#include "base/encoding.hpp"
#include "config/config.hpp"
#include "expect.hpp"
#include "net/http_server.hpp"

using namespace llmapikey;
using fuzz::expect;
using fuzz::text_of;

namespace {

using Values = std::map<std::string, std::string, std::less<>>;

tl::expected<config::Config, std::vector<config::Problem>> load(const Values& values) {
    const auto find = [&](std::string_view name) {
        const auto found = values.find(name);
        return found != values.end() ? std::optional(found->second) : std::nullopt;
    };
    return config::load(find, config::Need::serve);
}

bool is_secret(std::string_view name) {
    const auto all = config::variables();
    return std::any_of(all.begin(), all.end(), [&](const auto& each) { return each.name == name && each.is_secret; });
}

// Whether the words of the problem have this value in them by themselves: they have it still when
// the variable has another of the same length.
bool stands_in_words(const std::string& value, const std::string& variable, Values values) {
    std::string& other = values[variable];
    for (char& c : other)
        if (static_cast<unsigned char>(c) > ' ') c = 'x';
    const auto config = load(values);
    return !config && std::any_of(config.error().begin(), config.error().end(), [&](const config::Problem& each) {
        return each.variable == variable && each.message.find(value) != std::string::npos;
    });
}

// What is so short may stand in any message.
bool tells_nothing(const config::Problem& problem, const Values& values) {
    const auto found = values.find(problem.variable);
    if (found == values.end() || found->second.size() < 20 || !is_secret(problem.variable)) return true;
    if (problem.message.find(found->second) == std::string::npos) return true;
    return stands_in_words(found->second, found->first, values);
}

bool is_no_comment(std::string_view secret) {
    return !secret.starts_with('#') && secret.find(" #") == std::string_view::npos;
}

void judge(const std::vector<std::pair<std::string, std::string>>& pairs) {
    const Values values(pairs.begin(), pairs.end());
    const auto config = load(values);
    if (config) {
        expect(config->auth_session_secret.reveal().size() >= 32, "a session's secret is strong");
        expect(config->key_daily_limit.value > 0, "a cap is a cap");
        for (const base::Secret* secret : {&config->auth_session_secret, &config->key_encryption_secret,
                                           &config->provider.management_key, &config->github_oauth_client_secret})
            expect(is_no_comment(base::trim(secret->reveal())), "a comment is no secret");
        return;
    }
    expect(!config.error().empty(), "a refusal says what is wrong");
    for (const config::Problem& problem : config.error())
        expect(tells_nothing(problem, values), "a refusal tells no secret");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = text_of(data, size);
    if (const auto pairs = config::parse_dotenv(text)) judge(*pairs);
    if (const auto url = config::parse_base_url(text)) expect(!url->ends_with('/'), "a base URL ends without a slash");
    if (const auto address = net::ListenAddress::parse(text)) {
        const auto again = net::ListenAddress::parse(address->text());
        expect(again && again->host == address->host && again->port == address->port, "an address can be read back");
    }
    return 0;
}
