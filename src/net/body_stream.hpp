#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "net/http_types.hpp"

namespace llmapikey::net {

// A bounded buffer between the thread that produces a body and the connection that sends it. It has
// one writer, a BodyWriter, and one reader. Thread-safe.
class BodyStream {
public:
    // `capacity`: the maximum of bytes that wait. After `deadline` the writer's bytes are refused.
    BodyStream(std::size_t capacity, base::Deadline deadline) : capacity_(capacity), deadline_(deadline) {}

    // What take() returns to the reader. `end` is set only if no bytes follow these.
    struct Taken {
        std::string bytes;
        std::optional<BodyEnd> end;
    };
    // Calls `wake` from now on whenever there is something to take: on any thread, and never after
    // leave(). `wake` must not call this object.
    void listen(std::function<void()> wake);
    Taken take();
    // Tells the writer that the reader has gone.
    void leave();

    base::Deadline deadline() const { return deadline_; }

private:
    friend class BodyWriter;
    bool write(std::string_view bytes);
    bool is_wanted() const;
    void end(BodyEnd how);

    const std::size_t capacity_;
    const base::Deadline deadline_;
    mutable std::mutex mutex_;
    std::condition_variable has_room_;
    std::string waiting_;
    std::optional<BodyEnd> end_;
    bool has_reader_ = true;
    std::function<void()> wake_;
};

// The writing end of a stream. If finish() was not called, the destructor ends the body as broken.
class BodyWriter {
public:
    explicit BodyWriter(std::shared_ptr<BodyStream> stream) : stream_(std::move(stream)) {}
    ~BodyWriter() { stream_->end(BodyEnd::broken); }
    BodyWriter(const BodyWriter&) = delete;
    BodyWriter& operator=(const BodyWriter&) = delete;

    // Blocks while the buffer is full. Returns false and drops the rest if the reader has gone or
    // the deadline has passed.
    [[nodiscard]] bool write(std::string_view bytes) { return stream_->write(bytes); }
    // Returns whether the reader is still there and the deadline has not passed. A writer that has
    // nothing to write at the moment asks this.
    bool is_wanted() const { return stream_->is_wanted(); }
    void finish() { stream_->end(BodyEnd::whole); }

private:
    const std::shared_ptr<BodyStream> stream_;
};

}  // namespace llmapikey::net
