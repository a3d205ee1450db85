#include "cli/setup/setup_address.hpp"

#include <algorithm>
#include <optional>

#include "base/authority.hpp"
#include "base/encoding.hpp"
#include "cli/doctor/doctor_checks.hpp"
#include "config/config.hpp"
#include "net/http_server.hpp"

namespace llmapikey::cli {
namespace {

constexpr int first_port = 3'001, ports_tried = 100;

// Returns a host of 127.0.0.0/8 in dotted form, "127.1" as "127.0.0.1"; nullopt: it is none, such
// as the DNS name "127.example.org".
std::optional<std::string> loopback_v4(std::string_view host) {
    auto written = base::canonical_host(host);
    const bool is_one =
        written && written->starts_with("127.") && written->find_first_not_of("0123456789.") == std::string::npos;
    return is_one ? written : std::nullopt;
}

}  // namespace

std::string with_scheme(const std::string& text) {
    if (text.find("://") != std::string::npos) return text;
    const std::string plain = "http://" + text, tls = "https://" + text;
    if (is_loopback_origin(plain)) return plain;
    return text.find('.') != std::string::npos && config::parse_public_url(tls) ? tls : text;
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

std::string why_not_listening(const std::string& listen) {
    const auto address = net::ListenAddress::parse(listen);
    if (!address) return address.error().detail;
    if (address->port == 0) return {};
    const auto is_free = address->is_free();
    if (!is_free) return is_free.error().detail;
    if (*is_free || why_not_served_at("http://" + address->text()).empty()) return {};
    return address->text() + " is in use by another program on this machine";
}

std::string free_address_like(const std::string& listen) {
    auto address = net::ListenAddress::parse(listen).value_or(net::ListenAddress{"127.0.0.1", 0});
    const int after = std::min(address.port + 1, 65'535 - ports_tried);
    for (int port = std::max(first_port, after); ports_tried > port - std::max(first_port, after); ++port) {
        address.port = static_cast<std::uint16_t>(port);
        if (address.is_free().value_or(false)) break;
    }
    return address.text();
}

}  // namespace llmapikey::cli
