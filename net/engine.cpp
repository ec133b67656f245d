#include "net/engine.hpp"

#include <utility>
#include <vector>

#include "net/http_reply.hpp"
#include "net/log.hpp"
#include "net/metrics.hpp"
#include "net/plain_peer.hpp"
#include "net/random_id.hpp"
#include "net/raw_echo.hpp"
#include "net/shard_server.hpp"
#include "net/socketio_peer.hpp"

namespace parley::net {
namespace {

namespace http = boost::beast::http;
using engineio::refusal;

constexpr std::string_view raw_engine_path = "/engine.io/";  // conformance mode: messages are echoed
constexpr std::string_view raw_socket_path = "/echo";        // conformance mode: without Engine.IO

std::string value_of(const engineio::query_map& query, std::string_view name) {
  const auto* found = query.find(name);
  return found == nullptr ? std::string{} : *found;
}

/// A URL may end in a slash that the namespace's name has not.
std::optional<dialects::namespace_id> find_namespace(const dialects::namespace_table& table, std::string_view path) {
  const auto found = table.find(path);
  if (found || path.size() < 2 || !path.ends_with('/')) return found;
  return table.find(path.substr(0, path.size() - 1));
}

}  // namespace

engine::~engine() { abort_all(); }

bool engine::serves(std::string_view path) const {
  return path == shard_.shared().engine.path || (shard_.shared().conformance && path == raw_engine_path);
}

// -- Engine.IO -------------------------------------------------------------------------------------------------------

void engine::handle(const std::shared_ptr<http_session>& asking, std::string_view path) {
  const auto& options = shard_.shared().engine;
  const auto query = engineio::parse_request(asking->request().target());
  if (!query.sid.empty() && pass_on(asking, query.sid)) return;
  engineio::request_facts facts{
      .method = asking->request().method_text(),
      .upgrade = asking->wants_websocket(),
      .session = std::nullopt,
      .allow_v3 = options.allow_v3,
      .allow_polling = options.polling,
      .allow_websocket = options.websocket,
  };
  if (!query.sid.empty())
    if (const auto known = sessions_.find(query.sid); known != sessions_.end())
      facts.session = known->second->current_transport();
  if (const auto wrong = engineio::check(query, facts))
    refuse(*asking, *wrong);
  else if (!origin_allowed(*asking))
    refuse(*asking, refusal::forbidden);
  else if (query.sid.empty())
    open(asking, query, path);
  else
    continue_session(asking, query);
}

void engine::open(const std::shared_ptr<http_session>& asking, const engineio::request_query& query,
                  std::string_view path) {
  if (full(*asking)) return;
  auto& shared = shard_.shared();
  auto made = std::make_shared<engine_connection>(shard_.shard(), *this, shared.engine,
                                                  make_sid({shared.node, shard_.shard().index()}), *query.protocol,
                                                  *query.carried_by, describe(*asking, query.parameters));
  made->set_application(make_application(*made, path, *query.protocol));
  sessions_.emplace(made->sid(), made);
  ++shared.connections;
  if (*query.carried_by == engineio::transport::polling)
    made->open_by_poll(asking, !value_of(query.parameters, "b64").empty());
  else
    made->open_by_websocket(asking);
}

void engine::continue_session(const std::shared_ptr<http_session>& asking, const engineio::request_query& query) {
  const auto session = sessions_.find(query.sid)->second;
  if (asking->wants_websocket())
    session->on_upgrade(asking);
  else if (asking->request().method() == http::verb::get)
    session->on_poll(asking);
  else
    session->on_post(asking);
}

bool engine::pass_on(const std::shared_ptr<http_session>& asking, std::string_view sid) {
  auto& shared = shard_.shared();
  const auto owner = owner_of(sid);
  if (!owner) return false;
  // A WebSocket cannot be carried to another node: its client goes on by polling.
  if (owner->node != shared.node) return !asking->wants_websocket() && shard_.forwarder().carry(asking, *owner);
  if (owner->shard == shard_.shard().index() || owner->shard >= shared.shards.size()) return false;
  auto* there = shared.shards[owner->shard];
  asking->move_to(there->shard(), *there);
  return true;
}

std::unique_ptr<application> engine::make_application(engine_connection& over, std::string_view path,
                                                      engineio::version protocol) const {
  auto& shared = shard_.shared();
  if (path != shared.engine.path) return std::make_unique<raw_echo>(over);
  const auto spoken = protocol == engineio::version::v3 ? socketio::version::v4 : socketio::version::v5;
  return std::make_unique<socketio_peer>(shard_.network(), over, shared.peers, spoken);
}

// -- WebSockets without Engine.IO ------------------------------------------------------------------------------------

void engine::handle_plain(const std::shared_ptr<http_session>& asking, std::string_view path) {
  auto& shared = shard_.shared();
  const bool echo = shared.conformance && path == raw_socket_path;
  const auto nsp = find_namespace(*shared.namespaces, path);
  if (!echo && (!nsp || shared.conformance)) {
    reply(*asking, error_reply({errc::invalid_namespace, {}, {}}));
    return;
  }
  if (!origin_allowed(*asking)) {
    reply(*asking, error_reply({errc::forbidden, {}, {}}));
    return;
  }
  if (full(*asking)) return;
  const auto query = engineio::parse_query(engineio::split_target(asking->request().target()).second);
  const auto ping_interval = echo ? std::chrono::milliseconds{0} : shared.engine.session.ping_interval;
  auto made = std::make_shared<plain_connection>(shard_.shard(), *this, describe(*asking, query), ping_interval);
  if (echo)
    made->set_application(std::make_unique<raw_echo>(*made));
  else
    made->set_application(std::make_unique<plain_peer>(shard_.network(), *made, shared.peers, *nsp));
  plain_.emplace(made.get(), made);
  ++shared.connections;
  const auto& options = shared.engine;
  made->open(*asking, echo ? echo_options(options.deflate)
                           : ws_options{options.session.max_payload, options.outbox, options.deflate});
}

// -- both ------------------------------------------------------------------------------------------------------------

bool engine::origin_allowed(const http_session& asking) const {
  return shard_.shared().cors.allows(asking.header(http::field::origin), asking.header(http::field::host));
}

bool engine::full(http_session& asking) const {
  const auto& shared = shard_.shared();
  const bool stopping = !shared.ready;
  if (!stopping && (shared.max_connections == 0 || shared.connections < shared.max_connections)) return false;
  metrics::count_rejected("engineio", stopping ? "stopping" : "full");
  reply(asking, error_reply({stopping ? errc::shutting_down : errc::overloaded, {}, {}}));
  return true;
}

// A WebSocket client shows its user the plain text, if anything; the others read the code.
void engine::refuse(http_session& asking, refusal why) const {
  const auto& row = engineio::info(why);
  log::debug(log::component::engine, "request refused", {{"reason", row.message}});
  metrics::count_rejected("engineio", row.message);
  if (asking.wants_websocket())
    reply(asking, text_reply(row.status, std::string{row.message}, "text/html"));
  else
    reply(asking, json_reply(row.status, std::string{row.body}));
}

client_info engine::describe(const http_session& asking, const engineio::query_map& query) const {
  return {.authorization_header = std::string{asking.header(http::field::authorization)},
          .query_token = value_of(query, "token"),
          .query_user = value_of(query, "userId"),
          .query_dialect = value_of(query, "dialect")};
}

void engine::reply(http_session& to, http_response what) const { shard_.reply(to, std::move(what)); }

void engine::on_closed(engine_connection& gone) {
  if (sessions_.erase(gone.sid()) > 0) --shard_.shared().connections;
}

void engine::on_closed(plain_connection& gone) {
  if (plain_.erase(&gone) > 0) --shard_.shared().connections;
}

void engine::dismiss(std::size_t parts) {
  std::vector<std::shared_ptr<engine_connection>> sessions;
  for (const auto& [sid, session] : sessions_)
    if (sessions.size() * parts < sessions_.size()) sessions.push_back(session);
  for (const auto& session : sessions) session->dismiss();
  std::vector<std::shared_ptr<plain_connection>> plain;
  for (const auto& [address, each] : plain_)
    if (plain.size() * parts < plain_.size()) plain.push_back(each);
  for (const auto& each : plain) each->dismiss();
}

void engine::abort_all() {
  while (!sessions_.empty()) {
    const auto next = sessions_.begin()->second;  // it goes from there in the call
    next->abort();
  }
  while (!plain_.empty()) {
    const auto next = plain_.begin()->second;
    next->abort();
  }
}

}  // namespace parley::net
