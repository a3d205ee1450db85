#include "storage/sqlite/connections.hpp"

#include "storage/sqlite/migrations.hpp"

namespace llmapikey::storage::sqlite {

Connections::Reader::Reader(Connections& connections) : connections_(connections) {
    std::unique_lock lock(connections_.readers_mutex_);
    connections_.reader_is_free_.wait(lock, [this] { return !connections_.readers_.empty(); });
    connection_ = std::move(connections_.readers_.back());
    connections_.readers_.pop_back();
}

Connections::Reader::~Reader() {
    {
        const std::lock_guard lock(connections_.readers_mutex_);
        connections_.readers_.push_back(std::move(connection_));
    }
    connections_.reader_is_free_.notify_one();
}

base::Result<std::shared_ptr<Connections>> Connections::open(const ConnectionOptions& options) {
    std::shared_ptr<Connections> connections(new Connections());
    auto writer = Connection::open(options.path, Access::read_write, options.busy_timeout);
    if (!writer) return tl::unexpected(writer.error());
    const auto checked = check_schema(**writer);
    if (!checked) return tl::unexpected(checked.error());
    connections->writer_ = std::move(*writer);
    for (int i = 0; i < options.readers; ++i) {
        auto reader = Connection::open(options.path, Access::read_only, options.busy_timeout);
        if (!reader) return tl::unexpected(reader.error());
        connections->readers_.push_back(std::move(*reader));
    }
    return connections;
}

}  // namespace llmapikey::storage::sqlite
