// This node's place in a cluster: its number, its steward and gateway, and how it calls others over CAF's links. Built
// by the composition root, before the first client; on the main thread, but for `call`. Invariant: the cluster port
// speaks mutual TLS, or, on a loopback address and where the configuration says so, nothing that anyone else could
// reach.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include "actors/cluster/steward.hpp"
#include "net/config.hpp"
#include "protocol/domain/result.hpp"

namespace parley::net {

/// What the configuration says about the cluster; without `listen` there is none.
struct cluster_options {
  std::string listen_host;
  std::uint16_t listen_port = 0;
  std::string advertise;  // host:port
  std::vector<std::string> join;
  std::string name;
  std::string certificate;
  std::string key;
  std::string ca;
  bool insecure = false;
  std::chrono::milliseconds timeout{};
  std::string store;

  static std::optional<cluster_options> from(const config& how);
};

/// Why a node cannot be enrolled: a sentence for the log.
struct not_enrolled {
  std::string why;
  bool name_taken = false;  // another process lives as this node
};

/// A new run of this node in the database. Where one of its name seems to live, looks for the time of a lease whether
/// it does.
result<std::uint32_t, not_enrolled> enroll_node(const cluster_options& how);

/// Nothing when the certificate, its key and the authority's certificate can be used; else a sentence for the log.
std::optional<std::string> check_certificates(const cluster_options& how);

/// Loads what links need into a system that is about to be made.
void configure_links(caf::actor_system_config& system, const cluster_options& how);

class cluster {
 public:
  struct parts {
    cluster_options how;
    std::uint32_t number = 0;
    settings_ptr settings;
    guardian_hdl guardian;
    /// Called once, on any thread, when this node must begin anew.
    std::function<void()> taken_out;
  };
  cluster(caf::actor_system& system, parts with);
  ~cluster();

  cluster(const cluster&) = delete;
  cluster& operator=(const cluster&) = delete;

  /// Listens for other nodes; the error says why not.
  std::optional<std::string> listen();
  const cluster_standing& standing() const { return *standing_; }
  /// Hands over what this node owns; `standing().handed_over` tells when that is done.
  void leave();
  /// No link lives after this.
  void stop();

 private:
  caf::actor_system& system_;
  cluster_options how_;
  std::shared_ptr<cluster_standing> standing_ = std::make_shared<cluster_standing>();
  steward_hdl steward_;
  caf::actor gateway_;
};

}  // namespace parley::net
