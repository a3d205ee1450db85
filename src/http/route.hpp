#pragma once

#include <boost/json/fwd.hpp>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "net/http_types.hpp"

namespace llmapikey {

struct Context;

// Every handler of the program, each with the services that it names. The composition root defines
// it (app/route_table.hpp); what passes requests on knows only that there is one.
struct Handlers;

enum class Access {
    anyone,     // below /api/v1, a request with a bearer token is looked at by its ApiScope all the same
    session,    // 401 without one
    admin,      // on the allowlist; to everybody else there is no such path
    operator_,  // not through a proxy: 404 to requests that carry X-Forwarded-For or Forwarded
};

enum class Csrf {
    not_needed,  // changes nothing
    required,    // same-origin evidence or a token of the session
};

enum class Limit {
    none,
    per_client,  // counts against RATE_LIMIT_PER_MINUTE
    shared,      // as per_client, and once more over all replicas together; asks the database
};

// What a token needs for a route of the JSON API. In person an admin may do all.
enum class ApiScope {
    none,  // not with a token
    read,
    write,
    reveal,
};

// What sets a route apart on a request's way.
enum class Kind {
    usual,
    probe,           // for load balancers and monitoring: any Host header will do
    sign_in,         // begins at the canonical host, since GitHub leads back there
    recorded_always  // each call is carried out and recorded, whatever its Idempotency-Key
};

using Handler = net::Response (*)(const Handlers&, const Context&);

// A secret that an answer shows. A request whose Idempotency-Key came before is shown it again only
// if it is still what it was.
struct ShownSecret {
    std::string_view field;  // of the JSON answer
    base::Result<bool> (*is_still_good)(const Handlers&, const Context&, const boost::json::object& answer,
                                        const base::Secret& shown);
    const char* title;        // of the problem if it is not
    const char* explanation;  // likewise
};

// An error in the words that the route's contract has for it. `message`: empty: the usual one of
// the status.
using ErrorAnswer = net::Response (*)(int status, base::Seconds retry_after, std::string message);

struct Route {
    std::string_view method;
    std::string_view path;  // exact but for one segment that may be "{id}"
    Access access;
    Csrf csrf;
    Limit limit;
    net::Executor executor;            // for a request with a session cookie
    net::Executor anonymous_executor;  // for one without
    Handler handler;
    ApiScope scope = ApiScope::none;
    Kind kind = Kind::usual;
    ErrorAnswer error_answer = nullptr;   // to programs; null: as application/problem+json
    const ShownSecret* secret = nullptr;  // null: the answer shows none
};

enum class FieldKind {
    text,
    id,         // text or a whole number: ids of accounts are both
    number,     // a number, or text that is one
    typed,      // a number, or whatever was typed in its place: the page says what is wrong with it
    flag,       // true or false, or as text "true", "1", "false", "0"
    text_list,  // texts; in forms and queries: may be repeated
};

struct Field {
    std::string_view name;
    FieldKind kind;
};

// The fields that a route takes (check_fields() has the exceptions). A request with any other
// field, or with one of another kind, is refused before its handler sees it: what is asked for must
// not become something wider because a field was misspelled or left out.
struct RouteFields {
    std::string_view method, path;
    std::span<const Field> query;  // in the address
    std::span<const Field> body;   // in a form or a JSON object; `csrf_token` is always allowed there
};

// Which of the routes are looked at: admins' routes are looked for apart, and only for admins.
enum class Part { open, admin };

// The whole surface of the program, as the composition root lists it. A view of tables that live as
// long as the program. Thread-safe.
class RouteTable {
public:
    // A route that is not among `fields` takes none.
    RouteTable(std::span<const Route> routes, std::span<const RouteFields> fields) : routes_(routes), fields_(fields) {}

    std::span<const Route> routes() const { return routes_; }
    std::span<const RouteFields> all_fields() const { return fields_; }
    // The fields of one route; both lists are empty if it takes none.
    RouteFields fields_of(const Route& route) const;

    // The route of this path: first the one of this method, else any, so that 404 and 405 are told
    // apart. Null: none.
    const Route* find(std::string_view method, std::string_view path, Part part) const;
    const Route* find(const net::Request& request, Part part) const { return find(request.method, request.path, part); }
    // The methods of all routes of this path, as the header Allow has them.
    std::string allowed_methods(std::string_view path) const;

    // What /metrics calls the routes, by number().
    std::vector<std::string> labels() const;
    // 0: of no known path.
    std::size_t number(const Route* route) const {
        return route == nullptr ? 0 : 1 + static_cast<std::size_t>(route - routes_.data());
    }

private:
    std::span<const Route> routes_;
    std::span<const RouteFields> fields_;
};

// What stands in the place of "{id}" ("" where the pattern has none); nullopt if the path does not
// fit.
std::optional<std::string_view> match(std::string_view pattern, std::string_view path);

// The path without the slash at its end, which people type and proxies add; empty: it has not
// exactly one.
std::string_view without_slash(std::string_view path);

}  // namespace llmapikey
