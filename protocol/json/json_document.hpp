// JSON text as a flat list of its values, to be read in place: what clients send is looked at once, field by field, and
// thrown away, so no value of it is built. Between the text and whoever reads it, on any thread; pure.
// Invariant: a view is good for as long as its document, and the text or the value that was read into it, stay where
// they are; one of a document that is read into again is not.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "protocol/json/json_fwd.hpp"

namespace parley::json_text {

/// Arrays and objects inside one another that any text may have: reading recurses. What clients send has a lower limit,
/// which is configuration; texts of our own making are read with this one.
inline constexpr std::size_t most_depth = 1'024;

struct limits {
  /// Arrays and objects inside one another.
  std::size_t max_depth = most_depth;
};

enum class kind : std::uint8_t { absent, null, boolean, integer, natural, real, string, binary, array, object };

/// A value of the list. Behind an array come its elements, behind an object each member's name and value.
struct node {
  union {
    const char* bytes;  // of a string, and of binary
    bool truth;
    std::int64_t integer;
    std::uint64_t natural;
    double real;
  };
  std::uint32_t size;  // bytes; elements of an array, members of an object
  std::uint32_t span;  // nodes up to the next value, this one included
  kind is;
};

/// A value of a document, or none where there is none: reading from that gives none again.
class view {
 public:
  struct member;

  /// Elements, or members, one behind the other.
  template <class Item>
  class iterator {
   public:
    explicit iterator(const node* at) : at_{at} {}
    Item operator*() const { return Item{at_}; }
    iterator& operator++() {
      at_ = Item{at_}.behind();
      return *this;
    }
    bool operator==(const iterator&) const = default;

   private:
    const node* at_;
  };

  template <class Item>
  struct range {
    const node *from, *to;
    iterator<Item> begin() const { return iterator<Item>{from}; }
    iterator<Item> end() const { return iterator<Item>{to}; }
  };

  view() = default;
  explicit view(const node* at) : at_{at} {}

  kind is() const { return at_ == nullptr ? kind::absent : at_->is; }
  explicit operator bool() const { return at_ != nullptr; }
  /// Absent counts.
  bool is_null() const { return is() <= kind::null; }
  bool is_boolean() const { return is() == kind::boolean; }
  bool is_integer() const { return is() == kind::integer || is() == kind::natural; }
  bool is_natural() const { return is() == kind::natural; }
  bool is_number() const { return is_integer() || is() == kind::real; }
  bool is_string() const { return is() == kind::string; }
  bool is_array() const { return is() == kind::array; }
  bool is_object() const { return is() == kind::object; }

  /// Of a string; empty for anything else.
  std::string_view text() const { return is_string() ? std::string_view{at_->bytes, at_->size} : std::string_view{}; }
  /// Of a string or of binary; empty for anything else.
  std::string_view bytes() const {
    return is_string() || is() == kind::binary ? std::string_view{at_->bytes, at_->size} : std::string_view{};
  }
  bool truth() const { return is_boolean() && at_->truth; }
  /// Of a negative number (or -0); 0 for anything else.
  std::int64_t integer() const { return is() == kind::integer ? at_->integer : 0; }
  /// Of a natural number; 0 for anything else.
  std::uint64_t natural() const { return is_natural() ? at_->natural : 0; }
  /// Of any number; 0 for anything else.
  double real() const;

  /// Elements of an array or members of an object; 0 for anything else.
  std::size_t size() const { return is_array() || is_object() ? at_->size : 0; }
  /// Of an array; none for anything else.
  range<view> elements() const { return is_array() ? range<view>{at_ + 1, behind()} : range<view>{}; }
  /// Of an object, as they came; none for anything else.
  range<member> members() const { return is_object() ? range<member>{at_ + 1, behind()} : range<member>{}; }
  /// The member of an object: of several with one name the last.
  view find(std::string_view name) const;
  /// The first element of an array.
  view front() const { return is_array() && at_->size > 0 ? view{at_ + 1} : view{}; }

  json to_json() const;

 private:
  friend class document;
  friend class values;

  const node* behind() const { return at_ + at_->span; }

  const node* at_ = nullptr;
};

struct view::member {
  explicit member(const node* at) : name{at->bytes, at->size}, value{at + 1} {}
  const node* behind() const { return value.behind(); }

  std::string_view name;
  view value;
};

/// Values next to one another: the arguments of an event.
class values {
 public:
  values() = default;
  /// The elements of an array but its first.
  static values behind_first(view array);
  /// One value, or none where it is absent.
  explicit values(view only) : values{only, only ? std::size_t{1} : 0} {}

  view front() const { return first_; }
  std::size_t size() const { return count_; }
  /// All of them, in an array.
  json to_json() const;

 private:
  values(view first, std::size_t count) : first_{first}, count_{count} {}

  view first_{};
  std::size_t count_ = 0;
};

inline values values::behind_first(view array) {
  if (array.size() < 2) return {};
  return {*++array.elements().begin(), array.size() - 1};
}

/// How reading a text went. `too_deep` and `out_of_range` are valid JSON that is not taken as it is: the document has
/// null in the place of each part that is too deep, or number that no double can hold.
enum class outcome : std::uint8_t { read, malformed, too_deep, out_of_range };

class document {
 public:
  document() = default;
  document(const document&) = delete;
  document& operator=(const document&) = delete;

  /// A complete, strict JSON text in strict UTF-8, which is referred to.
  outcome read(std::string_view text, const limits& bounds = {});
  /// Likewise, of a text that becomes a part of the document.
  outcome read_own(std::string text, const limits& bounds = {});
  /// A value, which is referred to.
  void hold(const json& value);

  /// The first number that was out of range, as it is written; empty where none was.
  std::string_view number_out_of_range() const { return number_out_of_range_; }

  /// None before anything was read.
  view root() const { return size_ == 0 ? view{} : view{nodes_}; }

  /// Puts bytes, which are referred to, in the place of one of its values.
  void replace(view what, std::string_view bytes);

 private:
  friend class parser;

  static constexpr std::size_t nodes_inside = 24;  // as many as most events have

  /// The index of a new node; references to others are not good any more.
  std::size_t append() {
    if (size_ == capacity_) grow();
    return size_++;
  }
  void grow();
  void clear();
  void append_value(const json& value);
  void append_bytes(kind what, std::string_view bytes);

  std::array<node, nodes_inside> inside_;  // not initialized: most are never used
  std::unique_ptr<node[]> outside_;
  node* nodes_ = inside_.data();
  std::size_t size_ = 0;
  std::size_t capacity_ = nodes_inside;
  std::string_view number_out_of_range_;
  std::string own_text_;
  std::string unescaped_;  // strings that are not in the text as they are
};

}  // namespace parley::json_text
