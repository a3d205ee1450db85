#include "net/curl_client.hpp"

#include <curl/curl.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <iterator>
#include <mutex>
#include <stdexcept>
#include <vector>

#include "base/encoding.hpp"

namespace llmapikey::net {
namespace {

constexpr std::size_t body_bytes_max = 4 * 1024 * 1024;
constexpr long connect_ms_max = 10'000;
constexpr long connections_each = 2;  // of one handle: to GitHub and to the provider of keys
constexpr std::chrono::seconds handles_kept_for{60};

struct FreeHandle {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Handle = std::unique_ptr<CURL, FreeHandle>;
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

extern "C" std::size_t llmapikey_take_body(char* data, std::size_t size, std::size_t count, void* target) {
    auto& body = *static_cast<std::string*>(target);
    if (body.size() + size * count > body_bytes_max) return 0;  // fewer bytes than given make curl end the transfer
    body.append(data, size * count);
    return size * count;
}

extern "C" std::size_t llmapikey_take_header(char* data, std::size_t size, std::size_t count, void* target) {
    auto& headers = *static_cast<std::vector<Header>*>(target);
    std::string_view line(data, size * count);
    while (!line.empty() && (line.back() == '\r' || line.back() == '\n'))
        line.remove_suffix(1);
    if (line.starts_with("HTTP/")) headers.clear();  // drops the headers of an interim response
    const auto colon = line.find(':');
    if (colon != std::string_view::npos && headers.size() < 200) {
        headers.push_back({std::string(line.substr(0, colon)), std::string(base::trim(line.substr(colon + 1)))});
    }
    return size * count;
}

// One response that is passed to the sink while it arrives.
class Arrival {
public:
    Arrival(CURL* handle, ClientResponse& response, AnswerSink& sink, const StreamLimits& limits)
        : handle_(handle), response_(response), sink_(sink), limits_(limits) {}

    bool take(std::string_view piece) {
        latest_ = std::chrono::steady_clock::now();
        received_ += piece.size();
        if (received_ > limits_.bytes_max) return stop("the answer is larger than is taken");
        return begin() && (sink_.take(piece) || stop("no more was wanted"));
    }
    bool begin() {
        if (has_begun_) return true;
        has_begun_ = true;
        long status = 0;
        curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
        response_.status = static_cast<int>(status);
        return sink_.begin(response_) || stop("no more was wanted");
    }
    bool may_go_on() {
        if (!sink_.is_wanted()) return stop("no more was wanted");
        return std::chrono::steady_clock::now() - latest_ < limits_.idle || stop("nothing came for too long");
    }
    const char* complaint() const { return complaint_; }

private:
    bool stop(const char* why) {
        complaint_ = why;
        return false;
    }

    CURL* const handle_;
    ClientResponse& response_;
    AnswerSink& sink_;
    const StreamLimits& limits_;
    std::size_t received_ = 0;
    bool has_begun_ = false;
    std::chrono::steady_clock::time_point latest_ = std::chrono::steady_clock::now();
    const char* complaint_ = nullptr;  // why this side ended the transfer
};

extern "C" std::size_t llmapikey_take_piece(char* data, std::size_t size, std::size_t count, void* target) {
    const bool is_taken = static_cast<Arrival*>(target)->take({data, size * count});
    return is_taken ? size * count : CURL_WRITEFUNC_ERROR;
}

extern "C" int llmapikey_may_go_on(void* target, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<Arrival*>(target)->may_go_on() ? 0 : 1;
}

// The filter of one transfer, and its latest refusal.
struct Filtering {
    const AddressFilter& filter;
    std::string refusal;  // empty: none
};

extern "C" curl_socket_t llmapikey_open_socket(void* target, curlsocktype, curl_sockaddr* address) {
    auto& filtering = *static_cast<Filtering*>(target);
    filtering.refusal = filtering.filter(address->addr);
    if (!filtering.refusal.empty()) return CURL_SOCKET_BAD;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

using Moment = std::atomic<std::chrono::steady_clock::time_point>;

extern "C" int llmapikey_has_time(void* target, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return std::chrono::steady_clock::now() < static_cast<Moment*>(target)->load() ? 0 : 1;
}

// Returns whether it is certain that the peer has not seen a byte of the request.
bool is_certainly_unsent(CURL* handle, CURLcode code) {
    switch (code) {
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_RESOLVE_PROXY:
        case CURLE_COULDNT_CONNECT:
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_UNSUPPORTED_PROTOCOL:
        case CURLE_URL_MALFORMAT:
            return true;
        case CURLE_OPERATION_TIMEDOUT:
            break;
        default:
            return false;
    }
    curl_off_t ready_to_send = 0;
    const CURLcode known = curl_easy_getinfo(handle, CURLINFO_PRETRANSFER_TIME_T, &ready_to_send);
    return known == CURLE_OK && ready_to_send == 0;
}

// Returns why libcurl cannot be used, or an empty string. The first call loads libcurl, so that a
// process that sends nothing does not load it.
const std::string& library_problem() {
    static const std::string problem = []() -> std::string {
        try {
            return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? "" : "libcurl cannot start";
        } catch (const std::runtime_error& error) {
            return error.what();
        }
    }();
    return problem;
}

class CurlClient final : public HttpClient {
public:
    CurlClient(std::string user_agent, AddressFilter filter)
        : user_agent_(std::move(user_agent)), filter_(std::move(filter)) {}

    ClientResponse send(const ClientRequest& request, base::Deadline deadline) override {
        ClientResponse response;
        if (!may_begin(deadline, response)) return response;
        Lease lease(*this);
        CURL* handle = lease.get();
        const HeaderList headers = make_headers(request);
        set_up(handle, request, headers.get(), deadline, response);
        Filtering filtering{filter_, ""};
        set_filter(handle, filtering);
        if (request.method != "POST") {
            curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
            curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, llmapikey_has_time);
            curl_easy_setopt(handle, CURLOPT_XFERINFODATA, &last_moment_);
        }
        const CURLcode code = curl_easy_perform(handle);
        conclude(handle, code, response);
        note_refusal(filtering, response);
        if (response.transfer != TransferStatus::answered) forget_connections(lease);
        return response;
    }

    void end_calls_by(base::Deadline deadline) override {
        last_moment_ = std::chrono::steady_clock::now() + deadline.left();
    }

    ClientResponse stream(const ClientRequest& request, AnswerSink& sink, const StreamLimits& limits) override {
        ClientResponse response;
        if (!may_begin(limits.deadline, response)) return response;
        Lease lease(*this);
        CURL* handle = lease.get();
        const HeaderList headers = make_headers(request);
        set_up(handle, request, headers.get(), limits.deadline, response);
        Filtering filtering{filter_, ""};
        set_filter(handle, filtering);
        Arrival arrival(handle, response, sink, limits);
        // a compressed piece might stay unreadable until the next one
        curl_easy_setopt(handle, CURLOPT_ACCEPT_ENCODING, nullptr);
        curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, llmapikey_take_piece);
        curl_easy_setopt(handle, CURLOPT_WRITEDATA, &arrival);
        curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
        curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, llmapikey_may_go_on);
        curl_easy_setopt(handle, CURLOPT_XFERINFODATA, &arrival);
        const CURLcode code = curl_easy_perform(handle);
        conclude(handle, code, response);
        note_refusal(filtering, response);
        if (code == CURLE_OK && !arrival.begin()) response.transfer = TransferStatus::unknown;
        if (arrival.complaint() != nullptr) {
            response.failure = arrival.complaint();
        } else if (code != CURLE_OK) {
            forget_connections(lease);
        }
        return response;
    }

private:
    static bool may_begin(base::Deadline deadline, ClientResponse& response) {
        response.failure = deadline.has_passed() ? "no time was left" : library_problem();
        return response.failure.empty();
    }

    // A handle for the duration of one transfer. Handles keep their connections between transfers.
    class Lease {
    public:
        explicit Lease(CurlClient& owner) : owner_(owner), handle_(owner.take_handle()) {}
        ~Lease() {
            if (handle_ == nullptr) return;
            curl_easy_reset(handle_.get());
            owner_.give_back(std::move(handle_));
        }
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        CURL* get() { return handle_.get(); }
        void drop() { handle_.reset(); }  // closes its connections too

    private:
        CurlClient& owner_;
        Handle handle_;
    };

    struct Idle {
        Handle handle;
        std::chrono::steady_clock::time_point since;
    };

    // Takes the handle that was used last, so that the others grow old and are closed.
    Handle take_handle() {
        {
            const std::lock_guard lock(mutex_);
            if (!idle_.empty()) {
                Handle handle = std::move(idle_.back().handle);
                idle_.pop_back();
                return handle;
            }
        }
        Handle handle(curl_easy_init());
        if (handle == nullptr) throw std::bad_alloc();
        return handle;
    }

    // Gives the handle back, and closes those that have been idle since a peak.
    void give_back(Handle handle) {
        std::vector<Idle> old;  // destroyed after the lock is released
        const auto now = std::chrono::steady_clock::now();
        const std::lock_guard lock(mutex_);
        const auto first_kept = std::find_if(idle_.begin(), idle_.end(),
                                             [now](const Idle& each) { return now - each.since < handles_kept_for; });
        old.assign(std::move_iterator(idle_.begin()), std::move_iterator(first_kept));
        idle_.erase(idle_.begin(), first_kept);
        idle_.push_back({std::move(handle), now});
    }

    // What broke one connection may have cut off the others silently. A call on such a connection
    // would wait until its deadline, so all idle connections are closed.
    void forget_connections(Lease& failed) {
        failed.drop();
        std::vector<Idle> suspect;
        const std::lock_guard lock(mutex_);
        suspect.swap(idle_);
    }

    HeaderList make_headers(const ClientRequest& request) const {
        curl_slist* list = curl_slist_append(nullptr, "Expect:");  // disables the pause for "100 Continue"
        for (const Header& header : request.headers) {
            list = curl_slist_append(list, (header.name + ": " + header.value).c_str());
        }
        return HeaderList(list);
    }

    void set_up(CURL* handle, const ClientRequest& request, curl_slist* headers, base::Deadline deadline,
                ClientResponse& response) const {
        const long milliseconds = static_cast<long>(deadline.left().count());
        curl_easy_setopt(handle, CURLOPT_URL, request.url.c_str());
        curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
        curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
        curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(handle, CURLOPT_MAXCONNECTS, connections_each);
        curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, std::max(milliseconds, 1L));
        curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, std::max(std::min(milliseconds, connect_ms_max), 1L));
        curl_easy_setopt(handle, CURLOPT_USERAGENT, user_agent_.c_str());
        curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
        curl_easy_setopt(handle, CURLOPT_ACCEPT_ENCODING, "gzip");
        curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
        curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, llmapikey_take_body);
        curl_easy_setopt(handle, CURLOPT_WRITEDATA, &response.body);
        curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, llmapikey_take_header);
        curl_easy_setopt(handle, CURLOPT_HEADERDATA, &response.headers);
        // curl resends a request by itself when a kept connection turns out to be dead. A POST
        // creates something and must be sent once only, so it gets a new connection.
        if (request.method == "POST") curl_easy_setopt(handle, CURLOPT_FRESH_CONNECT, 1L);
        if (!request.body.empty() || request.method == "POST") {
            curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
            curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.c_str());
        }
        curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }

    static void set_filter(CURL* handle, Filtering& filtering) {
        if (!filtering.filter) return;
        curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, llmapikey_open_socket);
        curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, &filtering);
        // The host names come from anybody: a resolver that hangs must not outlast the deadline.
        curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);
    }

    // A refusal counts only if no other address of the same name was connected to.
    static void note_refusal(const Filtering& filtering, ClientResponse& response) {
        if (response.transfer == TransferStatus::not_sent && !filtering.refusal.empty())
            response.failure = filtering.refusal;
    }

    static void conclude(CURL* handle, CURLcode code, ClientResponse& response) {
        long status = 0;
        curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
        response.status = static_cast<int>(status);
        if (code == CURLE_OK) {
            response.transfer = TransferStatus::answered;
            return;
        }
        response.transfer = is_certainly_unsent(handle, code) ? TransferStatus::not_sent : TransferStatus::unknown;
        response.failure = curl_easy_strerror(code);
        response.body.clear();
    }

    const std::string user_agent_;
    const AddressFilter filter_;
    // the latest end of calls that can be repeated
    Moment last_moment_{std::chrono::steady_clock::time_point::max()};
    std::mutex mutex_;
    std::vector<Idle> idle_;  // the handle used last is at the end
};

}  // namespace

std::unique_ptr<HttpClient> make_curl_client(std::string user_agent, AddressFilter filter) {
    return std::make_unique<CurlClient>(std::move(user_agent), std::move(filter));
}

}  // namespace llmapikey::net
