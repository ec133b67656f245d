// JSON text → value in one pass over the bytes: strict JSON in strict UTF-8, no deeper than allowed. Used by
// json_text::parse only; pure. Invariant: it recurses no deeper than `max_depth`, and what it refuses leaves nothing
// but a value to throw away.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "protocol/json/json_fwd.hpp"

namespace parley::json_text {

class parser {
 public:
  parser(std::string_view text, std::size_t max_depth) : text_{text}, levels_left_{max_depth} {}

  /// Reads the whole text; false when it is no JSON, or is too deep.
  bool read(json& into);
  bool too_deep() const { return too_deep_; }

 private:
  bool read_value(json& into);
  bool read_array(json& into);
  bool read_object(json& into);
  bool read_member(json& members);
  bool read_literal(std::string_view word, json value, json& into);
  bool read_number(json& into);
  bool read_integer(std::string_view digits, bool negative, json& into);
  bool read_real(std::string_view digits, json& into);
  bool read_string(std::string& into);
  bool read_escape(std::string& into);
  bool read_unicode_escape(std::string& into);
  bool read_code_unit(unsigned& unit);
  bool skip_digits();
  bool skip_part(std::string_view marks, std::string_view signs, bool& there);

  bool enter();
  /// The next byte that is no blank, or NUL at the end; a NUL in the text fits nowhere either.
  char peek();
  bool take(char expected);
  char at() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t levels_left_;
  bool too_deep_ = false;
};

}  // namespace parley::json_text
