#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
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

// Returns the FNV-1a hash of a name.
constexpr std::uint32_t hash_of(std::string_view name) {
    std::uint32_t hash = 2'166'136'261u;
    for (const char c : name)
        hash = (hash ^ static_cast<unsigned char>(c)) * 16'777'619u;
    return hash;
}

// The name of a value. It is a literal, so its hash is made when the program is compiled.
class Name {
public:
    consteval Name(const char* literal) : Name(std::string_view(literal), 0) {}
    // `text`: of a table that lives as long as the program.
    static constexpr Name of_table(std::string_view text) { return Name(text, 0); }

    std::string_view text() const { return text_; }
    std::uint32_t hash() const { return hash_; }

private:
    constexpr Name(std::string_view text, int) : text_(text), hash_(hash_of(text)) {}

    std::string_view text_;
    std::uint32_t hash_;
};

// The values of a template: an object of named texts, flags, objects and lists. What is set later
// replaces what was set earlier by the same name.
class Data {
public:
    enum class type { object, list };

    Data() = default;
    explicit Data(type kind) {
        if (kind == type::list) value_.emplace<Items>();
    }
    Data(Name name, std::string text) { set(name, std::move(text)); }

    // For objects: sets a value, and replaces an earlier one of that name.
    void set(Name name, std::string text);
    void set(Name name, const char* text);
    void set(Name name, bool flag);
    void set(Name name, Html html);
    void set(Name name, Data value);
    // Like set(), but without a copy. `value` must outlive this object.
    void share(Name name, const Data& value);
    // For lists: appends an item.
    Data& operator<<(Data item);

private:
    friend class PageTemplate;
    struct Field;
    using Fields = std::vector<Field>;
    using Items = std::vector<Data>;
    using Value = std::variant<Fields, Items, std::string, bool, Html, const Data*>;

    Value& add(Name name);
    const Data* find(std::uint32_t hash, std::string_view name) const;
    bool is_shown() const;

    Value value_;
};

struct Data::Field {
    Name name;
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
    void render_section(std::size_t begin, std::size_t end, std::vector<const Data*>& scopes, std::string& out,
                        const Data& value) const;

    static void append_value(std::string& out, const Data& value);

    std::vector<Node> nodes_;
};

}  // namespace llmapikey
