#pragma once

#include <chrono>
#include <string>
#include <tl/expected.hpp>
#include <type_traits>
#include <utility>

namespace llmapikey::base {

// Every way in which an operation can fail that its caller can cause or must decide about.
// http/answers/error_response.cpp maps each to an HTTP status; adding a value there is a compile
// error until it is mapped.
enum class Errc {
    invalid_input,      // the caller's bytes do not mean what they should
    not_found,          // nothing of that name
    conflict,           // somebody else changed the same thing first
    unauthenticated,    // no valid credentials
    forbidden,          // valid credentials, not enough of them
    rate_limited,       // too many requests; `retry_after` says when to come again
    misconfigured,      // an operator must change the configuration (a refused upstream credential, say)
    upstream_refused,   // the upstream answered with a definite no
    upstream_down,      // the upstream could not be reached, timed out or answered nonsense
    store_unavailable,  // the database cannot be read or written now
    store_unwritable,   // it can be read, but not written: its disk is full or broken
    overloaded,         // a queue is full or a deadline has passed before work began
    internal,           // a fault of our own
};

// `detail` is for the log and the operator: it never holds a secret and is never shown to a
// recipient.
struct Error {
    Errc code = Errc::internal;
    std::string detail;
    std::chrono::seconds retry_after{0};  // 0: not stated
    bool is_circuit_open = false;         // nothing was asked, since the upstream does not answer anybody just now
};

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(Errc code, std::string detail, std::chrono::seconds retry_after = {}) {
    return tl::unexpected<Error>(Error{code, std::move(detail), retry_after});
}

// The same failure, with what was being done in front: "reading the profile: connection refused".
inline tl::unexpected<Error> fail_in(const std::string& context, const Error& cause) {
    return tl::unexpected<Error>(
        Error{cause.code, context + ": " + cause.detail, cause.retry_after, cause.is_circuit_open});
}

// For TRY: the value of a result that has one, moved out of a temporary and copied from a variable.
template <class T, class E>
T value_of(tl::expected<T, E>&& result) {
    if constexpr (!std::is_void_v<T>) return *std::move(result);
}
template <class T, class E>
T value_of(const tl::expected<T, E>& result) {
    if constexpr (!std::is_void_v<T>) return *result;
}

}  // namespace llmapikey::base

// The value of `expression`, a Result<T> or another tl::expected; if it failed, the function
// returns that failure.
//     const auto grant = TRY(store.find(account));
//     TRY(transaction.commit());
// It is the whole initializer or the whole statement (tools/check_errors): g++ does not say what
// becomes of other parts of an expression that is left in its middle. In a coroutine it does not
// compile, as `return` does not.
#define TRY(...)                                                                     \
    __extension__({                                                                  \
        auto&& try_result = (__VA_ARGS__);                                           \
        if (!try_result) return tl::unexpected(std::move(try_result).error());       \
        ::llmapikey::base::value_of(std::forward<decltype(try_result)>(try_result)); \
    })
