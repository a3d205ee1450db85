#include "sql/sqlite/connections.hpp"

#include <filesystem>

namespace llmapikey::sqlite {
namespace {

// The limit covers all connections together. Without it each connection fills its own cache as the
// file grows, and the operating system caches the file anyway.
constexpr std::int64_t memory_max = 3 * 1024 * 1024;

}  // namespace

Connections::Reader::Reader(Connections& connections)
    : connections_(connections), connection_(connections.take_reader()) {}

Connections::Reader::~Reader() {
    {
        const std::lock_guard lock(connections_.readers_mutex_);
        connections_.free_readers_.push_back(std::move(connection_));
    }
    connections_.reader_is_free_.notify_one();
}

std::unique_ptr<Connection> Connections::take_reader() {
    std::unique_lock lock(readers_mutex_);
    if (free_readers_.empty() && readers_ < options_.readers) {
        ++readers_;
        lock.unlock();
        auto opened = open_connection(Access::read_only);
        if (opened) return std::move(*opened);
        lock.lock();
        --readers_;  // the first reader exists and will become free
    }
    reader_is_free_.wait(lock, [this] { return !free_readers_.empty(); });
    std::unique_ptr<Connection> reader = std::move(free_readers_.back());
    free_readers_.pop_back();
    return reader;
}

base::Result<std::unique_ptr<Connection>> Connections::open_connection(Access access) const {
    auto opened = Connection::open(options_.path, access, options_.busy_timeout, options_.durability);
    if (opened && health_ != nullptr) (*opened)->report_to(*health_);
    return opened;
}

base::Result<void> Connections::shrink_log() {
    std::error_code none;
    const auto size = std::filesystem::file_size(options_.path + "-wal", none);
    if (none || size <= static_cast<std::uintmax_t>(log_max)) return {};
    Writer writer(*this);
    return writer->empty_log(options_.busy_timeout);
}

base::Result<std::shared_ptr<Connections>> Connections::open(const ConnectionOptions& options, Check check,
                                                             std::shared_ptr<DatabaseHealth> health) {
    limit_memory(memory_max);
    std::shared_ptr<Connections> connections(new Connections(options, std::move(health)));
    auto writer = TRY(connections->open_connection(Access::read_write));
    TRY(check(*writer));
    connections->writer_ = std::move(writer);
    auto reader = TRY(connections->open_connection(Access::read_only));
    connections->free_readers_.push_back(std::move(reader));
    return connections;
}

}  // namespace llmapikey::sqlite
