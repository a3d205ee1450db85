#pragma once

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <stdexcept>
#include <string>

namespace llmapikey::test {

// A client that sends any bytes to a server on loopback, and reads when the test says so.
class TcpClient {
public:
    struct Options {
        std::string from = "127.0.0.1";  // address of its own end
        int receive_buffer = 0;          // bytes; 0: the kernel's choice
    };

    TcpClient(std::uint16_t port, const std::string& request) : TcpClient(port, request, Options()) {}
    TcpClient(std::uint16_t port, const std::string& request, const Options& options)
        : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        const int size = options.receive_buffer;
        if (size > 0) setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
        const sockaddr_in own = address(options.from, 0), server = address("127.0.0.1", port);
        if (bind(socket_, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0) throw std::runtime_error("bind");
        if (connect(socket_, reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0)
            throw std::runtime_error("connect");
        say(request);
    }
    ~TcpClient() { leave(); }
    TcpClient(const TcpClient&) = delete;
    TcpClient& operator=(const TcpClient&) = delete;

    void say(const std::string& text) {
        if (!text.empty() && send(socket_, text.data(), text.size(), MSG_NOSIGNAL) < 0)
            throw std::runtime_error("send");
    }
    // Reads until `text` has arrived, or to the end of the connection. Returns everything received
    // so far.
    const std::string& until(const std::string& text) {
        char buffer[16 * 1024];
        while (text.empty() || received_.find(text) == std::string::npos) {
            if (!has_something(patience_ms)) throw std::runtime_error("no end: " + received_.substr(0, 300));
            const auto count = recv(socket_, buffer, sizeof buffer, 0);
            if (count <= 0) return received_;
            received_.append(buffer, static_cast<std::size_t>(count));
        }
        return received_;
    }
    const std::string& to_end() { return until(""); }
    // Returns whether neither a byte nor the end has arrived yet.
    bool is_silent() { return !has_something(0); }
    void leave() {
        if (socket_ >= 0) close(socket_);
        socket_ = -1;
    }

private:
    static constexpr int patience_ms = 20'000;

    static sockaddr_in address(const std::string& host, std::uint16_t port) {
        sockaddr_in result{};
        result.sin_family = AF_INET;
        result.sin_port = htons(port);
        inet_pton(AF_INET, host.c_str(), &result.sin_addr);
        return result;
    }
    bool has_something(int wait_ms) {
        pollfd ready{socket_, POLLIN, 0};
        return poll(&ready, 1, wait_ms) == 1;
    }

    int socket_;
    std::string received_;
};

}  // namespace llmapikey::test
