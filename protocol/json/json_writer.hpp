// Compact JSON appended straight to a string: the way out of every event, ack and reply. Pure, on
// every thread. Invariant: what is appended is well-formed UTF-8 and valid JSON whatever the
// strings held: malformed bytes become U+FFFD, sentinel escapes (json_chars.hpp) become the lone
// surrogates they stand for.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/json/json_document.hpp"
#include "protocol/json/json_fwd.hpp"

namespace parley::json_text {

/// Appends `text` as a JSON string with its quotes. Runs that need no escape are copied whole.
void append_string(std::string& out, std::string_view text);

void append_number(std::string& out, std::int64_t number);
void append_number(std::string& out, std::uint64_t number);
/// Shortest form that reads back as the same number; what JSON can't say (NaN, infinities) is
/// `null`, as in JavaScript.
void append_number(std::string& out, double number);

/// Appends any value; recurses as deep as the value is nested, which `parse` has bounded. Binary
/// values are marked as such (json_binary.hpp).
void append_value(std::string& out, view value);
void append_value(std::string& out, const json& value);

/// Appends one JSON text piece by piece, with commas in the right places. Calls must nest properly;
/// nothing checks it.
class writer {
 public:
  /// Writes behind what `out` already holds, which may be anything (a packet's header).
  explicit writer(std::string& out) : out_{out}, start_{out.size()} {}

  writer& begin_object() { return open('{'); }
  writer& end_object() { return close('}'); }
  writer& begin_array() { return open('['); }
  writer& end_array() { return close(']'); }

  writer& key(std::string_view name);
  /// A name that stands in our code, and needs no look.
  template <std::size_t Size>
  writer& key(const char (&name)[Size]) {
    // In one piece, a comma before it.
    std::array<char, Size + 3> whole{',', '"'};
    std::copy(name, name + Size - 1, whole.begin() + 2);
    whole[Size + 1] = '"';
    whole[Size + 2] = ':';
    return plain_key({whole.data(), whole.size()});
  }
  writer& value(std::string_view text);
  writer& value(double number);
  template <std::integral Number>
  writer& value(Number number);
  writer& null() { return raw("null"); }
  /// `text` is a complete JSON text and is trusted to be one; an empty one stands for null.
  writer& raw(std::string_view text);

  template <class Name, class Value>
  writer& field(const Name& name, const Value& content) {
    return key(name).value(content);
  }
  template <class Name>
  writer& raw_field(const Name& name, std::string_view text) {
    return key(name).raw(text);
  }

 private:
  writer& open(char bracket);
  writer& close(char bracket);
  writer& plain_key(std::string_view whole);
  bool begins() const;
  void separate();

  std::string& out_;
  std::size_t start_;
};

template <std::integral Number>
writer& writer::value(Number number) {
  if constexpr (std::same_as<Number, bool>) {
    return raw(number ? "true" : "false");
  } else {
    separate();
    if constexpr (std::signed_integral<Number>)
      append_number(out_, static_cast<std::int64_t>(number));
    else
      append_number(out_, static_cast<std::uint64_t>(number));
    return *this;
  }
}

}  // namespace parley::json_text
