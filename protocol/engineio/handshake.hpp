// What an Engine.IO request asks for, whether it may, and the open packet that answers a handshake.
// Between HTTP and session; pure, on the connection's thread.
// Invariant: checks come in the reference's order, so that of two faults clients hear of the same
// one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/engineio/query.hpp"
#include "protocol/engineio/transport.hpp"

namespace parley::engineio {

/// The protocol's error codes; each value is the `code` on the wire.
enum class refusal : std::uint8_t {
  transport_unknown,
  session_unknown,
  bad_method,
  bad_request,
  forbidden,
  unsupported_version,
};

struct refusal_info {
  refusal code;
  unsigned status;  // of HTTP
  std::string_view message;
  std::string_view body;  // application/json
};
const refusal_info& info(refusal code) noexcept;

/// What a request's target says. An empty `sid` asks for a new session, as in the reference.
struct request_query {
  std::optional<version> protocol;      // nothing: one that nobody speaks. A missing EIO is v3.
  std::optional<transport> carried_by;  // nothing: unknown, or not said
  bool ambiguous = false;               // EIO, transport or sid was given twice
  bool jsonp = false;                   // polling by script elements, of 2.x clients: not served
  std::string sid;
  query_map parameters;  // all of them, these included
};

/// Reads the query of a raw request target (`/socket.io/?EIO=4&transport=polling`); the path is the
/// router's matter.
request_query parse_request(std::string_view target);

/// What else decides about a request.
struct request_facts {
  std::string_view method = "GET";
  /// The request asks for a WebSocket.
  bool upgrade = false;
  /// The present transport of the session that `sid` names; nothing when there is no such session.
  std::optional<transport> session{};
  bool allow_v3 = false;
  bool allow_polling = true;
  bool allow_websocket = true;
};

/// Nothing when the request may go on; else what refuses it.
std::optional<refusal> check(const request_query& query, const request_facts& facts);

/// The open packets of a server. Sessions differ in their ids; what is alike in all is written once.
class open_packets {
 public:
  explicit open_packets(const options& settings);

  /// With its type's digit: `0{"sid":…}`. `upgrades` lists `websocket` when `may_upgrade`.
  std::string make(std::string_view sid, bool may_upgrade) const;

 private:
  std::string settings_;
};

}  // namespace parley::engineio
