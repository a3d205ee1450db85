#include "http/answers/page_template.hpp"

#include <algorithm>
#include <stdexcept>

namespace llmapikey {
namespace {

constexpr std::string_view opening = "{{", closing = "}}";
constexpr std::string_view words_begin = "#t", words_end = "{{/t}}";
constexpr std::size_t usual_page = 16 * 1024;

// Hashes a name with FNV-1a.
std::uint32_t hash_of(std::string_view name) {
    std::uint32_t hash = 2'166'136'261u;
    for (const char c : name)
        hash = (hash ^ static_cast<unsigned char>(c)) * 16'777'619u;
    return hash;
}

void append_escaped(std::string& out, std::string_view text) {
    std::size_t plain = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::string_view instead;
        switch (text[i]) {
            case '&':
                instead = "&amp;";
                break;
            case '<':
                instead = "&lt;";
                break;
            case '>':
                instead = "&gt;";
                break;
            case '"':
                instead = "&quot;";
                break;
            case '\'':
                instead = "&apos;";
                break;
            default:
                continue;
        }
        out.append(text, plain, i - plain).append(instead);
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

void Data::set(std::string_view name, std::string text) {
    Data& value = field(name);
    value = Data();
    value.kind_ = Kind::text;
    value.text_ = std::move(text);
}

void Data::set(std::string_view name, bool flag) {
    Data& value = field(name);
    value = Data();
    value.kind_ = Kind::flag;
    value.flag_ = flag;
}

void Data::set(std::string_view name, Html html) {
    set(name, std::move(html.text));
    field(name).kind_ = Kind::html;
}

void Data::set(std::string_view name, Data value) {
    field(name) = std::move(value);
}

Data& Data::operator<<(Data item) {
    items_.push_back(std::move(item));
    return *this;
}

Data& Data::field(std::string_view name) {
    const std::uint32_t hash = hash_of(name);
    for (Field& each : fields_) {
        if (each.hash == hash && each.name == name) return each.value;
    }
    return fields_.emplace_back(Field{hash, std::string(name), Data()}).value;
}

const Data* Data::find(std::uint32_t hash, std::string_view name) const {
    for (const Field& each : fields_) {
        if (each.hash == hash && each.name == name) return &each.value;
    }
    return nullptr;
}

bool Data::is_shown() const {
    if (kind_ == Kind::list) return !items_.empty();
    return kind_ != Kind::flag || flag_;
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

void PageTemplate::render(std::size_t begin, std::size_t end, std::vector<const Data*>& scopes,
                          std::string& out) const {
    const auto find = [&](const Node& node) -> const Data* {
        for (auto scope = scopes.rbegin(); scope != scopes.rend(); ++scope) {
            if (const Data* found = (*scope)->find(node.hash, node.text)) return found;
        }
        return nullptr;
    };
    const auto render_in = [&](const Data& scope, std::size_t first, std::size_t last) {
        scopes.push_back(&scope);
        render(first, last, scopes, out);
        scopes.pop_back();
    };
    for (std::size_t i = begin; i < end;) {
        const Node& node = nodes_[i];
        const bool is_section = node.kind == Kind::section || node.kind == Kind::inverted;
        const std::size_t next = is_section ? node.end : i + 1;
        const Data* const found = node.kind == Kind::text ? nullptr : find(node);
        const bool is_shown = found != nullptr && found->is_shown();
        if (node.kind == Kind::text) out.append(node.text);
        const bool is_html = found != nullptr && found->kind_ == Data::Kind::html;
        if (node.kind == Kind::variable && is_html)
            out.append(found->text_);
        else if (node.kind == Kind::variable && found != nullptr)
            append_escaped(out, found->text_);
        if (node.kind == Kind::inverted && !is_shown) render(i + 1, next, scopes, out);
        if (node.kind == Kind::section && is_shown) {
            if (found->kind_ != Data::Kind::list) render_in(*found, i + 1, next);
            for (const Data& item : found->items_)
                render_in(item, i + 1, next);
        }
        i = next;
    }
}

}  // namespace llmapikey
