#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Templates in the part of Mustache that pages need: {{name}}, always escaped for HTML;
// {{#name}}...{{/name}}, for each item, for an object, for a text or if true;
// {{^name}}...{{/name}}, if there is no such thing; {{>name}}, another template. A line that has
// nothing but one tag of the last three kinds leaves no line.
namespace llmapikey {

// What a template is filled with: an object of named texts, flags, objects and lists. Names are
// unique.
class Data {
public:
    enum class type { object, list };

    Data() = default;
    explicit Data(type kind) : kind_(kind == type::list ? Kind::list : Kind::object) {}
    Data(std::string_view name, std::string text) { set(name, std::move(text)); }

    // Of an object. Replaces what had that name.
    void set(std::string_view name, std::string text);
    void set(std::string_view name, const char* text) { set(name, std::string(text)); }
    void set(std::string_view name, bool flag);
    void set(std::string_view name, Data value);
    // Of a list.
    Data& operator<<(Data item);

private:
    friend class PageTemplate;
    enum class Kind : std::uint8_t { object, list, text, flag };
    struct Field;
    const Data* find(std::string_view name) const;
    Data& field(std::string_view name);
    bool is_shown() const;

    Kind kind_ = Kind::object;
    bool flag_ = false;
    std::string text_;
    std::vector<Field> fields_;
    std::vector<Data> items_;
};

struct Data::Field {
    std::string name;
    Data value;
};

// One parsed template with those that it names. Immutable; thread-safe.
class PageTemplate {
public:
    // `text_of` gives the text of a template by its name. Both must outlive this object, since it
    // has views of them. Throws std::logic_error if a tag is not closed, or closed by another.
    template <class TextOf>
    PageTemplate(std::string_view name, const TextOf& text_of) {
        parse(text_of(name), [&](std::string_view other) { return text_of(other); });
    }

    std::string render(const Data& data) const;

private:
    enum class Kind : std::uint8_t { text, variable, section, inverted };
    struct Node {
        Kind kind;
        std::string_view text;  // or the name
        std::size_t end = 0;    // of a section: the node behind its last
    };
    using TextOf = std::string_view (*)(const void* source, std::string_view name);
    template <class Source>
    void parse(std::string_view text, const Source& source) {
        parse(
            text, [](const void* from, std::string_view name) { return (*static_cast<const Source*>(from))(name); },
            &source);
    }
    void parse(std::string_view text, TextOf text_of, const void* source);
    void render(std::size_t begin, std::size_t end, std::vector<const Data*>& scopes, std::string& out) const;

    std::vector<Node> nodes_;
};

}  // namespace llmapikey
