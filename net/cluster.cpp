#include "net/cluster.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <system_error>
#include <thread>
#include <utility>

#include <caf/io/middleman.hpp>
#include <caf/openssl/manager.hpp>
#include <caf/openssl/publish.hpp>
#include <caf/send.hpp>
#include <openssl/ssl.h>

#include "actors/cluster/gateway.hpp"
#include "actors/store/postgresql_address.hpp"
#include "actors/store/sql_roster.hpp"
#include "net/cluster_dialer.hpp"
#include "net/log.hpp"
#include "net/tls_errors.hpp"

namespace parley::net {
namespace {

/// CAF closes a connection that is silent for longer than links wait; they notice first.
constexpr std::chrono::milliseconds caf_heartbeat{1000};

/// Between two looks at a lease; a node renews its own more often than that one runs out.
constexpr std::chrono::milliseconds lease_look{50};

/// How long a connection may say nothing before CAF gets it.
constexpr int silence_seconds = 60;

bool listens_at(int fd, std::uint16_t port) {
  int listens = 0;
  socklen_t length = sizeof listens;
  if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length) != 0 || listens == 0) return false;
  sockaddr_storage at{};
  length = sizeof at;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&at), &length) != 0) return false;
  // Where the port stands is the same for both families.
  return ntohs(reinterpret_cast<const sockaddr_in*>(&at)->sin_port) == port;
}

// CAF keeps its listener to itself, so it is looked for. A connection whose TLS handshake does not go on would have
// CAF's thread spin: who says nothing at all, as a check of the port does, is kept from it by the kernel.
void accept_who_speaks(std::uint16_t port) {
  std::error_code failure;
  for (const auto& each : std::filesystem::directory_iterator{"/proc/self/fd", failure}) {
    const int fd = std::atoi(each.path().filename().c_str());
    if (listens_at(fd, port)) ::setsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &silence_seconds, sizeof silence_seconds);
  }
}

// Two processes of one name would take each other out without end. One that was killed has a lease, too, until it runs
// out or the others take it out; but it does not renew it.
bool lives_elsewhere(roster& nodes, const std::string& name) {
  const auto seen = nodes.last_renewed(name, cluster_lease);
  for (auto left = cluster_lease; seen && left.count() > 0; left -= lease_look) {
    std::this_thread::sleep_for(lease_look);
    const auto now = nodes.last_renewed(name, cluster_lease);
    if (!now) return false;
    if (now != seen) return true;
  }
  return false;
}

std::string default_name(const cluster_options& how) { return how.name.empty() ? how.advertise : how.name; }

}  // namespace

std::optional<cluster_options> cluster_options::from(const config& how) {
  if (how.cluster_port == 0) return std::nullopt;
  cluster_options made;
  made.listen_host = how.cluster_host;
  made.listen_port = how.cluster_port;
  made.advertise =
      how.cluster_advertise.empty() ? how.cluster_host + ":" + std::to_string(how.cluster_port) : how.cluster_advertise;
  made.join = how.cluster_join;
  made.certificate = how.cluster_cert;
  made.key = how.cluster_key;
  made.ca = how.cluster_ca;
  made.insecure = how.cluster_insecure;
  made.timeout = how.cluster_timeout;
  made.store = how.store;
  made.name = how.node_name;
  made.name = default_name(made);
  return made;
}

result<std::uint32_t, not_enrolled> enroll_node(const cluster_options& how) {
  try {
    const auto nodes = open_sql_roster(how.store);
    if (lives_elsewhere(*nodes, how.name)) return not_enrolled{"another process runs as node " + how.name, true};
    return nodes->enroll(how.name, how.advertise, cluster_lease);
  } catch (const store_failure& failure) {
    return not_enrolled{"store: " + without_secrets(how.store) + ": " + failure.what()};
  }
}

std::optional<std::string> check_certificates(const cluster_options& how) {
  if (how.insecure) return std::nullopt;
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{SSL_CTX_new(TLS_method()), &SSL_CTX_free};
  if (SSL_CTX_use_certificate_chain_file(context.get(), how.certificate.c_str()) != 1)
    return "cluster-cert: no certificate in " + how.certificate;
  if (SSL_CTX_use_PrivateKey_file(context.get(), how.key.c_str(), SSL_FILETYPE_PEM) != 1)
    return "cluster-key: not the certificate's key, or none, in " + how.key;
  if (SSL_CTX_load_verify_locations(context.get(), how.ca.c_str(), nullptr) != 1)
    return "cluster-ca: no certificate in " + how.ca;
  return std::nullopt;
}

void configure_links(caf::actor_system_config& system, const cluster_options& how) {
  system.add_message_types<caf::id_block::parley_cluster>();
  caf::put(system.content, "middleman.heartbeat-interval", caf::timespan{caf_heartbeat});
  caf::put(system.content, "middleman.connection-timeout", caf::timespan{how.timeout + 2 * caf_heartbeat});
  if (how.insecure) {
    system.load<caf::io::middleman>();
    return;
  }
  keep_tls_errors_apart();
  system.openssl_certificate = how.certificate;
  system.openssl_key = how.key;
  system.openssl_cafile = how.ca;
  system.load<caf::io::middleman>();
  system.load<caf::openssl::manager>();
}

cluster::cluster(caf::actor_system& system, parts with) : system_{system}, how_{std::move(with.how)} {
  steward_start start;
  start.settings = std::move(with.settings);
  start.number = with.number;
  start.name = how_.name;
  start.guardian = std::move(with.guardian);
  start.open_roster = [where = how_.store] { return open_sql_roster(where); };
  start.call = [&system, insecure = how_.insecure](const std::string& address, std::function<void(caf::actor)> then) {
    call_node(system, insecure, address, std::move(then));
  };
  start.seeds = how_.join;
  start.timeout = how_.timeout;
  start.taken_out = std::move(with.taken_out);
  start.standing = standing_;
  steward_ = system_.spawn(steward_actor, std::move(start));
  gateway_ = system_.spawn(gateway_actor, steward_);
}

cluster::~cluster() { stop(); }

std::optional<std::string> cluster::listen() {
  const auto* host = how_.listen_host.c_str();
  const auto port = how_.insecure ? system_.middleman().publish(gateway_, how_.listen_port, host, true)
                                  : caf::openssl::publish(gateway_, how_.listen_port, host, true);
  if (!port) return "cluster-listen: cannot listen on " + how_.listen_host + ":" + std::to_string(how_.listen_port);
  if (!how_.insecure) accept_who_speaks(*port);  // without TLS it is CAF that speaks first
  log::info(log::component::server, "listening for the other nodes of the cluster",
            {{"name", how_.name}, {"address", how_.advertise}, {"links", how_.insecure ? "plain" : "mutual TLS"}});
  return std::nullopt;
}

void cluster::leave() { caf::anon_send(steward_, leave_cluster{}); }

void cluster::stop() {
  if (!steward_) return;
  caf::anon_send_exit(steward_, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(gateway_, caf::exit_reason::user_shutdown);
  steward_ = nullptr;
  gateway_ = nullptr;
}

}  // namespace parley::net
