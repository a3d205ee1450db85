#include "web/standing_answers.hpp"

#include "base/encoding.hpp"
#include "web/cookies.hpp"
#include "web/error_response.hpp"
#include "web/request_id.hpp"
#include "web/route_fields.hpp"

namespace llmapikey::web {
namespace {

constexpr std::string_view docs_path = "/docs";

std::size_t route_number_of(std::string_view path) {
    for (const Route& route : routes()) {
        if (route.path == path && route.method == "GET") return route_number(&route);
    }
    return route_number(nullptr);
}

PreparedRefusal prepare_busy(const Services& services, std::string_view accept) {
    const net::HeaderView headers[] = {{"Accept", accept}};
    net::Request request;
    request.method = "GET";
    request.headers = headers;
    const std::string id = new_request_id();
    const Context context{request, nullptr, {}, id, {}, {}, std::nullopt, std::nullopt};
    return {error_response(services, context, 503), id, services.settings.hsts};
}

}  // namespace

StandingAnswers::StandingAnswers(const Services& services)
    : services_(services),
      docs_route_(route_number_of(docs_path)),
      busy_page_(prepare_busy(services, "text/html")),
      busy_problem_(prepare_busy(services, "application/json")) {
    const Hsts hsts = services.settings.hsts;
    for (const base::EmbeddedAsset& asset : embedded_assets()) {
        assets_.emplace(asset.url_path, PreparedAnswer::of_asset(asset, AssetUrl::changes_with_content, hsts));
        if (asset.name != "favicon.svg") continue;
        assets_.emplace("/favicon.ico", PreparedAnswer::of_asset(asset, AssetUrl::stays, hsts));
    }
    anonymous_pages_.emplace("/", Page{prepare("/", landing_page), route_number_of("/")});
    anonymous_pages_.emplace("/dashboard", Page{prepare("/dashboard", dashboard_page), route_number_of("/dashboard")});
    refresh();
}

PreparedAnswer StandingAnswers::prepare(std::string_view path, Handler page) const {
    net::Request request;
    request.method = "GET";
    request.path = path;
    const Context context{request, nullptr, {}, "", {}, {}, std::nullopt, std::nullopt};
    return PreparedAnswer::of_page(page(services_, context).body, services_.settings.hsts);
}

void StandingAnswers::refresh() {
    docs_.store(std::make_shared<const PreparedAnswer>(prepare(docs_path, docs_page)));
}

std::optional<StandingAnswers::Standing> StandingAnswers::find(const net::Request& request) const {
    if (request.method != "GET") return std::nullopt;
    const auto asset = assets_.find(request.path);
    if (asset != assets_.end()) return Standing{&asset->second, 0, nullptr};
    // What a query asks for (a notice, the key in the snippets) is for those who are signed in.
    const auto page = anonymous_pages_.find(request.path);
    const bool is_docs = request.path == docs_path;
    if (!is_docs && page == anonymous_pages_.end()) return std::nullopt;
    if (!find_cookie(request, session_cookie_name).empty()) return std::nullopt;
    // What cannot be read, or holds a whole key, is refused like any other.
    if (!request.query.empty()) {
        const auto query = base::from_percent_encoded(request.query, /*plus_is_space=*/true);
        if (!query || !is_decodable(request.query) || domain::holds_raw_key(*query)) return std::nullopt;
    }
    if (!is_docs) return Standing{&page->second.answer, page->second.route, nullptr};
    auto docs = docs_.load();
    const PreparedAnswer* const answer = docs.get();
    return Standing{answer, docs_route_, std::move(docs)};
}

net::ReadyAnswer StandingAnswers::busy(bool is_json, bool is_head, bool is_https, std::string_view request_id) const {
    return (is_json ? busy_problem_ : busy_page_).answer(is_head, is_https, request_id);
}

}  // namespace llmapikey::web
