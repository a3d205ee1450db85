#include "documents/documents.hpp"

#include <algorithm>

#include "base/embedded.hpp"
#include "base/encoding.hpp"
#include "base/packed_text.hpp"

namespace llmapikey {
namespace {

constexpr std::string_view opening = "{{", closing = "}}";

// Which of docs/*.md organizers read, by what they want.
constexpr std::string_view organizers_contents = R"(# Start
running
configuration
admin
# Operate
operations
metrics
runbooks
backup
upgrading
rotation
postgres
# Understand
promises
guarantees
routes
glossary
)";

std::string text_in(std::span<const base::EmbeddedText> files, std::string_view file_name) {
    for (const base::EmbeddedText& file : files)
        if (file.name == file_name) return unpacked(file.text);
    return {};
}

const std::string* value_of(const PlaceholderValues& values, std::string_view name) {
    const auto found = std::ranges::find_if(values, [&](const auto& value) { return value.first == name; });
    return found == values.end() ? nullptr : &found->second;
}

// Returns nullopt if a value is empty.
std::optional<std::string> filled_in_line(std::string_view line, const PlaceholderValues& values) {
    std::string out;
    while (true) {
        const auto begin = line.find(opening);
        const auto end = begin == std::string_view::npos ? begin : line.find(closing, begin);
        if (end == std::string_view::npos) return out.append(line);
        const auto after = end + closing.size();
        const std::string* const value =
            value_of(values, line.substr(begin + opening.size(), end - begin - opening.size()));
        if (value != nullptr && value->empty()) return std::nullopt;
        out.append(line, 0, value == nullptr ? after : begin);
        if (value != nullptr) out += *value;
        line.remove_prefix(after);
    }
}

}  // namespace

std::string fill_in(std::string_view text, const PlaceholderValues& values) {
    std::string out;
    for (const std::string_view line : base::split(text, '\n')) {
        if (const auto filled = filled_in_line(line, values)) out.append(*filled).append("\n");
    }
    return out;
}

Documents::Documents(std::string_view contents, std::string address, TextOf text_of)
    : address_(std::move(address)), text_of_(std::move(text_of)) {
    for (const std::string_view line : base::split(contents, '\n')) {
        if (line.starts_with("# "))
            groups_.push_back({std::string(line.substr(2)), {}});
        else if (!line.empty() && !groups_.empty())
            groups_.back().documents.push_back({std::string(line.substr(0, line.find(' '))), {}, {}});
    }
    for (DocumentGroup& group : groups_) {
        for (DocumentEntry& entry : group.documents) {
            Document document = read(entry.name, {});
            entry.title = std::move(document.title);
            entry.headings = std::move(document.headings);
        }
    }
}

Document Documents::read(std::string_view name, const PlaceholderValues& values) const {
    RenderedMarkdown made =
        render_markdown(fill_in(text_of_(name), values), [this](std::string_view link) { return target_of(link); });
    Document document{std::string(name), std::string(name), std::move(made.first_paragraph), std::move(made.html), {}};
    for (Heading& heading : made.headings) {
        if (heading.level == 1)
            document.title = heading.text;
        else
            document.headings.push_back(std::move(heading));
    }
    return document;
}

// Documents name each other as they lie in the repository: "refused.md#402".
std::optional<std::string> Documents::target_of(std::string_view link) const {
    const bool is_address = link.starts_with("https://") || link.starts_with("http://") ||
                            link.starts_with("mailto:") || link.starts_with("/") || link.starts_with("#");
    if (is_address) return std::string(link);
    constexpr std::string_view extension = ".md";
    const auto end = link.find(extension);
    if (end == std::string_view::npos || !has(link.substr(0, end))) return std::nullopt;
    return address_ + "/" + std::string(link.substr(0, end)).append(link.substr(end + extension.size()));
}

std::vector<const DocumentEntry*> Documents::in_order() const {
    std::vector<const DocumentEntry*> all;
    for (const DocumentGroup& group : groups_)
        for (const DocumentEntry& entry : group.documents)
            all.push_back(&entry);
    return all;
}

bool Documents::has(std::string_view name) const {
    return std::ranges::any_of(in_order(), [&](const DocumentEntry* entry) { return entry->name == name; });
}

std::optional<Document> Documents::find(std::string_view name, const PlaceholderValues& values) const {
    return has(name) ? std::optional(read(name, values)) : std::nullopt;
}

const DocumentEntry* Documents::before(std::string_view name) const {
    const DocumentEntry* last = nullptr;
    for (const DocumentEntry* const entry : in_order()) {
        if (entry->name == name) return last;
        last = entry;
    }
    return nullptr;
}

const DocumentEntry* Documents::after(std::string_view name) const {
    const auto all = in_order();
    const auto found = std::ranges::find_if(all, [&](const DocumentEntry* entry) { return entry->name == name; });
    return found == all.end() || found + 1 == all.end() ? nullptr : found[1];
}

std::vector<std::string> document_names(std::string_view contents) {
    std::vector<std::string> names;
    for (const std::string_view line : base::split(contents, '\n'))
        if (!line.empty() && !line.starts_with("# ")) names.emplace_back(line.substr(0, line.find(' ')));
    return names;
}

std::vector<std::string> recipients_document_names() {
    return document_names(text_in(embedded_recipients_documents(), "contents.txt"));
}

const Documents& recipients_documents() {
    static const auto text_of = [](std::string_view name) {
        return text_in(embedded_recipients_documents(), std::string(name) + ".md");
    };
    static const Documents all(text_in(embedded_recipients_documents(), "contents.txt"), "/docs", text_of);
    return all;
}

const Documents& organizers_documents() {
    static const auto text_of = [](std::string_view name) {
        return text_in(embedded_organizers_documents(), std::string(name) + ".md");
    };
    static const Documents all(organizers_contents, "/admin/docs", text_of);
    return all;
}

}  // namespace llmapikey
