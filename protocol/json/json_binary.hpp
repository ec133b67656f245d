// Binary values inside JSON text. JSON has no word for them, so a binary value is the string of its base64, with a tab
// before it: `{"content":<tab>"BAH/"}`. To every JSON reader the tab is blank space and the value a base64 string; who
// knows the mark sees bytes. So binary values pass through commands, events, the store and the links between nodes as
// any other value does. Pure, on every thread.
// Invariant: no client can write the mark. Our JSON texts are compact (json_writer.hpp), what clients send is written
// anew from what was read, and inside a string a tab is an escape: so a tab stands nowhere else.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace parley::json_text {

/// Stands before a string that is the base64 of a binary value.
inline constexpr char binary_mark = '\t';

/// Whether a JSON text of ours holds a binary value. One search for a byte: every event that goes out is asked.
inline bool has_binary(std::string_view text) { return text.find(binary_mark) != std::string_view::npos; }

/// Appends the bytes as a marked string.
void append_binary(std::string& out, std::string_view bytes);

/// The binary values of a JSON text, one after the other. Both the text and what this returns are only referred to.
class binary_scan {
 public:
  explicit binary_scan(std::string_view text) : rest_{text} {}

  /// Goes on to the next binary value; false when there is none left.
  bool next();
  /// The text between the last value and this one.
  std::string_view before() const { return before_; }
  /// The digits of this value, without the quotes; nothing has checked that they are base64.
  std::string_view base64() const { return base64_; }
  /// The text behind this value; all of it before the first.
  std::string_view rest() const { return rest_; }

 private:
  std::string_view before_;
  std::string_view base64_;
  std::string_view rest_;
};

/// The text without marks: binary values are base64 strings in it. For plain frames, REST and text inside text.
std::string without_marks(std::string_view text);

std::size_t count_binary(std::string_view text);

/// Bytes of the text, where each binary value counts as many as it holds.
std::size_t size_with_binary(std::string_view text);

}  // namespace parley::json_text
