// Everything that one shard serves: its listener, its HTTP connections, its Engine.IO sessions, its network actor.
// Built and used on the shard's thread. Invariant: nothing here is touched by another shard, except through
// `io_shard::post`.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "actors/cluster/steward.hpp"
#include "actors/guardian.hpp"
#include "actors/store/sqlite_file.hpp"
#include "net/cors.hpp"
#include "net/engine.hpp"
#include "net/http_session.hpp"
#include "net/listener.hpp"
#include "net/network_actor.hpp"
#include "net/peer.hpp"
#include "net/refused_origins.hpp"
#include "net/request_forwarder.hpp"
#include "net/runtime/io_shard.hpp"
#include "protocol/domain/reloadable.hpp"
#include "protocol/domain/token_bucket.hpp"
#include "protocol/domain/uuid.hpp"

namespace parley::net {

class shard_server;

/// What all shards share; constant once the shards are made and the cluster is joined, but for the atomics and what
/// SIGHUP reloads.
struct shared_services {
  http_limits http{};
  peer_limits peers{};
  engine_options engine{};
  reloadable<net::cors> cors{net::cors{cors_rules{}}};
  web::trusted_proxies proxies{};
  settings_ptr actors{};
  std::shared_ptr<const dialects::namespace_table> namespaces{};
  std::vector<std::string> rest_roles{};
  std::vector<std::string> notify_roles{};
  double rest_calls_per_second = 0;
  std::optional<store_setup> store{};
  std::shared_ptr<store_gauge> store_health{};  // null where nothing is kept
  bool conformance = false;
  bool offer_metrics = true;
  std::uint32_t node = 0;
  const cluster_standing* cluster = nullptr;  // null where there is none
  std::vector<shard_server*> shards{};
  std::atomic<bool> ready{false};      // what /readyz says
  std::atomic<bool> accepting{false};  // new clients are let in: also for some time after /readyz says no
  std::atomic<std::size_t> connections{0};
  std::size_t max_connections = 0;
  std::chrono::milliseconds fanout_delay{0};
  std::chrono::milliseconds close_timeout{2000};
  /// Polling requests of one shard that other nodes are answering; beyond it they are refused as overloaded.
  std::size_t forwarded_requests = 10'000;
  std::optional<sqlite_lock> store_lock{};  // held as long as anything here may write
};

class shard_server final : public http_session::router {
 public:
  shard_server(io_shard& shard, caf::actor_system& system, shared_services& shared);
  ~shard_server();

  /// At one address more.
  void listen(std::shared_ptr<listener> at);
  void stop_listening();
  /// Closes the transports of at most `count` more of the clients that are here when this is called first; what is
  /// under way for them is finished before. Returns how many it was.
  std::size_t drain_clients(std::size_t count);
  /// Closes what has not gone by itself.
  void abort_clients();

  network_actor& network() { return network_; }
  request_forwarder& forwarder() { return forwarder_; }
  engine& sessions() { return engine_; }
  io_shard& shard() { return shard_; }
  shared_services& shared() { return shared_; }

  void add(http_session& opened) override { http_sessions_.push_back(opened); }
  void handle(std::shared_ptr<http_session> asking) override;
  /// Whether that user's rate allows another REST call now; counts it.
  bool may_call(const user_id& who);
  /// An id of the server's making.
  std::string make_id() { return ids_.next(network_.how().now()); }
  bool allows(const asking_page& page) const { return shared_.cors.get().allows(page); }
  /// Answers with the headers that browsers of other origins need.
  void reply(http_session& to, http_response what) const override;
  /// Who asks, and for what host, as far as that can be told.
  web::request_source source_of(const http_session& asking) const override;
  asking_page page_of(const http_session& asking) const;
  /// Says in the log why a page is refused, and what would admit it.
  void note_refused_origin(const http_session& asking);

 private:
  void on_accept(std::unique_ptr<tcp_socket> socket, const web::ip_address& peer);
  void answer_preflight(http_session& asking);
  void route(const std::shared_ptr<http_session>& asking, std::string_view path);

  io_shard& shard_;
  shared_services& shared_;
  network_actor network_;
  request_forwarder forwarder_;
  engine engine_;
  std::vector<std::unique_ptr<acceptor>> acceptors_;  // one for each address
  refused_origins refused_origins_;
  uuid_v7_generator ids_;
  std::unordered_map<user_id, token_bucket> callers_;
  boost::intrusive::list<http_session, boost::intrusive::base_hook<http_session_hook>,
                         boost::intrusive::constant_time_size<false>>
      http_sessions_;
};

}  // namespace parley::net
