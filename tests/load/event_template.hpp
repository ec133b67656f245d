// An event as it is written in a table, with blanks such as {room} that are filled in for each message: cut once into
// pieces, so that sending is appending. Pure.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/domain/result.hpp"
#include "protocol/json/json.hpp"

namespace parley::load {

/// `{room}` and so on within a text; `{#seq}` as a whole text becomes a bare number.
enum class blank : unsigned char { user, token, peer, topic, text, client_id, last_id, seq };
constexpr std::size_t blank_count = 8;

/// What goes into the blanks: JSON text without anything to escape.
using blanks = std::array<std::string_view, blank_count>;

class event_template {
 public:
  event_template() = default;
  /// The reason where a blank has no known name.
  static result<event_template, std::string> parse(const json& from);

  void fill(std::string& out, const blanks& values) const;

  bool empty() const { return pieces_.empty(); }

 private:
  struct piece {
    std::string before;
    int value = -1;  ///< a blank, or -1 at the end
  };
  std::vector<piece> pieces_;
};

}  // namespace parley::load
