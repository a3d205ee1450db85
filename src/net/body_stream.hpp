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

// Bytes on their way from the thread that makes them to the connection that sends them. One writer,
// through BodyWriter, and one reader. Thread-safe.
class BodyStream {
public:
    // No more than `capacity` bytes wait. After `deadline` nothing is taken from the writer any
    // more.
    BodyStream(std::size_t capacity, base::Deadline deadline) : capacity_(capacity), deadline_(deadline) {}

    // What is there for the reader; `end` only if nothing follows these bytes.
    struct Taken {
        std::string bytes;
        std::optional<BodyEnd> end;
    };
    // From now on `wake` is called, on any thread and never after leave(), when there is something
    // to take. It must not call back.
    void listen(std::function<void()> wake);
    Taken take();
    // The reader has gone.
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

// The writing end. A body that is not finished when its writer goes is broken.
class BodyWriter {
public:
    explicit BodyWriter(std::shared_ptr<BodyStream> stream) : stream_(std::move(stream)) {}
    ~BodyWriter() { stream_->end(BodyEnd::broken); }
    BodyWriter(const BodyWriter&) = delete;
    BodyWriter& operator=(const BodyWriter&) = delete;

    // Blocks while the reader is behind. False, and the rest is dropped, once nobody reads any more
    // or it is too late.
    [[nodiscard]] bool write(std::string_view bytes) { return stream_->write(bytes); }
    // Whether anybody still reads; for a writer that has nothing to write just now.
    bool is_wanted() const { return stream_->is_wanted(); }
    void finish() { stream_->end(BodyEnd::whole); }

private:
    const std::shared_ptr<BodyStream> stream_;
};

}  // namespace llmapikey::net
