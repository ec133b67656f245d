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

void log_opened(const connection& opened, std::string_view how) {
  if (!log::is_on(log::component::engine, log::verbosity::debug)) return;
  log::debug(log::component::engine, "connection opened", {{"by", how}, {"address", opened.client().address.text()}});
}

/// A URL may end in a slash that the namespace's name has not.
std::optional<dialects::namespace_id> find_namespace(const dialects::namespace_table& table, std::string_view path) {
  const auto found = table.find(path);
  if (found || path.size() < 2 || !path.ends_with('/')) return found;
  return table.find(path.substr(0, path.size() - 1));
}

}  // namespace

engine::~engine() { abort_all(); }

// Clients may leave the last slash out (`addTrailingSlash: false`); the suites want that to be 404. A namespace's own
// path may be the same, for who does not speak Engine.IO.
bool engine::serves(std::string_view path, std::string_view target) const {
  const std::string_view own = shard_.shared().engine.path;
  if (path == own) return true;
  if (shard_.shared().conformance) return path == raw_engine_path;
  const bool without_slash = path.size() + 1 == own.size() && own.starts_with(path);
  return without_slash && target.find("EIO=", path.size()) != std::string_view::npos;
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
  else if (!query.sid.empty())
    continue_session(asking, query);  // who knows the sid is of the page that opened the session
  else if (!origin_allowed(*asking))
    refuse(*asking, refusal::forbidden);
  else
    open(asking, query, path);
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
  log_opened(*made, engineio::to_string(*query.carried_by));
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
  if (shared.conformance && path == raw_engine_path) return std::make_unique<raw_echo>(over);
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
    metrics::count_rejected("http", info(errc::forbidden).code);
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
  log_opened(*made, "plain");
  made->open(*asking, echo ? echo_options(options.deflate)
                           : ws_options{options.session.max_payload, options.outbox, options.deflate});
}

// -- both ------------------------------------------------------------------------------------------------------------

bool engine::origin_allowed(const http_session& asking) const {
  if (asking.header(http::field::origin).empty() || shard_.allows(shard_.page_of(asking))) return true;
  shard_.note_refused_origin(asking);
  return false;
}

bool engine::full(http_session& asking) const {
  const auto& shared = shard_.shared();
  const bool stopping = !shared.accepting;
  if (!stopping && (shared.max_connections == 0 || shared.connections < shared.max_connections)) return false;
  metrics::count_rejected("engineio", stopping ? "stopping" : "full");
  log::info(log::component::engine, "client refused: it may try again",
            {{"reason", stopping ? "this server stops" : "as many clients as max-connections allows are here"},
             {"address", shard_.source_of(asking).client.text()}});
  reply(asking, error_reply({stopping ? errc::shutting_down : errc::overloaded, {}, {}}));
  return true;
}

// A WebSocket client shows its user the plain text, if anything; the others read the code.
void engine::refuse(http_session& asking, refusal why) const {
  const auto& row = engineio::info(why);
  if (log::is_on(log::component::engine, log::verbosity::debug))
    log::debug(log::component::engine, "request refused",
               {{"reason", row.message}, {"address", shard_.source_of(asking).client.text()}});
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
          .query_dialect = value_of(query, "dialect"),
          .address = shard_.source_of(asking).client};
}

void engine::reply(http_session& to, http_response what) const { shard_.reply(to, std::move(what)); }

void engine::on_closed(engine_connection& gone) {
  if (sessions_.erase(gone.sid()) > 0) --shard_.shared().connections;
}

void engine::on_closed(plain_connection& gone) {
  if (plain_.erase(&gone) > 0) --shard_.shared().connections;
}

// The list is made once, so that a drain costs what there is to close, however many steps it takes.
std::size_t engine::drain(std::size_t count) {
  if (!to_drain_) {
    to_drain_.emplace();
    to_drain_->reserve(size());
    for (const auto& [sid, session] : sessions_) to_drain_->push_back(session);
    for (const auto& [address, each] : plain_) to_drain_->push_back(each);
  }
  std::size_t drained = 0;
  while (drained < count && !to_drain_->empty()) {
    const auto next = to_drain_->back().lock();
    to_drain_->pop_back();
    if (!next) continue;  // it went by itself
    next->drain();
    ++drained;
  }
  return drained;
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
