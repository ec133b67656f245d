// The Engine.IO endpoint of one shard: finds the session a request belongs to, or opens one; passes a request on to the
// shard that owns its session. Also opens plain WebSockets on the namespaces' own paths. On the shard's thread only.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "net/engine_connection.hpp"
#include "net/http_session.hpp"
#include "net/plain_connection.hpp"
#include "protocol/engineio/handshake.hpp"

namespace parley::net {

class shard_server;

class engine final : public engine_connection::owner, public plain_connection::owner {
 public:
  explicit engine(shard_server& shard) : shard_{shard} {}
  ~engine();

  /// `path`: of that target.
  bool serves(std::string_view path, std::string_view target) const;
  void handle(const std::shared_ptr<http_session>& asking, std::string_view path);
  /// A WebSocket that does not speak Engine.IO.
  void handle_plain(const std::shared_ptr<http_session>& asking, std::string_view path);

  /// Drains at most `count` more of the clients that are here when this is called first; returns how many it was.
  std::size_t drain(std::size_t count);
  void abort_all();
  std::size_t size() const { return sessions_.size() + plain_.size(); }

 private:
  void open(const std::shared_ptr<http_session>& asking, const engineio::request_query& query, std::string_view path);
  void continue_session(const std::shared_ptr<http_session>& asking, const engineio::request_query& query);
  void refuse(http_session& asking, engineio::refusal why) const;
  /// True when another shard or node owns the session, and the request is on its way there.
  bool pass_on(const std::shared_ptr<http_session>& asking, std::string_view sid);
  /// True when a client more would be one too many, and this one was told so.
  bool full(http_session& asking) const;
  /// Notes it when not.
  bool origin_allowed(const http_session& asking) const;
  std::unique_ptr<application> make_application(engine_connection& over, std::string_view path,
                                                engineio::version protocol) const;
  client_info describe(const http_session& asking, const engineio::query_map& query) const;

  void reply(http_session& to, http_response what) const override;
  void on_closed(engine_connection& gone) override;
  void on_closed(plain_connection& gone) override;

  shard_server& shard_;
  boost::unordered_flat_map<std::string_view, std::shared_ptr<engine_connection>> sessions_;  // keys live in the values
  std::unordered_map<const plain_connection*, std::shared_ptr<plain_connection>> plain_;
  std::optional<std::vector<std::weak_ptr<connection>>> to_drain_;  // once draining has begun
};

}  // namespace parley::net
