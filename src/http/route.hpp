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

// All handlers of the program, each with the services that it names. The composition root defines
// this type (app/route_table.hpp); code that only passes requests on does not need its definition.
struct Handlers;

enum class Access {
    anyone,     // below /api/v1 the ApiScope of a bearer token is checked all the same
    session,    // 401 without a session
    admin,      // on the allowlist; for everybody else the path does not exist
    operator_,  // not through a proxy: 404 to requests that carry X-Forwarded-For or Forwarded
};

enum class Csrf {
    not_needed,  // the route changes nothing
    required,    // same-origin evidence or a token of the session
};

enum class Limit {
    none,
    per_client,  // counts against RATE_LIMIT_PER_MINUTE
    shared,      // like per_client, and also counted over all replicas; asks the database
};

// The scope that a token needs for a route of the JSON API. An admin in person may use all routes.
enum class ApiScope {
    none,  // not with a token
    read,
    write,
    reveal,
};

// Routes that need special treatment on a request's way.
enum class Kind {
    usual,
    probe,           // for load balancers and monitoring: accepts any Host header
    sign_in,         // begins at the canonical host, because GitHub leads back there
    recorded_always  // each call is carried out and recorded, whatever its Idempotency-Key
};

using Handler = net::Response (*)(const Handlers&, const Context&);

// A secret that an answer shows. A repeated Idempotency-Key gets it again only while the secret is
// still valid.
struct ShownSecret {
    std::string_view field;  // of the JSON answer
    base::Result<bool> (*is_still_good)(const Handlers&, const Context&, const boost::json::object& answer,
                                        const base::Secret& shown);
    const char* title;        // of the problem if the secret is no longer valid
    const char* explanation;  // of that problem
};

// Makes an error answer in the form that the route's contract defines. An empty `message` means the
// usual one of the status.
using ErrorAnswer = net::Response (*)(int status, base::Seconds retry_after, std::string message);

struct Route {
    std::string_view method;
    std::string_view path;  // exact, except that one segment may be "{id}"
    Access access;
    Csrf csrf;
    Limit limit;
    net::Executor executor;            // for a request with a session cookie
    net::Executor anonymous_executor;  // for a request without one
    Handler handler;
    ApiScope scope = ApiScope::none;
    Kind kind = Kind::usual;
    ErrorAnswer error_answer = nullptr;   // for programs; null: application/problem+json
    const ShownSecret* secret = nullptr;  // null: the answer shows no secret
};

enum class FieldKind {
    text,
    id,         // text or a whole number: ids of accounts come as both
    number,     // a number, or text that is one
    typed,      // a number or any typed text: the page says what is wrong with it
    flag,       // true or false, or as text "true", "1", "false", "0"
    text_list,  // texts; in forms and queries the field may be repeated
};

struct Field {
    std::string_view name;
    FieldKind kind;
};

// The fields that a route takes; check_fields() has the exceptions. A request with an unknown field
// or one of the wrong kind is refused before the handler runs, because a misspelled field must not
// widen what is asked for.
struct RouteFields {
    std::string_view method, path;
    std::span<const Field> query;  // in the address
    std::span<const Field> body;   // in a form or a JSON object; `csrf_token` is always allowed
};

// The routes that a search covers. Admins' routes are searched separately, and only for admins.
enum class Part { open, admin };

// All routes of the program, as the composition root lists them. A view of tables that live as long
// as the program. Thread-safe.
class RouteTable {
public:
    // A route that is not in `fields` takes none.
    RouteTable(std::span<const Route> routes, std::span<const RouteFields> fields) : routes_(routes), fields_(fields) {}

    std::span<const Route> routes() const { return routes_; }
    std::span<const RouteFields> all_fields() const { return fields_; }
    // Returns the fields of one route; both lists are empty if it takes none.
    RouteFields fields_of(const Route& route) const;

    // Returns the route of this path and method, else one of this path, so that the caller can tell
    // 405 from 404. Null: no route has this path.
    const Route* find(std::string_view method, std::string_view path, Part part) const;
    const Route* find(const net::Request& request, Part part) const { return find(request.method, request.path, part); }
    // Returns the methods of all routes of this path in the form of the header Allow.
    std::string allowed_methods(std::string_view path) const;

    // Returns the labels of the routes in /metrics; number() is the index.
    std::vector<std::string> labels() const;
    // Returns the index of a route in labels(); 0 for an unknown path.
    std::size_t number(const Route* route) const {
        return route == nullptr ? 0 : 1 + static_cast<std::size_t>(route - routes_.data());
    }

private:
    std::span<const Route> routes_;
    std::span<const RouteFields> fields_;
};

// Returns the text in the place of "{id}" ("" if the pattern has none); nullopt if the path does
// not match.
std::optional<std::string_view> match(std::string_view pattern, std::string_view path);

// Returns the path without its final slash, which people type and proxies add. Empty: the path does
// not end with exactly one slash.
std::string_view without_slash(std::string_view path);

}  // namespace llmapikey
