#include <libpq-fe.h>

#include <algorithm>
#include <array>

#include "base/encoding.hpp"
#include "storage/postgres/connection.hpp"

namespace llmapikey::storage::postgres {
namespace {

// Parameters in the URLs of hosting providers that JavaScript clients know and libpq refuses.
constexpr std::array<std::string_view, 7> foreign_parameters{"pgbouncer",    "supa",   "workaround", "connection_limit",
                                                             "pool_timeout", "schema", "pool"};

bool is_foreign(std::string_view parameter) {
    const auto name = parameter.substr(0, parameter.find('='));
    return std::find(foreign_parameters.begin(), foreign_parameters.end(), name) != foreign_parameters.end();
}

// The URL as libpq understands it.
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

// libpq quotes what it cannot read, which may be the password; the name of a parameter is none.
std::string reason_without_secrets(std::string_view complaint) {
    if (complaint.starts_with("invalid URI query parameter")) return "has an " + std::string(base::trim(complaint));
    if (complaint.find("percent-encoded") != std::string_view::npos) {
        return "has a % without two hexadecimal digits behind it: write %25 for a % in the password";
    }
    return "is malformed";
}

struct FreeOptions {
    void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

}  // namespace

bool ConnectionSettings::has(std::string_view name) const {
    return std::any_of(values_.begin(), values_.end(), [&](const auto& value) { return value.first == name; });
}

void ConnectionSettings::set_unless_given(const std::string& name, const std::string& value) {
    if (!has(name)) values_.emplace_back(name, value);
}

base::Result<ConnectionSettings> ConnectionSettings::parse(const std::string& url) {
    char* complaint = nullptr;
    const std::unique_ptr<PQconninfoOption, FreeOptions> options(PQconninfoParse(for_libpq(url).c_str(), &complaint));
    if (options == nullptr) {
        const std::string reason = reason_without_secrets(complaint != nullptr ? complaint : "");
        PQfreemem(complaint);
        return base::fail(base::Errc::invalid_input,
                          "POSTGRES_URL " + reason + "; it should look like postgresql://user:password@host:5432/name");
    }
    ConnectionSettings settings;
    std::string host, port, name;
    for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
        if (option->val == nullptr) continue;
        settings.values_.emplace_back(option->keyword, option->val);
        const std::string_view keyword = option->keyword;
        if (keyword == "host") host = option->val;
        if (keyword == "port") port = option->val;
        if (keyword == "dbname") name = option->val;
    }
    settings.description_ =
        (host.empty() ? "local socket" : host) + (port.empty() ? "" : ":" + port) + (name.empty() ? "" : "/" + name);
    const bool has_many_hosts = host.find(',') != std::string::npos;
    if (has_many_hosts) settings.set_unless_given("target_session_attrs", "read-write");
    settings.set_unless_given("connect_timeout", "3");
    settings.set_unless_given("fallback_application_name", "llmapikey");
    settings.set_unless_given("client_encoding", "UTF8");
    // A host that vanished is noticed within seconds even where nothing is being sent.
    settings.set_unless_given("keepalives_idle", "10");
    settings.set_unless_given("keepalives_interval", "3");
    settings.set_unless_given("keepalives_count", "3");
    settings.set_unless_given("tcp_user_timeout", "10000");
    return settings;
}

}  // namespace llmapikey::storage::postgres
