#include "sql/sql_database.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <unordered_map>

#include "base/encoding.hpp"

namespace llmapikey {
namespace {

struct Word {
    std::string_view name;
    std::string_view postgres, sqlite;  // @ is the expression
};
constexpr Word words[] = {
    {"epoch", "floor(extract(epoch FROM @))::bigint", "@"},
    {"time", "to_timestamp(@::bigint)", "@"},
    {"micros", "(extract(epoch FROM @) * 1000000)::bigint", "(@ * 1000000)"},
    {"from_micros", "(timestamptz 'epoch' + @::bigint * interval '1 microsecond')", "(@ / 1000000)"},
    {"folded", "lower(@ COLLATE \"C\")", "lower(@)"},
    {"now", "extract(epoch FROM now())::bigint", "unixepoch()"},
    {"new_id", "gen_random_uuid()::text", "lower(hex(randomblob(16)))"},
    // SQLite's clock counts thousandths. An entry in the same thousandth, or after the clock was
    // set back, is placed behind the last one.
    // SQLite has one writer at a time, who needs no lock on a row.
    {"for_share", "FOR SHARE", ""},
    {"queue_time", "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint",
     "max(CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER), "
     "1 + coalesce((SELECT max(queued_at) FROM api_keys WHERE status = 'waiting'), 0))"},
    {"by_subject", "@", "@ COLLATE NOCASE"},
    {"in_texts", "= ANY (string_to_array(@, ','))",
     "IN (SELECT value FROM json_each('[\"' || replace(@, ',', '\",\"') || '\"]'))"},
    {"in", "= ANY (string_to_array(@, ',')::uuid[])",
     "IN (SELECT value FROM json_each('[\"' || replace(@, ',', '\",\"') || '\"]'))"},
};

void replace_all(std::string& text, std::string_view what, std::string_view with) {
    for (auto place = text.find(what); place != std::string::npos; place = text.find(what, place + with.size()))
        text.replace(place, what.size(), with);
}

std::string meaning_of(std::string_view word, Dialect dialect) {
    const auto colon = word.find(':');
    for (const Word& each : words) {
        if (each.name != word.substr(0, colon)) continue;
        std::string text(dialect == Dialect::postgres ? each.postgres : each.sqlite);
        if (colon != std::string_view::npos) replace_all(text, "@", word.substr(colon + 1));
        return text;
    }
    std::fprintf(stderr, "llmapikey: a statement has a word that nobody knows: {%s}\n", std::string(word).c_str());
    std::abort();
}

std::string translate(std::string text, Dialect dialect) {
    for (auto open = text.find('{'); open != std::string::npos; open = text.find('{', open)) {
        const auto close = text.find('}', open);
        const std::string meaning = meaning_of(std::string_view(text).substr(open + 1, close - open - 1), dialect);
        text.replace(open, close - open + 1, meaning);
        open += meaning.size();
    }
    if (dialect == Dialect::postgres) return text;
    for (const std::string_view without : {"llmapikey.", "::uuid", "::bigint", "::text"})
        replace_all(text, without, "");
    replace_all(text, "$", "?");
    return text;
}

}  // namespace

std::int64_t SqlRow::number(int column) const {
    return std::strtoll(text(column).c_str(), nullptr, 10);
}

bool is_dialect_word(std::string_view name) {
    return std::any_of(std::begin(words), std::end(words), [&](const Word& each) { return each.name == name; });
}

const std::string& translated(const std::string& sql, Dialect dialect) {
    static std::mutex mutex;
    static std::unordered_map<std::string, std::string> of_sqlite, of_postgres;
    auto& known = dialect == Dialect::sqlite ? of_sqlite : of_postgres;
    const std::lock_guard lock(mutex);
    const auto found = known.find(sql);
    return found != known.end() ? found->second : known.emplace(sql, translate(sql, dialect)).first->second;
}

}  // namespace llmapikey
