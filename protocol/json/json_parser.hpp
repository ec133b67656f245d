// JSON text → the nodes of a document in one pass over the bytes: strict JSON in strict UTF-8. Used by document::read
// only; pure. Invariant: it recurses no deeper than `max_depth`; what is deeper is checked without recursion, and null
// in the document. What is no JSON leaves nothing but nodes to throw away.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/json/json_document.hpp"

namespace parley::json_text {

class parser {
 public:
  parser(std::string_view text, std::size_t max_depth, document& into)
      : text_{text}, levels_left_{max_depth}, into_{into} {}

  outcome read();

 private:
  bool read_value();
  bool read_scalar();
  bool skip_deep_value();
  bool skip_deep_parts(std::vector<bool>& open);
  bool skip_behind_value(std::vector<bool>& open);
  bool read_name();
  bool read_array();
  bool read_object();
  bool read_literal(std::string_view word, kind what);
  bool read_number();
  bool read_integer(std::string_view digits, bool negative);
  bool read_real(std::string_view digits);
  bool read_string();
  bool read_unlike_text(std::size_t from);
  bool read_special(std::string& into);
  bool read_escape(std::string& into);
  bool read_unicode_escape(std::string& into);
  bool read_code_unit(unsigned& unit);
  bool skip_digits();
  bool skip_part(std::string_view marks, std::string_view signs, bool& there);

  node& begin(kind what);
  void keep(std::string_view bytes);
  bool end(std::size_t at, std::size_t size);
  /// The next byte that is no blank, or NUL at the end; a NUL in the text fits nowhere either.
  char peek();
  bool take(char expected);
  char at() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t levels_left_;
  bool too_deep_ = false;
  document& into_;
};

}  // namespace parley::json_text
