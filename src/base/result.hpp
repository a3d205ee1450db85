#pragma once

#include <chrono>
#include <string>
#include <tl/expected.hpp>
#include <type_traits>
#include <utility>

namespace llmapikey::base {

// The ways in which an operation can fail that its caller can cause or must decide about.
// http/answers/error_response.cpp maps each value to an HTTP status; a new value does not compile
// until it is mapped there.
enum class Errc {
    invalid_input,      // the input is malformed or out of range
    not_found,          // nothing has that name
    conflict,           // somebody else changed the same thing first
    unauthenticated,    // no valid credentials
    forbidden,          // valid credentials with too few rights
    rate_limited,       // too many requests; `retry_after` says when to try again
    misconfigured,      // an operator must change the configuration (a refused upstream credential, say)
    upstream_refused,   // the upstream answered with a definite no
    upstream_down,      // the upstream could not be reached, timed out or answered nonsense
    store_unavailable,  // the database can neither be read nor written now
    store_unwritable,   // the database can be read, but not written: its disk is full or broken
    overloaded,         // a queue is full, or a deadline passed before work began
    internal,           // a bug in this program
};

// `detail` is for the log and the operator. It never holds a secret and is never shown to a
// recipient.
struct Error {
    Errc code = Errc::internal;
    std::string detail;
    std::chrono::seconds retry_after{0};  // 0: not stated
    bool is_circuit_open = false;         // the call was not sent: the upstream answers nobody at the moment
};

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(Errc code, std::string detail, std::chrono::seconds retry_after = {}) {
    return tl::unexpected<Error>(Error{code, std::move(detail), retry_after});
}

// Returns the same failure with the context in front: "reading the profile: connection refused".
inline tl::unexpected<Error> fail_in(const std::string& context, const Error& cause) {
    return tl::unexpected<Error>(
        Error{cause.code, context + ": " + cause.detail, cause.retry_after, cause.is_circuit_open});
}

// Helper of TRY: returns the value of a result, moved out of a temporary or copied from a variable.
template <class T, class E>
T value_of(tl::expected<T, E>&& result) {
    if constexpr (!std::is_void_v<T>) return *std::move(result);
}
template <class T, class E>
T value_of(const tl::expected<T, E>& result) {
    if constexpr (!std::is_void_v<T>) return *result;
}

}  // namespace llmapikey::base

// TRY yields the value of `expression`, a Result<T> or another tl::expected. If the expression
// failed, the function returns that failure.
//     const auto grant = TRY(store.find(account));
//     TRY(transaction.commit());
// TRY must be the whole initializer or the whole statement (tools/check_errors), because g++ does
// not define what becomes of the other parts of an expression that is left in its middle. TRY does
// not compile in a coroutine, as `return` does not.
#define TRY(...)                                                                     \
    __extension__({                                                                  \
        auto&& try_result = (__VA_ARGS__);                                           \
        if (!try_result) return tl::unexpected(std::move(try_result).error());       \
        ::llmapikey::base::value_of(std::forward<decltype(try_result)>(try_result)); \
    })
