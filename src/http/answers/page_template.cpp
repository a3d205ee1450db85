#include "http/answers/page_template.hpp"

#include <array>
#include <stdexcept>

namespace llmapikey {
namespace {

constexpr std::string_view opening = "{{", closing = "}}";
constexpr std::string_view words_begin = "#t", words_end = "{{/t}}";
constexpr std::size_t usual_page = 32 * 1024;
constexpr std::size_t usual_fields = 8;  // of an object

// What stands for a character in HTML; empty: the character itself.
constexpr std::string_view escape_of(char c) {
    switch (c) {
        case '&':
            return "&amp;";
        case '<':
            return "&lt;";
        case '>':
            return "&gt;";
        case '"':
            return "&quot;";
        case '\'':
            return "&apos;";
        default:
            return "";
    }
}

constexpr std::array<bool, 256> is_escaped = [] {
    std::array<bool, 256> all{};
    for (const char c : std::string_view("&<>\"'"))
        all[static_cast<unsigned char>(c)] = true;
    return all;
}();

void append_escaped(std::string& out, std::string_view text) {
    std::size_t plain = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!is_escaped[static_cast<unsigned char>(text[i])]) continue;
        out.append(text, plain, i - plain).append(escape_of(text[i]));
        plain = i + 1;
    }
    out.append(text, plain);
}

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t") == std::string_view::npos;
}

// If a tag stands alone on its line, removes the rest of that line on both sides.
void take_line(std::string_view& before, std::string_view& after) {
    const auto line = before.rfind('\n');
    const std::size_t begin = line == std::string_view::npos ? 0 : line + 1;
    const auto end = after.find('\n');
    const bool is_alone =
        end != std::string_view::npos && is_blank(before.substr(begin)) && is_blank(after.substr(0, end));
    if (!is_alone) return;
    before = before.substr(0, begin);
    after.remove_prefix(end + 1);
}

// Removes the words that {{/t}} closes from the beginning of a text, and returns them.
std::string_view take_words(std::string_view& text) {
    const auto end = text.find(words_end);
    if (end == std::string_view::npos) throw std::logic_error("the words of a template are not closed");
    const std::string_view words = text.substr(0, end);
    text.remove_prefix(end + words_end.size());
    return words;
}

}  // namespace

void Data::set(Name name, std::string text) {
    add(name).emplace<std::string>(std::move(text));
}

void Data::set(Name name, const char* text) {
    add(name).emplace<std::string>(text);
}

void Data::set(Name name, bool flag) {
    add(name).emplace<bool>(flag);
}

void Data::set(Name name, Html html) {
    add(name).emplace<Html>(std::move(html));
}

void Data::set(Name name, Data value) {
    add(name) = std::move(value.value_);
}

void Data::share(Name name, const Data& value) {
    add(name).emplace<const Data*>(&value);
}

Data& Data::operator<<(Data item) {
    std::get<Items>(value_).push_back(std::move(item));
    return *this;
}

Data::Value& Data::add(Name name) {
    auto& fields = std::get<Fields>(value_);
    if (fields.empty()) fields.reserve(usual_fields);
    return fields.emplace_back(Field{name, Data()}).value.value_;
}

// The value that was set last. Follows what is shared.
const Data* Data::find(std::uint32_t hash, std::string_view name) const {
    const auto* const fields = std::get_if<Fields>(&value_);
    if (fields == nullptr) return nullptr;
    for (auto each = fields->rbegin(); each != fields->rend(); ++each) {
        if (each->name.hash() != hash || each->name.text() != name) continue;
        const auto* const shared = std::get_if<const Data*>(&each->value.value_);
        return shared == nullptr ? &each->value : *shared;
    }
    return nullptr;
}

bool Data::is_shown() const {
    if (const auto* const items = std::get_if<Items>(&value_)) return !items->empty();
    const bool* const flag = std::get_if<bool>(&value_);
    return flag == nullptr || *flag;
}

void PageTemplate::parse(std::string_view text, const Source& source) {
    std::vector<std::size_t> open;
    const auto add_text = [&](std::string_view plain) {
        if (!plain.empty()) nodes_.push_back({Kind::text, 0, plain});
    };
    std::string_view line = text;  // starts after the last tag that was not alone on its line, for take_line()
    while (true) {
        const auto begin = text.find(opening);
        if (begin == std::string_view::npos) break;
        const auto end = text.find(closing, begin);
        if (end == std::string_view::npos) throw std::logic_error("a tag of a template is not closed");
        std::string_view before = text.substr(0, begin), after = text.substr(end + closing.size());
        const std::string_view tag = text.substr(begin + opening.size(), end - begin - opening.size());
        const char kind = tag.empty() ? ' ' : tag.front();
        if (tag == words_begin) {
            add_text(before);
            parse_words(take_words(after), source);
            text = after;
            line = std::string_view();
            continue;
        }
        const bool is_variable = std::string_view("#^/>").find(kind) == std::string_view::npos;
        const std::string_view name = is_variable ? tag : tag.substr(1);
        // Blanks between two tags on one line are not indentation.
        const bool is_first = text.data() == line.data() || before.find('\n') != std::string_view::npos;
        if (!is_variable && is_first) take_line(before, after);
        const bool was_alone = after.data() != text.data() + end + closing.size();
        add_text(before);
        text = after;
        line = was_alone ? after : std::string_view();
        if (is_variable) nodes_.push_back({Kind::variable, hash_of(name), name});
        if (kind == '>') parse(source.text_of(name), source);
        if (kind == '#' || kind == '^') {
            open.push_back(nodes_.size());
            nodes_.push_back({kind == '#' ? Kind::section : Kind::inverted, hash_of(name), name});
        }
        if (kind != '/') continue;
        if (open.empty() || nodes_[open.back()].text != name)
            throw std::logic_error("a template closes " + std::string(name) + ", which is not open");
        nodes_[open.back()].end = nodes_.size();
        open.pop_back();
    }
    if (!open.empty()) throw std::logic_error("a template does not close " + std::string(nodes_[open.back()].text));
    add_text(text);
}

void PageTemplate::parse_words(std::string_view english, const Source& source) {
    parse(source.translation ? source.translation(english) : english, source);
}

std::string PageTemplate::render(const Data& data) const {
    std::string out;
    out.reserve(usual_page);
    std::vector<const Data*> scopes{&data};
    render(0, nodes_.size(), scopes, out);
    return out;
}

void PageTemplate::render_section(std::size_t begin, std::size_t end, std::vector<const Data*>& scopes,
                                  std::string& out, const Data& value) const {
    const auto render_in = [&](const Data& scope) {
        scopes.push_back(&scope);
        render(begin, end, scopes, out);
        scopes.pop_back();
    };
    const auto* const items = std::get_if<Data::Items>(&value.value_);
    if (items == nullptr) return render_in(value);
    for (const Data& item : *items)
        render_in(item);
}

void PageTemplate::render(std::size_t begin, std::size_t end, std::vector<const Data*>& scopes,
                          std::string& out) const {
    const auto find = [&](const Node& node) -> const Data* {
        for (auto scope = scopes.rbegin(); scope != scopes.rend(); ++scope) {
            if (const Data* found = (*scope)->find(node.hash, node.text)) return found;
        }
        return nullptr;
    };
    for (std::size_t i = begin; i < end;) {
        const Node& node = nodes_[i];
        if (node.kind == Kind::text) {
            out.append(node.text);
            ++i;
            continue;
        }
        const Data* const found = find(node);
        if (node.kind == Kind::variable) {
            if (found != nullptr) append_value(out, *found);
            ++i;
            continue;
        }
        const bool is_shown = found != nullptr && found->is_shown();
        if (node.kind == Kind::inverted && !is_shown) render(i + 1, node.end, scopes, out);
        if (node.kind == Kind::section && is_shown) render_section(i + 1, node.end, scopes, out, *found);
        i = node.end;
    }
}

// A value that is neither text nor HTML leaves nothing.
void PageTemplate::append_value(std::string& out, const Data& value) {
    if (const auto* const text = std::get_if<std::string>(&value.value_)) append_escaped(out, *text);
    if (const auto* const html = std::get_if<Html>(&value.value_)) out.append(html->text);
}

}  // namespace llmapikey
