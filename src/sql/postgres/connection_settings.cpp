#include <libpq-fe.h>

#include <algorithm>
#include <array>

#include "base/encoding.hpp"
#include "sql/postgres/connection.hpp"

namespace llmapikey::postgres {
namespace {

constexpr std::string_view mask = "[hidden]";

// Parameters in the URLs of hosting providers. JavaScript clients know them and libpq refuses them.
constexpr std::array<std::string_view, 7> foreign_parameters{"pgbouncer",    "supa",   "workaround", "connection_limit",
                                                             "pool_timeout", "schema", "pool"};

bool is_foreign(std::string_view parameter) {
    const auto name = parameter.substr(0, parameter.find('='));
    return std::find(foreign_parameters.begin(), foreign_parameters.end(), name) != foreign_parameters.end();
}

struct FreeOptions {
    void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

// Returns the URL in a form that libpq accepts.
std::string for_libpq(const std::string& url) {
    const auto question_mark = url.find('?');
    if (question_mark == std::string::npos) return url;
    std::string kept = url.substr(0, question_mark);
    char joint = '?';
    for (const std::string_view parameter : base::split(std::string_view(url).substr(question_mark + 1), '&')) {
        if (parameter.empty() || is_foreign(parameter)) continue;
        kept += joint;
        kept += parameter == "sslmode=no-verify" ? "sslmode=require" : parameter;
        joint = '&';
    }
    return kept;
}

bool has_known_keywords_only(std::string_view query) {
    const std::unique_ptr<PQconninfoOption, FreeOptions> known(PQconndefaults());
    for (const std::string_view parameter : base::split(query, '&')) {
        const auto name = parameter.substr(0, parameter.find('='));
        bool is_known = name.empty() || is_foreign(parameter);
        for (const PQconninfoOption* option = known.get(); option != nullptr && option->keyword != nullptr; ++option)
            is_known = is_known || name == option->keyword;
        if (!is_known) return false;
    }
    return true;
}

bool is_port(std::string_view text) {
    return text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Returns whether a port of "host:port,host:port" is not a number. It may be the beginning of a
// password.
bool has_odd_port(std::string_view hosts) {
    for (const std::string_view host : base::split(hosts, ',')) {
        const auto bracket = host.rfind(']');
        const auto colon = host.find(':', bracket == std::string_view::npos ? 0 : bracket);
        if (colon != std::string_view::npos && !is_port(host.substr(colon + 1))) return true;
    }
    return false;
}

// Returns whether user or password contains a character that has another meaning in a URL. libpq
// would take the rest for a host, a port or a database, and name it in its messages; other URL
// parsers would split elsewhere.
bool is_cut_by_its_password(std::string_view url) {
    const auto scheme_end = url.find("://");
    if (scheme_end == std::string_view::npos) return false;
    const std::string_view rest = url.substr(scheme_end + 3);
    const auto end = rest.find_first_of("/?#");
    const std::string_view authority = rest.substr(0, end);
    const std::string_view behind = end == std::string_view::npos ? std::string_view() : rest.substr(end);
    const auto at = authority.find('@');
    const bool has_user = at != std::string_view::npos;
    const std::string_view hosts = has_user ? authority.substr(at + 1) : authority;
    if (hosts.find('@') != std::string_view::npos || has_odd_port(hosts)) return true;
    const auto question_mark = behind.find('?');
    if (behind.substr(0, question_mark).find('@') != std::string_view::npos) return true;
    if (question_mark == std::string_view::npos) return false;
    const std::string_view query = behind.substr(question_mark + 1);
    if (query.find('@') == std::string_view::npos) return false;
    // Without a path before the query, libpq takes an @ in the query for the end of a password.
    return (!has_user && question_mark == 0) || !has_known_keywords_only(query);
}

// libpq quotes the part that it cannot read, which may be the password. The name of a parameter is
// harmless.
std::string reason_without_secrets(std::string_view complaint) {
    if (complaint.starts_with("invalid URI query parameter")) return "has an " + std::string(base::trim(complaint));
    if (complaint.find("percent-encoded") != std::string_view::npos) {
        return "has a % without two hexadecimal digits behind it: write %25 for a % in the password";
    }
    return "is malformed";
}

}  // namespace

bool ConnectionSettings::has(std::string_view name) const {
    return std::any_of(values_.begin(), values_.end(), [&](const auto& value) { return value.first == name; });
}

void ConnectionSettings::hide(const std::string& text) {
    if (text.empty()) return;
    hidden_.push_back(text);
    const std::string encoded = base::to_percent_encoded(text);
    if (encoded != text) hidden_.push_back(encoded);
}

std::string ConnectionSettings::without_secrets(std::string message) const {
    for (const std::string& hidden : hidden_) {
        for (auto at = message.find(hidden); at != std::string::npos; at = message.find(hidden, at + mask.size()))
            message.replace(at, hidden.size(), mask);
    }
    return message;
}

void ConnectionSettings::set_unless_given(const std::string& name, const std::string& value) {
    if (!has(name)) values_.emplace_back(name, value);
}

base::Result<ConnectionSettings> ConnectionSettings::parse(const std::string& url) {
    if (is_cut_by_its_password(url)) {
        return base::fail(base::Errc::invalid_input,
                          "POSTGRES_URL cannot be read: its port is no number, or the user or password holds a "
                          "character that has to be written in percent-encoding: %2F for /, %40 for @, %3F for ?, "
                          "%23 for #, %25 for %");
    }
    char* complaint = nullptr;
    const std::unique_ptr<PQconninfoOption, FreeOptions> options(PQconninfoParse(for_libpq(url).c_str(), &complaint));
    if (options == nullptr) {
        const std::string reason = reason_without_secrets(complaint != nullptr ? complaint : "");
        PQfreemem(complaint);
        return base::fail(base::Errc::invalid_input,
                          "POSTGRES_URL " + reason + "; it should look like postgresql://user:password@host:5432/name");
    }
    ConnectionSettings settings;
    settings.hide(url);  // first, because the password is a part of the URL
    std::string host, port, name;
    for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
        if (option->val == nullptr) continue;
        settings.values_.emplace_back(option->keyword, option->val);
        const std::string_view keyword = option->keyword;
        if (keyword == "host") host = option->val;
        if (keyword == "port") port = option->val;
        if (keyword == "dbname") name = option->val;
        if (keyword == "password" || keyword == "sslpassword") settings.hide(option->val);
    }
    settings.description_ =
        (host.empty() ? "local socket" : host) + (port.empty() ? "" : ":" + port) + (name.empty() ? "" : "/" + name);
    const bool has_many_hosts = host.find(',') != std::string::npos;
    if (has_many_hosts) settings.set_unless_given("target_session_attrs", "read-write");
    settings.set_unless_given("connect_timeout", "3");
    settings.set_unless_given("fallback_application_name", "llmapikey");
    settings.set_unless_given("client_encoding", "UTF8");
    // With these a vanished host is noticed within seconds, even while nothing is sent.
    settings.set_unless_given("keepalives_idle", "10");
    settings.set_unless_given("keepalives_interval", "3");
    settings.set_unless_given("keepalives_count", "3");
    settings.set_unless_given("tcp_user_timeout", "10000");
    return settings;
}

}  // namespace llmapikey::postgres
