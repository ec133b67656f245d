// Pages that were refused, said in the log with what would admit them. One per shard, on its thread. Invariant: a
// page's origin is said at most once in `interval`, however often it comes, and no more than `max_origins` of them.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "protocol/web/forwarded.hpp"

namespace parley::net {

class refused_origins {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::seconds interval{60};
  static constexpr std::size_t max_origins = 100;

  struct refusal {
    std::string_view origin;
    const web::request_source& source;
    const web::ip_address& peer;
    const web::forwarding_headers& said;
    bool trusted = false;  // the peer is a trusted proxy
  };

  void note(const refusal& what, time_point now);

  /// What an operator could do, if that page should connect.
  static std::string advice(const refusal& what);

 private:
  struct entry {
    time_point said_at;
    std::size_t unsaid = 0;  // since then
  };

  bool make_room(time_point now);

  std::map<std::string, entry, std::less<>> origins_;
};

}  // namespace parley::net
