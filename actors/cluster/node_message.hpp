// What nodes say to each other: the messages of actors whose addressee is on another node, in the order in which links
// number them, and the packet in which they travel. Pure but for the packet's CAF type. Invariant: alternatives are
// only ever added at the end, and fields at the end of their structs (protocol/wire/codec.hpp): a node of the version
// before understands all but what is new.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include <caf/type_id.hpp>

#include "actors/cluster/cluster_messages.hpp"
#include "actors/messages.hpp"
#include "protocol/wire/codec.hpp"

namespace parley {

/// What is asked of all sessions of a node; `node_answer` has the same id.
struct node_question {
  struct sessions {};
  struct by_role {
    event_ptr what;
    std::string role;
  };
  struct kick {
    std::string sid;
  };

  std::uint64_t id = 0;
  std::variant<sessions, by_role, kick> what;
};

struct node_answer {
  std::uint64_t id = 0;
  std::vector<session_description> sessions{};
  std::vector<user_id> reached{};
  bool kicked = false;
  std::size_t reached_sessions = 0;
};

using node_message =
    std::variant<delivery, outcome, subscribe, unsubscribe, session_ended, topic_failed, presence_failed, registry_join,
                 registry_room, registry_user, registry_conversation, user_arrived, user_changed, user_departed,
                 announce_to_all, people_order, users_known, node_question, node_answer, node_settled, http_forward,
                 http_forwarded, http_gone, session_attached, who_is_home, tokens_revoked>;

/// The beginning of a link: who speaks, to which run of which node.
struct node_hello {
  std::uint32_t version = wire::version;
  std::uint32_t number = 0;
  std::string name;
  std::uint32_t to = 0;
};

/// One CAF message between two nodes.
struct node_packet {
  /// A probe is a batch that is acknowledged at once.
  enum class kind : std::uint8_t { hello, welcome, batch, ack, probe };

  std::uint8_t what = 0;
  std::uint64_t number = 0;  // of a batch, from 1
  std::uint64_t view = 0;    // the sender's
  std::uint64_t taken = 0;   // the last batch that the sender has taken from the other
  std::string bytes;         // a node_hello, or node_messages one after the other

  node_packet::kind type() const { return static_cast<kind>(what); }
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, node_packet& x) {
  return f(caf::meta::type_name("node_packet"), x.what, x.number, x.view, x.taken, x.bytes);
}

/// Appends one message to a batch.
template <class Message>
void append_message(std::string& batch, const Message& what);

/// Reads the messages of a batch, in order, and calls `take` with each. One that this node does not know is passed
/// over. False where the batch is no batch.
template <class Take>
bool read_messages(std::string_view batch, Take take);

}  // namespace parley

CAF_BEGIN_TYPE_ID_BLOCK(parley_cluster, caf::first_custom_type_id)
CAF_ADD_TYPE_ID(parley_cluster, (parley::node_packet))
CAF_END_TYPE_ID_BLOCK(parley_cluster)

// -- implementation --------------------------------------------------------------------------------------------------

namespace parley::wire {

template <>
struct codec<dialects::dialect_set> {
  static void put(writer& to, dialects::dialect_set value) { to.number(value.bits()); }
  static void get(reader& from, dialects::dialect_set& value) {
    const auto bits = from.number();
    value = {};
    for (std::size_t at = 0; at < dialects::dialect_count; ++at)
      if (((bits >> at) & 1U) != 0) value.insert(static_cast<dialects::dialect_id>(at));
  }
};

}  // namespace parley::wire

namespace parley {
namespace detail {

template <class Message, class... Ts>
constexpr std::size_t place_in(const std::variant<Ts...>*) {
  std::size_t place = 0;
  (void)((std::is_same_v<Message, Ts> ? true : (++place, false)) || ...);
  return place;
}

}  // namespace detail

template <class Message>
void append_message(std::string& batch, const Message& what) {
  constexpr auto place = detail::place_in<Message>(static_cast<const node_message*>(nullptr));
  static_assert(place < std::variant_size_v<node_message>);
  wire::writer to{batch};
  to.sized([&] {
    to.number(place);
    to.sized([&] { wire::put(to, what); });
  });
}

template <class Take>
bool read_messages(std::string_view batch, Take take) {
  wire::reader from{batch};
  while (from.good() && !from.at_end()) {
    const auto text = from.part();
    if (!from.good()) break;
    if (auto message = wire::decode<node_message>(text)) take(*message);
  }
  return from.good();
}

}  // namespace parley
