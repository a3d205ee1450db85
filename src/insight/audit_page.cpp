#include "insight/audit_page.hpp"

#include <algorithm>

#include "audit/audit_json.hpp"
#include "base/encoding.hpp"
#include "base/json_values.hpp"
#include "http/answers/error_response.hpp"
#include "http/answers/shown_values.hpp"
#include "http/form.hpp"
#include "identity/login.hpp"
#include "insight/audit_views.hpp"
#include "net/body_stream.hpp"
#include "ops/log.hpp"

namespace llmapikey {
namespace {

constexpr std::int64_t entries_per_page = 100;
constexpr int accounts_searched = 50;
constexpr int export_entries_per_batch = 200;

// The entries `count` before `before`, in order.
base::Result<std::vector<ChainedEntry>> latest_entries(const AuditPage& self, std::int64_t before, std::int64_t count) {
    const std::int64_t after = std::max<std::int64_t>(before - 1 - count, 0);
    return self.audit.read(after, static_cast<int>(std::max<std::int64_t>(before - 1 - after, 0)));
}

// The latest ones about the accounts that `search` finds, in order.
base::Result<std::vector<ChainedEntry>> latest_about(const AuditPage& self, const std::string& search,
                                                     std::int64_t before) {
    AuditQuery query;
    query.accounts = TRY(self.admin_store.find_accounts(std::string(without_at(search)), accounts_searched));
    query.before = before;
    query.limit = static_cast<int>(entries_per_page);
    query.is_latest_first = true;
    auto entries = self.admin_store.find_audit_entries(query);
    if (entries) std::reverse(entries->begin(), entries->end());
    return entries;
}

// All behind the sequence `after` and up to `last`, as JSON Lines.
net::BodyEnd export_entries(AuditLog& audit, std::int64_t after, std::int64_t last, net::BodyWriter& writer) {
    while (after < last) {
        const auto page = audit.read(after, export_entries_per_batch);
        if (!page) ops::log(ops::LogLevel::error, "exporting the audit log: " + page.error().detail);
        if (!page || page->empty()) return net::BodyEnd::broken;
        std::string lines;
        for (const ChainedEntry& link : *page) {
            if (link.sequence <= last) lines += base::to_text(to_json(link)) + "\n";
        }
        if (!writer.write(lines)) return net::BodyEnd::broken;
        after = page->back().sequence;
    }
    return net::BodyEnd::whole;
}

}  // namespace

net::Response AuditPage::show(const Context& context) const {
    const auto head = audit.head();
    if (!head) return error_response(context, head.error());
    const Form fields(context.request.query);
    const auto before = base::parse_whole_number(fields.value("before"));
    const std::int64_t end = std::min(before.value_or(head->sequence + 1), head->sequence + 1);
    AdminAuditView view;
    view.frame = make_frame(context);
    view.search = std::string(base::trim(fields.value("q")));
    const auto entries =
        view.search.empty() ? latest_entries(*this, end, entries_per_page) : latest_about(*this, view.search, end);
    if (!entries) return error_response(context, entries.error());
    for (auto link = entries->rbegin(); link != entries->rend(); ++link) {
        const AuditEntry& entry = link->entry;
        view.entries.push_back({std::to_string(link->sequence), minute_text(entry.at), entry.actor, entry.action,
                                entry.subject, entry.origin, entry.outcome, entry.detail});
    }
    const bool has_older = !entries->empty() && entries->front().sequence > 1 &&
                           (view.search.empty() || entries->size() == static_cast<std::size_t>(entries_per_page));
    if (has_older) {
        view.older_path = "/admin/activity?before=" + std::to_string(entries->front().sequence) +
                          (view.search.empty() ? "" : "&q=" + base::to_percent_encoded(view.search));
    }
    return html_response(200, render(view));
}

// Page by page, as it is read: the log grows for ever, and an answer takes two minutes at the most.
// Whoever has a part of it asks for what comes after. What comes in meanwhile is not in it.
net::Response AuditPage::download(const Context& context) const {
    const auto head = audit.head();
    if (!head) return error_response(context, head.error());
    const std::string wanted = Form(context.request.query).value("after");
    const auto after = wanted.empty() ? std::optional<std::int64_t>(0) : base::parse_whole_number(wanted);
    if (!after) return error_response(context, {base::Errc::invalid_input, "after must be a number", {}});
    net::Response response = uncached_response(200, "application/jsonl", "");
    response.set("Content-Disposition", "attachment; filename=\"llmapikey-audit.jsonl\"");
    response.producer = [&audit = this->audit, after = *after, last = head->sequence](net::BodyWriter& writer) {
        return export_entries(audit, after, last, writer);
    };
    return response;
}

}  // namespace llmapikey
