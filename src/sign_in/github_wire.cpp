#include "sign_in/github_wire.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "base/encoding.hpp"
#include "identity/login.hpp"

namespace llmapikey {
namespace {

namespace json = boost::json;
using base::Errc;

json::object parse_object(std::string_view body) {
    json::error_code ec;
    const json::value value = json::parse(json::string_view(body.data(), body.size()), ec);
    return !ec && value.is_object() ? value.get_object() : json::object{};
}

std::string text_of(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(json::string_view(name.data(), name.size()));
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::string form_value(std::string_view body, std::string_view name) {
    for (const std::string_view part : base::split(body, '&')) {
        const auto equals = part.find('=');
        if (equals == std::string_view::npos || part.substr(0, equals) != name) continue;
        return base::from_percent_encoded(part.substr(equals + 1), /*plus_is_space=*/true).value_or("");
    }
    return {};
}

std::string login_of(const json::object& user) {
    std::string login = text_of(user, "login");
    return is_login(login) ? login : std::string();
}

}  // namespace

ExchangeAnswer parse_exchange_answer(std::string_view body) {
    const json::object answer = parse_object(body);
    const auto field = [&](std::string_view name) {
        return answer.empty() ? form_value(body, name) : text_of(answer, name);
    };
    return {base::Secret(field("access_token")), field("error")};
}

base::Result<Recipient> parse_user(std::string_view body) {
    const json::object user = parse_object(body);
    const json::value* id = user.if_contains("id");
    Recipient recipient;
    if (id != nullptr && id->is_int64()) recipient.id.value = id->get_int64();
    recipient.login = login_of(user);
    if (recipient.id.value <= 0 || recipient.login.empty()) {
        return base::fail(Errc::upstream_down, "GitHub's profile has no id or login");
    }
    const std::string type = text_of(user, "type");
    if (!type.empty() && type != "User")
        return base::fail(Errc::forbidden, "an account of type " + base::to_printable(type, 40));
    return recipient;
}

std::string parse_login(std::string_view body) {
    return login_of(parse_object(body));
}

std::string parse_message(std::string_view body) {
    return base::to_printable(text_of(parse_object(body), "message"));
}

}  // namespace llmapikey
