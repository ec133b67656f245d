#include "net/socketio_peer.hpp"

#include <algorithm>
#include <utility>

#include "net/log.hpp"
#include "net/metrics.hpp"
#include "net/refusal_log.hpp"
#include "protocol/engineio/query.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/socketio/encoder.hpp"
#include "protocol/socketio/namespaces.hpp"

namespace parley::net {
namespace {

constexpr std::size_t max_logged_name = 128;  // bytes of what a client chooses

}  // namespace
namespace {

/// Another token, or none of the same, would be let in: the client shall not come back as it is. What is out of order
/// here, such as a database, is told by CONNECT_ERROR in any case.
bool is_about_token(errc code) {
  constexpr std::uint16_t unauthorized = 401;
  return info(code).status == unauthorized;
}

}  // namespace

socketio_peer::socketio_peer(network_actor& network, connection& over, const peer_limits& limits,
                             socketio::version protocol)
    : peer{network, over, limits}, protocol_{protocol}, decoder_{protocol, depth_of_frame()} {}

// 2.x clients do not ask to be connected to the root namespace: they are.
void socketio_peer::on_open() {
  network_.shard().arm(*this, limits_.connect_timeout);
  if (protocol_ != socketio::version::v4) return;
  if (const auto root = network_.namespaces().find("/")) open(*root, {});
}

void socketio_peer::on_message(std::string_view data, bool binary) {
  socketio::packet_parts parts;
  const auto fed = binary ? decoder_.feed_binary(data, parts) : decoder_.feed_text(data, parts);
  if (!fed)
    violate(fed.failure());
  else if (*fed)
    on_packet(**fed);
  else if (const auto* begun = decoder_.awaited(); begun != nullptr && !binary)
    on_begun(*begun);
}

// Nothing is kept for who may not say it.
void socketio_peer::on_begun(const socketio::packet& begun) {
  const bool known = find(begun.nsp) != nullptr || was_ended(begun.nsp);
  if (const auto wrong = socketio::check_connected(begun.type, known)) violate(*wrong);
}

void socketio_peer::on_packet(const socketio::packet& packet) {
  auto* slot = find(packet.nsp);
  // A 2.x client says CONNECT to the root namespace only after a reconnection, and then in vain.
  const bool idle_connect =
      protocol_ == socketio::version::v4 && packet.nsp == "/" && packet.type == socketio::packet_type::connect;
  if (idle_connect) return;
  const bool ended = slot == nullptr && was_ended(packet.nsp) && packet.type != socketio::packet_type::connect;
  if (const auto wrong = socketio::check_connected(packet.type, slot != nullptr || ended)) {
    violate(*wrong);
    return;
  }
  if (ended) return charge();
  switch (packet.type) {
    case socketio::packet_type::connect:
      on_connect(packet);
      break;
    case socketio::packet_type::disconnect:
      leave(*slot);
      break;
    case socketio::packet_type::ack:
      on_ack(*slot, packet);
      break;
    default:
      on_event(*slot, packet);
      break;
  }
}

void socketio_peer::on_connect(const socketio::packet& packet) {
  charge();
  const auto nsp = socketio::valid_namespace(packet.nsp) ? network_.namespaces().find(packet.nsp) : std::nullopt;
  const auto refuse_as = [&](const error& why) {
    const auto said = dialects::in_words_of(network_.namespaces()[*nsp].offered, why);
    metrics::count_rejected("socketio", info(said.code).code);
    log::info(log::component::engine, "CONNECT refused",
              {{"namespace", packet.nsp},
               {"code", info(said.code).code},
               {"reason", why.message()},
               {"address", address().text()},
               {"user", who()}});
    refuse(packet.nsp, said.message(), info(said.code).code);
  };
  if (!nsp) {
    const auto& row = info(errc::invalid_namespace);
    metrics::count_rejected("socketio", row.code);
    log::info(log::component::engine, "CONNECT refused: there is no such namespace",
              {{"namespace", packet.nsp.substr(0, max_logged_name)}, {"address", address().text()}});
    refuse(packet.nsp, row.text, {});
  } else if (sockets_.size() >= limits_.namespaces_per_connection) {
    refuse_as({errc::limit_reached, "Too many namespaces on one connection"});
  } else if (packet.how_read != json_text::outcome::read) {
    refuse_as(json_text::refusal(packet.how_read, packet.number_out_of_range));
  } else {
    json_text::document said;
    std::erase(ended_, *nsp);
    open(*nsp, auth_of(packet, said));
  }
}

// What a 2.x client says of itself for a namespace stands in its query: that is its auth object.
json_view socketio_peer::auth_of(const socketio::packet& packet, json_text::document& said) {
  if (packet.query.empty()) return packet.data;
  auto fields = json::object();
  for (const auto& [name, value] : engineio::parse_query(packet.query)) fields.emplace(name, value);
  said.read_own(fields.dump(-1, ' ', false, json::error_handler_t::replace));
  return said.root();
}

// An event's name may be a number; commands are known by text.
void socketio_peer::on_event(socket_slot& slot, const socketio::packet& packet) {
  const auto first = packet.data.front();
  const auto number = first.is_string() ? std::string{} : json_text::dump(first);
  origin from;
  from.ack = packet.id;
  const dialects::wire_command what{first.is_string() ? first.text() : number,
                                    json_text::values::behind_first(packet.data)};
  if (packet.how_read == json_text::outcome::read)
    submit(slot, what, std::move(from));
  else
    refuse_event(slot, what, std::move(from), json_text::refusal(packet.how_read, packet.number_out_of_range));
}

// Nobody waits to hear that an ack was refused: it is as if it had not come.
void socketio_peer::on_ack(socket_slot& slot, const socketio::packet& packet) {
  if (packet.how_read != json_text::outcome::read)
    metrics::count_rejected("socketio", info(json_text::refusal(packet.how_read, {}).code).code);
  else if (packet.id)
    network_.acknowledge(slot, *packet.id, packet.data);
}

void socketio_peer::refuse(std::string_view nsp, std::string_view message, std::string_view code) {
  const auto data = code.empty() ? std::string{} : json_text::dump({{"code", code}});
  send_packet(socketio::encode_connect_error(nsp, message, data, protocol_));
}

void socketio_peer::violate(socketio::violation what) {
  log::info(log::component::engine, "client broke the protocol, and is disconnected",
            {{"rule", to_string(what)}, {"address", address().text()}, {"user", who()}});
  metrics::count_rejected("socketio", to_string(what));
  over_.close(policy_violation);
}

void socketio_peer::send_packet(std::string_view socketio_packet) {
  send(dialects::encode_message(over_.framing(), socketio_packet, false));
}

socket_slot* socketio_peer::find(std::string_view nsp) {
  for (auto* slot : sockets_)
    if (network_.namespaces()[slot->nsp].name == nsp) return slot;
  return nullptr;
}

bool socketio_peer::was_ended(std::string_view nsp) const {
  return std::any_of(ended_.begin(), ended_.end(),
                     [&](const auto id) { return network_.namespaces()[id].name == nsp; });
}

void socketio_peer::on_timer(timer_wheel::time_point) {
  if (!sockets_.empty()) return;
  metrics::count_rejected("socketio", "connect timeout");
  over_.close(normal_closure);
}

// Whoever is on no namespace gets as long to enter one as at the beginning.
void socketio_peer::leave(socket_slot& slot) {
  forget(slot);
  if (sockets_.empty() && !armed()) network_.shard().arm(*this, limits_.connect_timeout);
}

void socketio_peer::on_closed(std::string_view) {
  cancel();
  close_all();
}

// -- told by the network actor ---------------------------------------------------------------------------------------

void socketio_peer::on_accepted(socket_slot& slot, const event_ptr& opened) {
  cancel();
  const auto connect = socketio::encode_connect(network_.namespaces()[slot.nsp].name, slot.sid, {}, protocol_);
  send(dialects::encode_opening(network_.namespaces(), audience_of(slot), connect, opened.get()));
}

// A library that was told CONNECT_ERROR does not try again, and after DISCONNECT it does not come back: so these are
// for who shall not. For reasons that pass, the transport is closed.
void socketio_peer::on_refused(socket_slot& slot, const error& reason) {
  if (info(reason.code).retryable) return end_for_now(slot, reason);
  const auto said = dialects::in_words_of(slot.hears, reason);
  const auto nsp = static_cast<std::size_t>(slot.nsp);
  const bool by_event = nsp < limits_.refuses_by_event.size() && limits_.refuses_by_event[nsp];
  if (by_event && is_about_token(said.code)) return refuse_by_event(slot, said);
  refuse(network_.namespaces()[slot.nsp].name, said.message(), info(said.code).code);
  leave(slot);
}

// Nothing goes between the CONNECT reply and the event, and the client has sent nothing yet that could be answered.
void socketio_peer::refuse_by_event(socket_slot& slot, const error& reason) {
  const auto connect = socketio::encode_connect(network_.namespaces()[slot.nsp].name, slot.sid, {}, protocol_);
  send(dialects::encode_opening(network_.namespaces(), audience_of(slot), connect, nullptr));
  slot.hears = spoken(slot);
  end(slot, reason);
}

void socketio_peer::on_ended(socket_slot& slot, const error& reason) {
  log_end(slot, reason);
  end(slot, reason);
}

void socketio_peer::end(socket_slot& slot, const error& reason) {
  const auto& name = network_.namespaces()[slot.nsp].name;
  emit(slot, {network_.how().now(), event::command_failed{reason}});
  if (info(reason.code).retryable) return end_for_now(slot, reason);
  send_packet(socketio::encode_disconnect(name));
  if (!was_ended(name)) ended_.push_back(slot.nsp);
  leave(slot);
}

void socketio_peer::end_for_now(socket_slot& slot, const error& reason) {
  forget(slot);
  over_.close(try_again_later(info(reason.code).code));
}

void socketio_peer::on_answer(socket_slot& slot, const origin& to, const dialects::wire_event& values) {
  send(dialects::encode_ack(network_.namespaces(), audience_of(slot), *to.ack, values));
}

void socketio_peer::on_question(socket_slot& slot, const domain_event& what, std::uint64_t ack_id) {
  send(dialects::encode_with_ack(network_.namespaces(), audience_of(slot), what, ack_id));
}

}  // namespace parley::net
