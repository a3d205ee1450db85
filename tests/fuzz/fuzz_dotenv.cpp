// The .env file and all that is read from it, listen addresses and URLs.
#include <algorithm>
#include <map>
#include <string>

#include "config/config.hpp"
#include "expect.hpp"
#include "net/http_server.hpp"

using namespace llmapikey;
using fuzz::expect;
using fuzz::text_of;

namespace {

// Of a secret variable's value; what is so short may stand in any message, and what the advice has is no secret.
bool tells_nothing(const config::Problem& problem, const std::string& value) {
    const auto all = config::variables();
    const auto variable = std::find_if(all.begin(), all.end(),
                                       [&](const config::Variable& each) { return each.name == problem.variable; });
    const bool is_kept = variable != all.end() && variable->is_secret && value.size() >= 20 &&
                         variable->advice.find(value) == std::string_view::npos;
    return !is_kept || problem.message.find(value) == std::string::npos;
}

void load(const std::vector<std::pair<std::string, std::string>>& pairs) {
    std::map<std::string, std::string, std::less<>> values(pairs.begin(), pairs.end());
    const auto find = [&](std::string_view name) {
        const auto found = values.find(name);
        return found != values.end() ? std::optional(found->second) : std::nullopt;
    };
    const auto config = config::load(find, config::Need::serve);
    if (config) {
        expect(config->auth_session_secret.reveal().size() >= 32, "a session's secret is strong");
        expect(config->key_daily_limit.value > 0, "a cap is a cap");
        return;
    }
    expect(!config.error().empty(), "a refusal says what is wrong");
    for (const config::Problem& problem : config.error())
        expect(tells_nothing(problem, values[problem.variable]), "a refusal tells no secret");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = text_of(data, size);
    if (const auto pairs = config::parse_dotenv(text)) load(*pairs);
    if (const auto url = config::parse_base_url(text)) expect(!url->ends_with('/'), "a base URL ends without a slash");
    if (const auto address = net::ListenAddress::parse(text)) {
        const auto again = net::ListenAddress::parse(address->text());
        expect(again && again->host == address->host && again->port == address->port, "an address can be read back");
    }
    return 0;
}
