#include "documents/markdown.hpp"

#include <md4c.h>

#include <map>

#include "documents/tabs.hpp"

namespace llmapikey {
namespace {

void append_escaped(std::string& out, std::string_view text) {
    for (const char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '"')
            out += "&quot;";
        else
            out += c;
    }
}

// Drops ASCII marks as GitHub does; what is beyond ASCII stays as it is.
std::string slug_of(std::string_view text) {
    std::string slug;
    for (const char c : text) {
        const bool is_big = c >= 'A' && c <= 'Z';
        const bool is_kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
                             static_cast<unsigned char>(c) >= 0x80;
        if (is_big) slug += static_cast<char>(c - 'A' + 'a');
        if (is_kept) slug += c;
        if (c == ' ') slug += '-';
    }
    return slug;
}

std::string_view text_of(const MD_ATTRIBUTE& attribute) {
    return {attribute.text, attribute.size};
}

bool is_elsewhere(std::string_view target) {
    return target.find("://") != std::string_view::npos;
}

// Writes the HTML while md4c reads the text.
class Writer {
public:
    explicit Writer(const LinkTarget& target_of) : target_of_(target_of) {}

    void enter(MD_BLOCKTYPE type, void* detail);
    void leave(MD_BLOCKTYPE type, void* detail);
    void enter(MD_SPANTYPE type, void* detail);
    void leave(MD_SPANTYPE type);
    void add(MD_TEXTTYPE type, std::string_view text);
    RenderedMarkdown take() { return std::move(done_); }

private:
    std::string& out() { return done_.html; }
    void add_heading(unsigned level);
    void leave_list(bool can_be_tabs);
    // Things that scroll are reached by the Tab key, and so have a name.
    std::string region(const char* kind, int number) const {
        return R"( tabindex="0" role="region" aria-label=")" + std::string(kind) + " " + std::to_string(number) + "\"";
    }

    const LinkTarget& target_of_;
    RenderedMarkdown done_;
    std::map<std::string, int> slugs_;  // how often each was used
    std::string plain_;                 // of the block that is being read
    std::size_t begin_ = 0;             // of that block in the HTML
    struct List {
        std::size_t begin;       // of its tag in the HTML
        std::size_t item_begin;  // of the inside of its last item in the HTML
        std::vector<std::string> items;
    };
    std::vector<List> lists_;  // those that are open, from the outermost on
    int codes_ = 0, tables_ = 0, tabs_ = 0;
    int images_ = 0;            // open ones: of an image only its description is shown
    bool is_unlinked_ = false;  // inside a link that leads nowhere
};

// The tag that a block or span is, without attributes; null: it is written in another way.
const char* tag_of(MD_BLOCKTYPE type) {
    switch (type) {
        case MD_BLOCK_QUOTE:
            return "blockquote";
        case MD_BLOCK_UL:
            return "ul";
        case MD_BLOCK_LI:
            return "li";
        case MD_BLOCK_P:
            return "p";
        case MD_BLOCK_THEAD:
            return "thead";
        case MD_BLOCK_TBODY:
            return "tbody";
        case MD_BLOCK_TR:
            return "tr";
        default:
            return nullptr;
    }
}

void Writer::enter(MD_BLOCKTYPE type, void* detail) {
    plain_.clear();
    if (type == MD_BLOCK_UL || type == MD_BLOCK_OL) lists_.push_back({out().size(), 0, {}});
    if (const char* const tag = tag_of(type)) out().append("<").append(tag).append(">");
    if (type == MD_BLOCK_HR) out() += "<hr>";
    if (type == MD_BLOCK_OL) {
        const unsigned start = static_cast<MD_BLOCK_OL_DETAIL*>(detail)->start;
        out() += start == 1 ? "<ol>" : "<ol start=\"" + std::to_string(start) + "\">";
    }
    if (type == MD_BLOCK_CODE) out() += "<div class=\"snippet\"><pre" + region("Code", ++codes_) + "><code>";
    if (type == MD_BLOCK_TABLE) out() += "<div class=\"table\"" + region("Table", ++tables_) + "><table>";
    if (type == MD_BLOCK_TH || type == MD_BLOCK_TD) {
        const bool is_right = static_cast<MD_BLOCK_TD_DETAIL*>(detail)->align == MD_ALIGN_RIGHT;
        out().append(type == MD_BLOCK_TH ? "<th" : "<td").append(is_right ? " class=\"r\">" : ">");
    }
    begin_ = out().size();
    if (type == MD_BLOCK_LI) lists_.back().item_begin = begin_;
}

void Writer::leave(MD_BLOCKTYPE type, void* detail) {
    if (type == MD_BLOCK_P && done_.first_paragraph.empty()) done_.first_paragraph = plain_;
    if (type == MD_BLOCK_H) return add_heading(static_cast<MD_BLOCK_H_DETAIL*>(detail)->level);
    if (type == MD_BLOCK_LI) lists_.back().items.push_back(out().substr(lists_.back().item_begin));
    if (const char* const tag = tag_of(type)) out().append("</").append(tag).append(">\n");
    if (type == MD_BLOCK_OL) out() += "</ol>\n";
    if (type == MD_BLOCK_UL || type == MD_BLOCK_OL) leave_list(type == MD_BLOCK_UL);
    if (type == MD_BLOCK_CODE) {
        if (out().ends_with('\n')) out().pop_back();  // a copy should not press Enter
        out() += "</code></pre></div>\n";
    }
    if (type == MD_BLOCK_TABLE) out() += "</table></div>\n";
    if (type == MD_BLOCK_TD) out() += "</td>";
    if (type != MD_BLOCK_TH) return;
    // A heading without a word heads nothing.
    const bool is_empty = out().size() == begin_;
    if (is_empty) out().replace(out().rfind("<th"), 3, "<td");
    out() += is_empty ? "</td>" : "</th>";
}

void Writer::add_heading(unsigned level) {
    const std::string slug = slug_of(plain_);
    const int before = slugs_[slug]++;
    Heading heading{level, before == 0 ? slug : slug + "-" + std::to_string(before), plain_};
    const std::string tag = "h" + std::to_string(level);
    std::string opening = "<" + tag + " id=\"";
    append_escaped(opening, heading.id);
    out().insert(begin_, opening + "\">");
    out() += "</" + tag + ">\n";
    done_.headings.push_back(std::move(heading));
}

void Writer::leave_list(bool can_be_tabs) {
    const List list = std::move(lists_.back());
    lists_.pop_back();
    const auto tabs = can_be_tabs ? tabs_of(list.items, tabs_ + 1) : std::nullopt;
    if (!tabs) return;
    out().replace(list.begin, std::string::npos, *tabs);
    ++tabs_;
}

void Writer::enter(MD_SPANTYPE type, void* detail) {
    if (type == MD_SPAN_IMG) ++images_;
    if (images_ > 0) return;
    if (type == MD_SPAN_EM) out() += "<em>";
    if (type == MD_SPAN_STRONG) out() += "<strong>";
    if (type == MD_SPAN_CODE && !is_unlinked_) out() += "<code>";
    if (type != MD_SPAN_A) return;
    const auto target = target_of_(text_of(static_cast<MD_SPAN_A_DETAIL*>(detail)->href));
    is_unlinked_ = !target;
    if (is_unlinked_) {
        out() += "<code>";
        return;
    }
    out() += "<a href=\"";
    append_escaped(out(), *target);
    out() += is_elsewhere(*target) ? "\" rel=\"noopener\">" : "\">";
}

void Writer::leave(MD_SPANTYPE type) {
    if (type == MD_SPAN_IMG) {
        --images_;
        return;
    }
    if (images_ > 0) return;
    if (type == MD_SPAN_EM) out() += "</em>";
    if (type == MD_SPAN_STRONG) out() += "</strong>";
    if (type == MD_SPAN_CODE && !is_unlinked_) out() += "</code>";
    if (type != MD_SPAN_A) return;
    out() += is_unlinked_ ? "</code>" : "</a>";
    is_unlinked_ = false;
}

void Writer::add(MD_TEXTTYPE type, std::string_view text) {
    if (type == MD_TEXT_BR) out() += "<br>";
    if (type == MD_TEXT_NULLCHAR) text = "\xEF\xBF\xBD";
    if (type == MD_TEXT_BR || type == MD_TEXT_SOFTBR) text = type == MD_TEXT_BR ? "" : "\n";
    // md4c has found that it is the name or number of a character.
    if (type == MD_TEXT_ENTITY)
        out() += text;
    else
        append_escaped(out(), text);
    plain_ += type == MD_TEXT_SOFTBR || type == MD_TEXT_BR ? " " : text;
}

Writer& writer(void* self) {
    return *static_cast<Writer*>(self);
}

}  // namespace

RenderedMarkdown render_markdown(std::string_view text, const LinkTarget& target_of) {
    Writer made(target_of);
    MD_PARSER parser{};
    parser.flags = MD_FLAG_TABLES | MD_FLAG_NOHTML;
    parser.enter_block = [](MD_BLOCKTYPE type, void* detail, void* self) {
        return writer(self).enter(type, detail), 0;
    };
    parser.leave_block = [](MD_BLOCKTYPE type, void* detail, void* self) {
        return writer(self).leave(type, detail), 0;
    };
    parser.enter_span = [](MD_SPANTYPE type, void* detail, void* self) { return writer(self).enter(type, detail), 0; };
    parser.leave_span = [](MD_SPANTYPE type, void*, void* self) { return writer(self).leave(type), 0; };
    parser.text = [](MD_TEXTTYPE type, const MD_CHAR* part, MD_SIZE size, void* self) {
        return writer(self).add(type, {part, size}), 0;
    };
    md_parse(text.data(), static_cast<MD_SIZE>(text.size()), &parser, &made);
    return made.take();
}

}  // namespace llmapikey
