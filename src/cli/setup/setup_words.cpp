#include "cli/setup/setup_words.hpp"

#include "base/authority.hpp"
#include "base/encoding.hpp"
#include "base/plural.hpp"
#include "net/http_server.hpp"
#include "settings/settings.hpp"
#include "sign_in/sign_in.hpp"

namespace llmapikey::cli {
namespace {

constexpr std::int64_t days_told_max = 1'000;

std::string how_long(base::MicroUsd left, base::MicroUsd a_day) {
    if (left.value <= 0) return "There are no credits";
    const std::int64_t days = left.value / a_day.value;
    const std::string credits = base::to_money(left) + " of credits last ";
    if (days == 0) return credits + "less than a day then";
    return credits + (days > days_told_max ? "years" : base::counted(days, "day")) + " then";
}

// Returns a host of 127.0.0.0/8 in dotted form, "127.1" as "127.0.0.1"; nullopt: it is none, such
// as the DNS name "127.example.org".
std::optional<std::string> loopback_v4(std::string_view host) {
    auto written = base::canonical_host(host);
    const bool is_one =
        written && written->starts_with("127.") && written->find_first_not_of("0123456789.") == std::string::npos;
    return is_one ? written : std::nullopt;
}

}  // namespace

std::string app_creation_link(const config::Config& config, const std::string& public_url) {
    const auto field = [](const std::string& name, const std::string& value) {
        return base::to_percent_encoded("oauth_application[" + name + "]") + "=" + base::to_percent_encoded(value);
    };
    return config.github_url + "/settings/applications/new?" + field("name", config.organizer.event_name) + "&" +
           field("url", public_url) + "&" + field("callback_url", public_url + std::string(callback_path));
}

bool is_loopback_origin(const std::string& public_url) {
    const auto origin = base::parse_origin(public_url);
    if (!origin || origin->is_https) return false;
    const std::string host = base::to_lower(origin->authority.host);
    return host == "localhost" || host.ends_with(".localhost") || host == "[::1]" || loopback_v4(host);
}

std::string origin_on_this_machine(const std::string& listen) {
    const auto address = net::ListenAddress::parse(listen);
    if (!address) return "http://127.0.0.1:3000";
    const bool is_everywhere = address->host == "0.0.0.0" || address->host == "::";
    return "http://" + (is_everywhere ? "127.0.0.1:" + std::to_string(address->port) : address->text());
}

std::string listen_address_of(const std::string& public_url) {
    const auto origin = base::parse_origin(public_url);
    if (!origin) return {};
    const std::string host = origin->authority.host == "[::1]"
                                 ? std::string("[::1]")
                                 : loopback_v4(origin->authority.host).value_or("127.0.0.1");
    return host + ":" + std::to_string(origin->port());
}

std::string worst_case(const Terms& terms, std::optional<base::MicroUsd> left) {
    std::string text = cost_of(terms);
    if (terms.max_total_keys == 0) return text;
    const base::MicroUsd a_day{terms.daily_limit.value * terms.max_total_keys};
    if (left) text += " " + how_long(*left, a_day) + ".";
    return text;
}

}  // namespace llmapikey::cli
