#include <algorithm>

#include "base/authority.hpp"
#include "base/code_points.hpp"
#include "base/encoding.hpp"
#include "config/config.hpp"

namespace llmapikey::config {
namespace {

constexpr std::size_t name_characters_max = 80;
constexpr std::size_t event_characters_max = 60;
constexpr std::size_t contact_characters_max = 200;
constexpr std::string_view mail_scheme = "mailto:";
constexpr std::string_view web_scheme = "https://";

base::Result<std::string> refuse(const std::string& why) {
    return base::fail(base::Errc::invalid_input, why);
}

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Accepts the characters that a mailto: URL takes without an escape (RFC 6068).
bool is_mail_address(std::string_view text) {
    const std::size_t at = text.find('@');
    if (at == 0 || at == std::string_view::npos) return false;
    const std::string_view local = text.substr(0, at);
    const bool is_local = std::all_of(local.begin(), local.end(), [](char c) {
        return is_letter_or_digit(c) || std::string_view(".+-_~!$'*=").find(c) != std::string_view::npos;
    });
    const auto domain = base::parse_authority(text.substr(at + 1));
    return is_local && domain && !domain->port && domain->host.front() != '[' && !text.ends_with(':');
}

bool is_web_address(std::string_view text) {
    if (!text.starts_with(web_scheme)) return false;
    const auto origin = base::parse_origin(text.substr(0, text.find_first_of("/?#", web_scheme.size())));
    return origin && base::canonical_host(origin->authority.host);
}

// No URL has these characters unescaped (RFC 3986 section 2).
bool has_forbidden_character(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) {
        return c <= ' ' || c == '\x7f' || std::string_view("\"<>\\^`{|}").find(c) != std::string_view::npos;
    });
}

}  // namespace

base::Result<std::string> parse_organizer_name(std::string_view text) {
    return check_visible_line(text, name_characters_max);
}

base::Result<std::string> parse_event_name(std::string_view text) {
    return check_visible_line(text, event_characters_max);
}

base::Result<std::string> parse_organizer_contact(std::string_view text) {
    const auto contact = TRY(check_visible_line(text, contact_characters_max));
    if (contact.empty()) return contact;
    if (has_forbidden_character(contact)) return refuse("has a character that no address may have, such as a blank");
    if (is_web_address(contact)) return contact;
    if (is_mail_address(contact)) return std::string(mail_scheme) + contact;
    const std::string_view address = std::string_view(contact).substr(0, contact.find('?'));
    const bool is_mail = address.starts_with(mail_scheme) && is_mail_address(address.substr(mail_scheme.size()));
    if (is_mail) return contact;
    return refuse(
        "must be an https: address, a mailto: address or an e-mail address, such as "
        "https://example.org/help or help@example.org");
}

}  // namespace llmapikey::config
