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
    std::string attempt;  // by which to finish it
};
struct RequestUnderWay {
    base::Seconds ends_within{0};  // by then it is done, or has died and may be sent again
};
struct OtherRequest {};  // the same key came with another request before
using RequestOutcome = std::variant<FirstRequest, StoredAnswer, RequestUnderWay, OtherRequest>;

// Answers by Idempotency-Key (draft-ietf-httpapi-idempotency-key-header), kept for a day. Blocking,
// thread-safe, over all replicas; can fail with Errc::store_unavailable.
class StoredAnswers {
public:
    static constexpr base::Seconds kept_for{std::chrono::hours{24}};
    static constexpr base::Seconds request_max{120};  // one that takes longer has died, and may be done again

    virtual ~StoredAnswers() = default;
    // Of all that ask with the same actor and key, one gets FirstRequest.
    virtual base::Result<RequestOutcome> begin(const std::string& actor, const std::string& key,
                                               const std::string& fingerprint, base::Timestamp now) = 0;
    virtual base::Result<void> finish(const std::string& actor, const std::string& key, const std::string& attempt,
                                      const StoredAnswer& answer) = 0;
    // The request came to nothing: it may be sent again.
    virtual base::Result<void> forget(const std::string& actor, const std::string& key, const std::string& attempt) = 0;
};

}  // namespace llmapikey
