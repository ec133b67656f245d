#include "net/cluster_dialer.hpp"

#include <optional>
#include <utility>
#include <vector>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/io/middleman.hpp>
#include <caf/openssl/manager.hpp>

namespace parley::net {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

struct host_and_port {
  std::string host;
  std::string port;
  bool several = false;
};

host_and_port parse(std::string address) {
  constexpr std::string_view dns = "dns:";
  const bool several = address.rfind(dns, 0) == 0;
  if (several) address.erase(0, dns.size());
  const auto colon = address.rfind(':');
  if (colon == std::string::npos) return {address, {}, several};
  return {address.substr(0, colon), address.substr(colon + 1), several};
}

bool answers(asio::io_context& context, const tcp::endpoint& at) {
  tcp::socket socket{context};
  bool connected = false;
  socket.async_connect(at, [&connected](const boost::system::error_code& failure) { connected = !failure; });
  context.restart();
  context.run_for(probe_timeout);
  if (!context.stopped()) {
    boost::system::error_code ignored;
    socket.close(ignored);
    context.run();
  }
  return connected;
}

/// Those of an address's endpoints that take a connection.
std::vector<tcp::endpoint> find_answering(const std::string& address) {
  const auto what = parse(address);
  asio::io_context context;
  boost::system::error_code failure;
  tcp::resolver resolver{context};
  std::vector<tcp::endpoint> found;
  for (const auto& each : resolver.resolve(what.host, what.port, failure)) {
    if (!answers(context, each.endpoint())) continue;
    found.push_back(each.endpoint());
    if (!what.several) break;
  }
  return found;
}

/// Without a file descriptor to be had nobody answers.
std::vector<tcp::endpoint> try_to_find(const std::string& address) {
  try {
    return find_answering(address);
  } catch (const std::exception&) {
    return {};
  }
}

/// A detached actor of its own for each call: looking a name up and trying addresses blocks.
caf::behavior caller(caf::event_based_actor* self, bool insecure, const std::string& address,
                     std::function<void(caf::actor)> then) {
  const auto found = try_to_find(address);
  if (found.empty()) then({});
  const auto manager =
      insecure ? self->system().middleman().actor_handle() : self->system().openssl_manager().actor_handle();
  for (const auto& each : found)
    self->request(manager, call_timeout, caf::connect_atom::value, each.address().to_string(), each.port())
        .then([then](const caf::node_id&, const caf::strong_actor_ptr& gateway,
                     const std::set<std::string>&) { then(caf::actor_cast<caf::actor>(gateway)); },
              [then](const caf::error&) { then({}); });
  return {};
}

}  // namespace

void call_node(caf::actor_system& system, bool insecure, const std::string& address,
               std::function<void(caf::actor)> then) {
  system.spawn<caf::detached + caf::hidden>(caller, insecure, address, std::move(then));
}

}  // namespace parley::net
