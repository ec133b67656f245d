// The words users speak with a server: a table of events, built in for the dialects of parleyd, or written in the
// script for any other Socket.IO server. Pure.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "tests/load/event_template.hpp"
#include "tests/load/script.hpp"

namespace parley::load {

enum class word : unsigned char {
  join_room,
  room,
  private_message,
  join_conversation,
  conversation,
  typing,
  typing_stop,
  read,
  presence,
  history,
};
constexpr std::size_t word_count = 10;

/// One thing a user can say, and how the server answers.
struct spoken {
  event_template emit;      ///< `[name, argument…]`; empty: the dialect has no such word
  std::string heard;        ///< messages: the event their receivers get
  std::string done;         ///< joining, asking: the event that confirms it
  std::string id_field;     ///< messages: where the server's id is found in what is heard
  std::string count_field;  ///< presence: where the number of online users is found
  bool echo = true;         ///< messages: the sender gets what is heard, too
  bool to_all = false;      ///< messages: others on the namespace may get it, too
};

struct dialect {
  std::string name;
  std::string path = "/socket.io/";
  std::string nsp = "/";
  event_template auth;  ///< the payload of CONNECT
  std::string ready;    ///< the event that ends connecting; empty: the answer to CONNECT does
  std::string error;    ///< the event of errors
  std::array<spoken, word_count> words;

  const spoken& operator[](word which) const { return words[static_cast<std::size_t>(which)]; }
};

/// From the name of a built-in dialect, or a table of one; `changes` are laid over it.
result<dialect, complaints> make_dialect(const json& chosen, const json& changes);

/// What users of the script are to do, and cannot in this dialect, or where nobody is there to hear it.
complaints check_actions(const script& of, const dialect& speaks);

}  // namespace parley::load
