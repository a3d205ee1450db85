// What tools/check_coroutines must find; never built.
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>

struct Pair {
    std::string first, second;
};
boost::asio::awaitable<void> take(Pair);
boost::asio::awaitable<void> call(std::function<void()>);

boost::asio::awaitable<void> bad(std::string text) {
    co_await take(Pair{text, text});
    co_await call([text] {});
}
