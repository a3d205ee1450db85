#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

// Templates in a subset of Mustache. {{name}} is escaped for HTML, unless it is Html.
// {{#name}}...{{/name}} repeats for each item of a list, and shows once for an object, a text or
// true. {{^name}}...{{/name}} shows if the value is absent, false or an empty list. {{>name}}
// includes another template. {{#t}}...{{/t}} is replaced by the translation of what it encloses,
// which may have tags as well. A line with nothing but one section or include tag leaves no line.
namespace llmapikey {

// HTML that was made of escaped texts, for the one value of a template that is not escaped again.
// Only rendered documents are (documents/markdown.hpp).
struct Html {
    std::string text;
};

// The values of a template: an object of named texts, flags, objects and lists. Names are unique.
class Data {
public:
    enum class type { object, list };

    Data() = default;
    explicit Data(type kind) : kind_(kind == type::list ? Kind::list : Kind::object) {}
    Data(std::string_view name, std::string text) { set(name, std::move(text)); }

    // For objects: sets a value, and replaces an earlier one of that name.
    void set(std::string_view name, std::string text);
    void set(std::string_view name, const char* text) { set(name, std::string(text)); }
    void set(std::string_view name, bool flag);
    void set(std::string_view name, Html html);
    void set(std::string_view name, Data value);
    // For lists: appends an item.
    Data& operator<<(Data item);

private:
    friend class PageTemplate;
    enum class Kind : std::uint8_t { object, list, text, flag, html };
    struct Field;
    const Data* find(std::uint32_t hash, std::string_view name) const;
    Data& field(std::string_view name);
    bool is_shown() const;

    Kind kind_ = Kind::object;
    bool flag_ = false;
    std::string text_;
    std::vector<Field> fields_;
    std::vector<Data> items_;
};

struct Data::Field {
    std::uint32_t hash;
    std::string name;
    Data value;
};

// One parsed template with the templates that it includes. Immutable; thread-safe.
class PageTemplate {
public:
    // Where texts come from. They must outlive the templates that are made of them.
    struct Source {
        std::function<std::string_view(std::string_view name)> text_of;         // of another template
        std::function<std::string_view(std::string_view english)> translation;  // none: English stays
    };
    // Throws std::logic_error if a tag is not closed, or is closed by the wrong one.
    PageTemplate(std::string_view name, const Source& source) { parse(source.text_of(name), source); }

    std::string render(const Data& data) const;

private:
    enum class Kind : std::uint8_t { text, variable, section, inverted };
    struct Node {
        Kind kind;
        std::uint32_t hash = 0;  // of the name
        std::string_view text;   // or the name
        std::size_t end = 0;     // of a section: index of the node after its last
    };
    void parse(std::string_view text, const Source& source);
    void parse_words(std::string_view english, const Source& source);
    void render(std::size_t begin, std::size_t end, std::vector<const Data*>& scopes, std::string& out) const;

    std::vector<Node> nodes_;
};

}  // namespace llmapikey
