#include "protocol/engineio/handshake.hpp"

#include <array>

#include "protocol/engineio/packet.hpp"
#include "protocol/json/json_writer.hpp"

namespace parley::engineio {
namespace {

constexpr std::array refusals{
    refusal_info{refusal::transport_unknown, 400, "Transport unknown", R"({"code":0,"message":"Transport unknown"})"},
    refusal_info{refusal::session_unknown, 400, "Session ID unknown", R"({"code":1,"message":"Session ID unknown"})"},
    refusal_info{refusal::bad_method, 400, "Bad handshake method", R"({"code":2,"message":"Bad handshake method"})"},
    refusal_info{refusal::bad_request, 400, "Bad request", R"({"code":3,"message":"Bad request"})"},
    refusal_info{refusal::forbidden, 403, "Forbidden", R"({"code":4,"message":"Forbidden"})"},
    refusal_info{refusal::unsupported_version, 400, "Unsupported protocol version",
                 R"({"code":5,"message":"Unsupported protocol version"})"},
};

consteval bool in_order() {
  for (std::size_t i = 0; i < refusals.size(); ++i)
    if (refusals[i].code != static_cast<refusal>(i)) return false;
  return true;
}
static_assert(in_order());

std::string value_or_empty(const query_map& parameters, std::string_view name) {
  const std::string* found = parameters.find(name);
  return found ? *found : std::string{};
}

std::optional<version> read_version(const query_map& parameters) {
  const std::string* said = parameters.find("EIO");
  if (!said || *said == "3") return version::v3;
  if (*said == "4") return version::v4;
  return std::nullopt;
}

std::optional<transport> read_transport(const query_map& parameters) {
  const std::string* said = parameters.find("transport");
  if (said == nullptr) return std::nullopt;
  for (const transport kind : {transport::polling, transport::websocket})
    if (*said == to_string(kind)) return kind;
  return std::nullopt;
}

bool offered(transport kind, const request_facts& facts) {
  return kind == transport::polling ? facts.allow_polling : facts.allow_websocket;
}

std::optional<refusal> check_session(const request_query& query, const request_facts& facts) {
  if (!facts.session) return refusal::session_unknown;
  // A WebSocket for a polling session is an upgrade; its state decides. Any other difference is a
  // mistake.
  if (!facts.upgrade && query.carried_by != facts.session) return refusal::bad_request;
  if (!facts.upgrade && query.carried_by == transport::websocket) return refusal::bad_request;
  if (facts.method != "GET" && (facts.upgrade || facts.method != "POST")) return refusal::bad_method;
  return std::nullopt;
}

std::optional<refusal> check_opening(const request_query& query, const request_facts& facts) {
  if (facts.method != "GET") return refusal::bad_method;
  if (query.carried_by == transport::websocket && !facts.upgrade) return refusal::bad_request;
  if (!query.protocol || (query.protocol == version::v3 && !facts.allow_v3)) return refusal::unsupported_version;
  return std::nullopt;
}

}  // namespace

const refusal_info& info(refusal code) noexcept { return refusals[static_cast<std::size_t>(code)]; }

request_query parse_request(std::string_view target) {
  request_query query;
  query.parameters = parse_query(split_target(target).second);
  query.protocol = read_version(query.parameters);
  query.carried_by = read_transport(query.parameters);
  query.sid = value_or_empty(query.parameters, "sid");
  query.jsonp = query.protocol == version::v3 && query.parameters.find("j") != nullptr;
  for (const std::string_view name : {"EIO", "transport", "sid"})
    query.ambiguous = query.ambiguous || query.parameters.count(name) > 1;
  return query;
}

std::optional<refusal> check(const request_query& query, const request_facts& facts) {
  if (!query.carried_by || !offered(*query.carried_by, facts)) return refusal::transport_unknown;
  if (query.ambiguous) return refusal::bad_request;
  if (query.carried_by == transport::polling && facts.upgrade) return refusal::bad_request;
  if (query.jsonp) return refusal::bad_request;
  return query.sid.empty() ? check_opening(query, facts) : check_session(query, facts);
}

open_packets::open_packets(const options& settings) : settings_{R"("pingInterval":)"} {
  json_text::append_number(settings_, settings.ping_interval.count());
  settings_.append(R"(,"pingTimeout":)");
  json_text::append_number(settings_, settings.ping_timeout.count());
  settings_.append(R"(,"maxPayload":)");
  json_text::append_number(settings_, settings.max_payload);
  settings_.append(1, '}');
}

// A session id needs no escapes.
std::string open_packets::make(std::string_view sid, bool may_upgrade) const {
  constexpr std::string_view start = R"(0{"sid":")";
  constexpr std::string_view with_upgrade = R"(","upgrades":["websocket"],)";
  const auto upgrades = may_upgrade ? with_upgrade : R"(","upgrades":[],)";
  std::string out;
  out.reserve(start.size() + sid.size() + with_upgrade.size() + settings_.size());
  out.append(start).append(sid).append(upgrades).append(settings_);
  return out;
}

}  // namespace parley::engineio
