// Requests of HTTP that belong to a session of another node: carried there over the node's link, and answered here. And
// the other way around. One per shard, on its thread. Invariant: each request that is carried has one answer, also when
// its node dies; what a node is asked costs it no more than if it had come to its own port.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <unordered_map>
#include <utility>

#include "net/http_session.hpp"
#include "net/network_actor.hpp"
#include "net/random_id.hpp"

namespace parley::net {

class shard_server;

class request_forwarder final : public network_actor::forwarder {
 public:
  explicit request_forwarder(shard_server& at) : at_{at} {}

  /// False where that node is none of the cluster's.
  bool carry(const std::shared_ptr<http_session>& asking, const sid_owner& to);

  void on(const http_forward& said) override;
  void on(const http_forwarded& said) override;
  void on(const http_gone& said) override;
  void on_members_changed(const core& now) override;

 private:
  struct away {
    std::shared_ptr<http_session> asking;
    std::uint32_t node;
  };
  using visitor_key = std::pair<std::uint32_t, std::uint64_t>;  // node and call

  shard_server& at_;
  std::unordered_map<std::uint64_t, away> away_;
  std::map<visitor_key, std::weak_ptr<http_session>> visitors_;
  std::uint64_t last_call_ = 0;
};

}  // namespace parley::net
