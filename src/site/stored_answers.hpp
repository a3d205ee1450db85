#pragma once

#include <string>
#include <variant>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace llmapikey {

struct StoredAnswer {
    int status = 0;
    std::string sealed_body;
};
struct FirstRequest {
    std::string attempt;  // needed to finish or forget the request
};
struct RequestUnderWay {
    base::Seconds ends_within{0};  // by then the request is done, or it has died and may be sent again
};
struct OtherRequest {};  // the same key came with another request before
using RequestOutcome = std::variant<FirstRequest, StoredAnswer, RequestUnderWay, OtherRequest>;

// Stored answers by Idempotency-Key (draft-ietf-httpapi-idempotency-key-header), kept for a day.
// Blocking, thread-safe, shared by all replicas; fails with Errc::store_unavailable.
class StoredAnswers {
public:
    static constexpr base::Seconds kept_for{std::chrono::hours{24}};
    static constexpr base::Seconds request_max{120};  // a request that takes longer has died and may be repeated

    virtual ~StoredAnswers() = default;
    // Begins a request. Of all callers with the same actor and key, one gets FirstRequest.
    virtual base::Result<RequestOutcome> begin(const std::string& actor, const std::string& key,
                                               const std::string& fingerprint, base::Timestamp now) = 0;
    virtual base::Result<void> finish(const std::string& actor, const std::string& key, const std::string& attempt,
                                      const StoredAnswer& answer) = 0;
    // Forgets a request that failed, so that it may be sent again.
    virtual base::Result<void> forget(const std::string& actor, const std::string& key, const std::string& attempt) = 0;
};

}  // namespace llmapikey
