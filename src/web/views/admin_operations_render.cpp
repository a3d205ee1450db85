#include "web/views/admin_views.hpp"
#include "web/views/template_engine.hpp"

namespace llmapikey::web::views {
namespace {

Data data_of(const BulkRow& row) {
    Data data;
    data.set("bulk_id", row.id);
    data.set("state", row.state);
    data.set("created_at", row.created_at);
    data.set("ended_at", row.ended_at);
    data.set("actor", row.actor);
    data.set("reason", row.reason);
    data.set("total", row.total);
    data.set("done", row.done);
    data.set("selection", row.selection);
    set_if_any(data, "stopped", row.stopped);
    set_if_any(data, "outcome", row.outcome);
    data.set("has_keys", row.has_keys);
    set_if_any(data, "stuck", row.stuck);
    return data;
}

Data data_of(const std::vector<Figure>& figures) {
    Data list{Data::type::list};
    for (const Figure& figure : figures) {
        Data item;
        item.set("name", figure.name);
        item.set("value", figure.value);
        if (!figure.note.empty()) item.set("note", figure.note);
        item.set("has_note", !figure.note.empty());
        list << item;
    }
    return list;
}

Data data_of(const std::vector<std::string>& words) {
    Data list{Data::type::list};
    for (const std::string& word : words) {
        Data item;
        item.set("word", word);
        list << item;
    }
    return list;
}

Data data_of(const TokenRow& row) {
    Data data;
    data.set("token_id", row.id);
    data.set("name", row.name);
    data.set("hint", row.hint);
    data.set("scopes", row.scopes);
    data.set("created_on", row.created_on);
    data.set("expires_on", row.expires_on);
    data.set("used_at", row.used_at);
    data.set("state", row.state);
    data.set("is_valid", row.is_valid);
    return data;
}

Data data_of(const DeliveryRow& row) {
    Data data;
    data.set("delivery_id", row.id);
    data.set("type", row.type);
    data.set("endpoint", row.endpoint);
    data.set("state", row.state);
    data.set("attempts", row.attempts);
    data.set("updated_at", row.updated_at);
    data.set("problem", row.problem);
    data.set("can_resend", row.can_resend);
    return data;
}

}  // namespace

std::string render(const BulkConfirmView& view) {
    Data data = admin_data(view.frame, "Revoke keys", "bulk");
    data.set("count", view.count);
    data.set("number", view.number);
    data.set("made_by", view.made_by);
    set_if_any(data, "selection", view.selection);
    data.set("examples", data_of(view.examples));
    data.set("has_examples", !view.examples.empty());
    data.set("ids", data_of(view.ids));
    Data filters{Data::type::list};
    for (const auto& [name, value] : view.filters) {
        Data item;
        item.set("name", name);
        item.set("value", value);
        filters << item;
    }
    data.set("filters", filters);
    data.set("is_everything", view.is_everything);
    data.set("is_all_said", view.is_all_said);
    set_if_any(data, "problem", view.problem);
    set_if_any(data, "mistake", view.mistake);
    data.set("said_reason", view.reason);
    return render_template("admin_bulk_confirm", data);
}

std::string render(const BulkProgressView& view) {
    Data data = admin_data(view.frame, view.bulk.stopped.empty() ? "Revoking keys" : "A stopped revocation", "bulk");
    data.set("bulk", data_of(view.bulk));
    data.set("is_done", view.is_done);
    data.set("is_selecting", view.is_selecting);
    data.set("is_to_begin", view.is_to_begin);
    set_if_any(data, "problem", view.problem);
    Data stuck{Data::type::list};
    for (const StuckRow& row : view.stuck) {
        Data item;
        item.set("account_id", row.account_id);
        item.set("login_of_key", row.login);
        item.set("stuck_problem", row.problem);
        item.set("next_attempt_at", row.next_attempt_at);
        stuck << item;
    }
    data.set("stuck_rows", stuck);
    data.set("has_stuck", !view.stuck.empty());
    set_if_any(data, "notice_good", view.notice_good);
    set_if_any(data, "notice_bad", view.notice_bad);
    if (!view.is_done) data.set("refresh_after_ms", "1000");
    data.set("refresh_without_script", !view.is_done);
    return render_template("admin_bulk_progress", data);
}

std::string render(const BulkListView& view) {
    Data data = admin_data(view.frame, "Bulk revocations", "bulk");
    Data bulks{Data::type::list};
    for (const BulkRow& row : view.bulks)
        bulks << data_of(row);
    data.set("bulks", bulks);
    data.set("has_bulks", !view.bulks.empty());
    return render_template("admin_bulk_list", data);
}

std::string render(const OverviewView& view) {
    Data data = admin_data(view.frame, "Overview", "overview");
    data.set("figures", data_of(view.figures));
    data.set("money", data_of(view.money));
    set_if_any(data, "spent_percent", view.spent_percent);
    data.set("spent_today", view.spent_today);
    data.set("exposure_per_day", view.exposure_per_day);
    data.set("spending_at", view.spending_at);
    data.set("is_spending_possible", view.is_spending_possible);
    Data charts{Data::type::list};
    for (const Chart& chart : view.charts)
        charts << chart_data(chart);
    data.set("charts", charts);
    Data failures{Data::type::list};
    for (const FailureRow& row : view.failures) {
        Data item;
        item.set("last_at", row.last_at);
        item.set("times", row.times);
        item.set("what", row.what);
        failures << item;
    }
    data.set("failures", failures);
    data.set("has_failures", !view.failures.empty());
    set_if_any(data, "problem", view.problem);
    set_if_any(data, "figures_at", view.figures_at);
    set_if_any(data, "reconciled", view.reconciled);
    data.set("reconciled_at", view.reconciled_at);
    set_if_any(data, "reconcile_problem", view.reconcile_problem);
    set_if_any(data, "unremembered", view.unremembered);
    return render_template("admin_overview", data);
}

std::string render(const TokensView& view) {
    Data data = admin_data(view.frame, "API tokens", "tokens");
    Data tokens{Data::type::list};
    for (const TokenRow& row : view.tokens)
        tokens << data_of(row);
    data.set("tokens", tokens);
    data.set("has_tokens", !view.tokens.empty());
    set_if_any(data, "new_token", view.new_token);
    set_if_any(data, "notice_good", view.notice_good);
    set_if_any(data, "notice_bad", view.notice_bad);
    return render_template("admin_tokens", data);
}

std::string render(const WebhooksView& view) {
    Data data = admin_data(view.frame, "Webhooks", "webhooks");
    Data endpoints{Data::type::list};
    for (const EndpointRow& row : view.endpoints) {
        Data item;
        item.set("endpoint_id", row.id);
        item.set("url", row.url);
        item.set("events", row.events);
        item.set("state", row.state);
        set_if_any(item, "former", row.former);
        endpoints << item;
    }
    data.set("endpoints", endpoints);
    data.set("has_endpoints", !view.endpoints.empty());
    Data deliveries{Data::type::list};
    for (const DeliveryRow& row : view.deliveries)
        deliveries << data_of(row);
    data.set("deliveries", deliveries);
    data.set("has_deliveries", !view.deliveries.empty());
    data.set("event_types", data_of(view.event_types));
    set_if_any(data, "new_secret", view.new_secret);
    set_if_any(data, "notice_good", view.notice_good);
    set_if_any(data, "notice_bad", view.notice_bad);
    return render_template("admin_webhooks", data);
}

}  // namespace llmapikey::web::views
