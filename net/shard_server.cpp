#include "net/shard_server.hpp"

#include <utility>

#include "net/forwarding.hpp"
#include "net/http_reply.hpp"
#include "net/routes/health.hpp"
#include "net/routes/rest.hpp"

namespace parley::net {
namespace {

namespace http = boost::beast::http;

constexpr unsigned no_content = 204;
constexpr std::size_t max_callers = 10'000;  // whose rates are remembered

std::string_view path_of(const http_request& request) {
  const auto target = request.target();
  return target.substr(0, target.find('?'));
}

}  // namespace

shard_server::shard_server(io_shard& shard, caf::actor_system& system, shared_services& shared)
    : shard_{shard},
      shared_{shared},
      network_{shard, system, shared.actors, shared.namespaces},
      forwarder_{*this},
      engine_{*this},
      ids_{shared.actors->seed()} {
  network_.set_forwarder(forwarder_);
  shard_.set_max_gathering(shared.fanout_delay);
  shard_.set_close_timeout(shared.close_timeout);
}

// Who waits for an answer yet gets one; what would have made it is not kept by its request, nor the request by it.
shard_server::~shard_server() {
  for (auto next = http_sessions_.begin(); next != http_sessions_.end();) (next++)->give_up();
}

void shard_server::listen(std::shared_ptr<listener> at) {
  acceptors_.push_back(std::make_unique<acceptor>(
      shard_, std::move(at),
      [this](std::unique_ptr<tcp_socket> socket, const web::ip_address& peer) { on_accept(std::move(socket), peer); }));
}

void shard_server::stop_listening() {
  acceptors_.clear();
  for (auto next = http_sessions_.begin(); next != http_sessions_.end();) (next++)->close_soon();
}

std::size_t shard_server::drain_clients(std::size_t count) { return engine_.drain(count); }

void shard_server::abort_clients() { engine_.abort_all(); }

void shard_server::on_accept(std::unique_ptr<tcp_socket> socket, const web::ip_address& peer) {
  std::make_shared<http_session>(shard_, std::move(socket), peer, shared_.http, *this)->start();
}

void shard_server::handle(std::shared_ptr<http_session> asking) {
  if (asking->request().method() == http::verb::options && !asking->header(http::field::origin).empty())
    answer_preflight(*asking);
  else
    route(asking, path_of(asking->request()));
}

void shard_server::answer_preflight(http_session& asking) {
  auto answer = text_reply(no_content, {}, "text/plain");
  const auto page = page_of(asking);
  const auto& rules = shared_.cors.get();
  if (!rules.allows(page)) note_refused_origin(asking);
  rules.decorate_preflight(answer, page, asking.header(http::field::access_control_request_headers));
  asking.reply(std::move(answer));
}

void shard_server::route(const std::shared_ptr<http_session>& asking, std::string_view path) {
  if (engine_.serves(path, asking->request().target()))
    engine_.handle(asking, path);
  else if (asking->wants_websocket())
    engine_.handle_plain(asking, path);
  else if (auto known = answer_health(path, asking->request().method(), shared_))
    reply(*asking, std::move(*known));
  else
    handle_rest(asking, path, *this);
}

bool shard_server::may_call(const user_id& who) {
  if (callers_.size() >= max_callers) callers_.clear();
  auto& rate = callers_.try_emplace(who, token_bucket{shared_.rest_calls_per_second}).first->second;
  if (rate.wait(shard_.now()) != token_bucket::duration::zero()) return false;
  rate.take(shard_.now());
  return true;
}

void shard_server::reply(http_session& to, http_response what) const {
  if (!to.header(http::field::origin).empty()) shared_.cors.get().decorate(what, page_of(to));
  to.reply(std::move(what));
}

web::request_source shard_server::source_of(const http_session& asking) const {
  const auto& request = asking.request();
  return web::find_source(asking.peer(), request.host(), forwarding_headers_of(request), shared_.proxies);
}

asking_page shard_server::page_of(const http_session& asking) const {
  const auto origin = asking.header(http::field::origin);
  if (origin.empty()) return {};
  return {origin, source_of(asking), asking.header(http::field::sec_fetch_site) == "same-origin"};
}

void shard_server::note_refused_origin(const http_session& asking) {
  const auto from = page_of(asking);
  const auto said = forwarding_headers_of(asking.request());
  refused_origins_.note({from.origin, from.source, asking.peer(), said, shared_.proxies.trusts(asking.peer())},
                        shard_.now());
}

}  // namespace parley::net
