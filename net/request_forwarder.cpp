#include "net/request_forwarder.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "net/http_reply.hpp"
#include "net/shard_server.hpp"

namespace parley::net {
namespace {

namespace http = boost::beast::http;

/// What concerns one connection, and is made anew on the next.
constexpr std::array hop_by_hop{http::field::connection,        http::field::keep_alive, http::field::content_length,
                                http::field::transfer_encoding, http::field::upgrade,    http::field::te,
                                http::field::trailer,           http::field::expect};

using header_list = std::vector<std::pair<std::string, std::string>>;

bool concerns_connection(http::field name) {
  return std::find(hop_by_hop.begin(), hop_by_hop.end(), name) != hop_by_hop.end();
}

header_list headers_of(const http_request& request) {
  header_list found;
  request.for_each_line([&found](const http_request::line& each) {
    if (!concerns_connection(each.name)) found.emplace_back(each.name_text, each.value);
  });
  return found;
}

header_list headers_of(const http_response& response) {
  header_list found;
  for (const auto& each : response)
    if (!concerns_connection(each.name())) found.emplace_back(each.name_string(), each.value());
  return found;
}

http_request request_of(const http_forward& said) {
  http_request made;
  made.begin(http::string_to_verb(said.method), said.method, said.target, 1);
  for (const auto& [name, value] : said.headers) made.add(http::string_to_field(name), name, value);
  made.append_body(said.body);
  return made;
}

http_response response_of(const http_forwarded& said) {
  http_response made;
  made.result(said.status);
  for (const auto& [name, value] : said.headers) made.insert(name, value);
  made.body() = said.body;
  return made;
}

}  // namespace

bool request_forwarder::carry(const std::shared_ptr<http_session>& asking, const sid_owner& to) {
  auto& network = at_.network();
  if (network.actors()->find_peer(to.node) == nullptr) return false;
  if (away_.size() >= at_.shared().forwarded_requests) {
    at_.reply(*asking, error_reply({errc::overloaded, {}, {}}));
    return true;
  }
  const auto call = ++last_call_;
  const auto by = session_key::make(at_.shard().index(), 0, 0, network.how().node);
  const auto& request = asking->request();
  away_.emplace(call, away{asking, to.node});
  network.send_to_node(
      to.node, http_forward{call, by, to.shard, std::string{request.method_text()}, std::string{request.target()},
                            headers_of(request), request.body(), asking->peer().text()});
  asking->watch_for_abort([this, call, by, to] {
    if (away_.erase(call) > 0) at_.network().send_to_node(to.node, http_gone{call, by, to.shard});
  });
  return true;
}

void request_forwarder::on(const http_forward& said) {
  const visitor_key key{said.by.node, said.call};
  auto answer = [this, key, said_by = said.by, call = said.call](const http_response& what) {
    visitors_.erase(key);
    at_.network().send_to_node(said_by.node,
                               http_forwarded{call, said_by, what.result_int(), headers_of(what), what.body()});
  };
  const auto visitor = std::make_shared<http_session>(
      at_.shard(), request_of(said), web::ip_address::from_text(said.peer), at_.shared().http, at_, answer);
  visitors_.emplace(key, visitor);
  visitor->start_as_visitor();
}

void request_forwarder::on(const http_forwarded& said) {
  const auto found = away_.extract(said.call);
  if (found) found.mapped().asking->reply(response_of(said));
}

void request_forwarder::on(const http_gone& said) {
  const auto found = visitors_.extract(visitor_key{said.by.node, said.call});
  if (!found) return;
  if (const auto visitor = found.mapped().lock()) visitor->abandon();
}

// Whoever asked a node that is gone finds their session gone with it.
void request_forwarder::on_members_changed(const core& now) {
  std::vector<std::shared_ptr<http_session>> lost;
  for (auto each = away_.begin(); each != away_.end();) {
    if (now.find_peer(each->second.node) != nullptr) {
      ++each;
      continue;
    }
    lost.push_back(std::move(each->second.asking));
    each = away_.erase(each);
  }
  for (const auto& each : lost) at_.reply(*each, error_reply({errc::unavailable, {}, {}}));
  std::erase_if(visitors_, [&now](const auto& each) { return now.find_peer(each.first.first) == nullptr; });
}

}  // namespace parley::net
