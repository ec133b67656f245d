#include "net/refusal_log.hpp"

#include <atomic>

#include "net/log.hpp"

namespace parley::net {
namespace {

constexpr std::size_t max_wanted_bytes = 128;  // a path is the client's to choose

}  // namespace

void log_refused(const refused_client& who, const error& why, const auth::token_hint& token) {
  log::info(log::component::auth, "client refused",
            {{"reason", why.message()},
             {"code", info(why.code).code},
             {"address", who.address},
             {who.wanted_kind, who.wanted.substr(0, max_wanted_bytes)},
             {"alg", token.alg},
             {"kid", token.kid},
             {"sub", token.sub}});
}

// Who makes such tokens makes them all the time.
void warn_of_endless_token() {
  static std::atomic<bool> warned{false};
  if (warned.exchange(true)) return;
  log::warn(log::component::auth,
            "a token without exp was taken: its sessions never end by themselves; jwt-require-exp refuses such", {});
}

}  // namespace parley::net
