#include "bulk/bulk_answer.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "http/answers/api_answer.hpp"

namespace llmapikey {

net::Response count_problem(const Context& context, const base::Error& error,
                            const std::function<base::Result<std::int64_t>()>& count) {
    net::Response response = api_error(context, error);
    const auto counted = count();
    boost::system::error_code ec;
    boost::json::value body = boost::json::parse(response.body, ec);
    if (!counted || ec || !body.is_object()) return response;
    body.get_object()["count"] = *counted;
    response.body = boost::json::serialize(body);
    return response;
}

std::string request_of(const Context& context) {
    const std::string_view key = context.request.header("idempotency-key");
    if (key.empty()) return {};
    return base::to_hex(base::sha256(context.initiator().actor + "\n" + std::string(key) + "\n" +
                                     std::string(context.request.target) + "\n" + std::string(context.request.body)));
}

}  // namespace llmapikey
