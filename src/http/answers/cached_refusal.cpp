#include "http/answers/cached_refusal.hpp"

namespace llmapikey {

CachedRefusal::CachedRefusal(const net::Response& example, std::string_view example_id, Hsts hsts) {
    const auto place = example.body.find(example_id);
    shows_id_ = place != std::string::npos;
    before_id_ = example.body.substr(0, place);
    if (shows_id_) after_id_ = example.body.substr(place + example_id.size());
    for (const bool is_https : {false, true}) {
        net::Response response = example;
        add_security_headers(response, is_https, hsts, Opener::possible);
        head_[is_https] = net::to_ready_head(response, example.body.size());
    }
}

net::ReadyResponse CachedRefusal::answer(bool is_head, bool is_https, std::string_view request_id) const {
    net::ReadyResponse answer;
    answer.head = head_[is_https];
    if (is_head) return answer;
    answer.body = before_id_;
    if (shows_id_) answer.set_own_body(request_id);
    answer.body_end = after_id_;
    return answer;
}

}  // namespace llmapikey
