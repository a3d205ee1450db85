#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <functional>
#include <memory>
#include <utility>

#include "base/work_queue.hpp"

namespace llmapikey::net {

// Runs `work` on `queue` and resumes on `home`, with false if the queue refused the job. This is
// the only bridge between coroutines and worker threads; private to net/. What `work` refers to
// must live until the resumption, so await the result at once.
template <class Token>
auto run_on(base::WorkQueue& queue, boost::asio::any_io_executor home, std::function<void()> work, Token&& token) {
    auto initiate = [](auto handler, base::WorkQueue* chosen, boost::asio::any_io_executor executor,
                       std::function<void()> job) {
        // Completion handlers are move-only and jobs must be copyable, so the handler stands behind
        // a pointer.
        auto completion = std::make_shared<decltype(handler)>(std::move(handler));
        auto guard = boost::asio::make_work_guard(executor);
        const bool is_queued = chosen->try_submit([completion, executor, guard, job = std::move(job)]() mutable {
            job();
            boost::asio::post(executor, [completion = std::move(completion)] { std::move (*completion)(true); });
        });
        if (!is_queued) boost::asio::post(executor, [completion] { std::move (*completion)(false); });
    };
    return boost::asio::async_initiate<Token, void(bool)>(std::move(initiate), token, &queue, std::move(home),
                                                          std::move(work));
}

}  // namespace llmapikey::net
