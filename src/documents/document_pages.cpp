#include "documents/document_pages.hpp"

#include "base/packed_text.hpp"
#include "base/plural.hpp"
#include "documents/document_views.hpp"
#include "http/answers/cached_response.hpp"
#include "http/answers/error_response.hpp"
#include "providers/example_model.hpp"

namespace llmapikey {
namespace {

PlaceholderValues values_for(const Context& context, const GuardrailWatch& guardrail) {
    const SiteSettings& settings = context.shared.settings;
    const auto giveaway = context.shared.giveaway.shown();
    const std::string models_url(settings.provider.models_url);
    return {{"api_base_url", settings.api_base_url},
            {"example_model", example_model(guardrail, settings.example_model)},
            {"key_variable", std::string(settings.provider.key_variable)},
            {"provider", std::string(settings.provider.name)},
            {"key_prefix", std::string(settings.provider.key_prefix)},
            {"unknown_key_says", std::string(settings.provider.unknown_key_says)},
            {"daily_limit_usd", base::to_cap(giveaway->daily_limit)},
            {"key_lifetime", base::counted(giveaway->key_lifetime.count(), "day")},
            {"models_url", models_url.empty() ? "" : "<" + models_url + ">"}};
}

// Organizers' documents are long. Compressing them tells nobody anything: no text of a request
// stands in them.
net::Response compressed_response(const Context& context, std::string html) {
    net::Response response = html_response(200, std::move(html));
    response.set("Vary", "Accept-Encoding, Sec-Fetch-Site");
    if (!accepts_coding(context.request.header("accept-encoding"), "gzip")) return response;
    std::string compressed = packed(response.body);
    if (compressed.empty()) return response;
    response.body = std::move(compressed);
    response.set("Content-Encoding", "gzip");
    return response;
}

}  // namespace

net::Response DocumentPages::show(const Context& context) const {
    const Documents& documents = recipients_documents();
    const auto document = documents.find(context.path_id, values_for(context, guardrail));
    if (!document) return error_response(context, 404);
    return html_response(200, render(DocumentView{make_frame(context), documents, *document}));
}

net::Response DocumentPages::list_for_organizers(const Context& context) const {
    return compressed_response(context, render(DocumentListView{make_frame(context), organizers_documents()}));
}

net::Response DocumentPages::show_to_organizers(const Context& context) const {
    const Documents& documents = organizers_documents();
    const auto document = documents.find(context.path_id, {});
    if (!document) return error_response(context, 404);
    const DocumentView view{make_frame(context), documents, *document, DocumentReaders::organizers};
    return compressed_response(context, render(view));
}

}  // namespace llmapikey
