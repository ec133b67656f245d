#include "protocol/auth/keys.hpp"

#include <iterator>
#include <variant>

#include "protocol/auth/jwk.hpp"
#include "protocol/auth/pem.hpp"
#include "protocol/json/json.hpp"
#include "protocol/json/json_text.hpp"

namespace parley::auth {
namespace {

std::string place(std::string_view name, std::size_t index) {
  return std::string{name} + '[' + std::to_string(index) + ']';
}

}  // namespace

key_ring::added key_ring::keep(std::string_view name, std::vector<entry> fresh, std::vector<key_remark> notes) {
  if (keys_.size() + fresh.size() > max_keys)
    return key_remark{std::string{name}, "more than " + std::to_string(max_keys) + " keys"};
  keys_.insert(keys_.end(), std::make_move_iterator(fresh.begin()), std::make_move_iterator(fresh.end()));
  return notes;
}

key_ring::added key_ring::add_secret(std::string_view name, std::string_view secret) {
  auto key = verifying_key::from_secret(secret);
  if (!key) return key_remark{std::string{name}, key.failure()};
  std::vector<key_remark> notes;
  if (auto advice = advice_on(secret); !advice.empty()) notes.push_back({std::string{name}, std::move(advice)});
  return keep(name, {{{}, std::move(*key)}}, std::move(notes));
}

key_ring::added key_ring::add_pem(std::string_view name, std::string_view pem) {
  auto keys = read_pem(pem);
  if (!keys) return key_remark{std::string{name}, keys.failure()};
  std::vector<entry> fresh;
  for (auto& key : *keys) fresh.push_back({{}, std::move(key)});
  return keep(name, std::move(fresh), {});
}

key_ring::added key_ring::add_jwks(std::string_view name, std::string_view text) {
  const auto set = json_text::parse(text);
  if (!set) return key_remark{std::string{name}, "not a JSON text"};
  if (!set->is_object() || !set->contains("keys") || !set->at("keys").is_array())
    return key_remark{std::string{name}, "not a JWK Set: it has no array \"keys\""};
  std::vector<entry> fresh;
  std::vector<key_remark> notes;
  std::size_t index = 0;
  for (const auto& jwk : set->at("keys")) {
    const auto where = place(name, index++);
    auto read = read_jwk(jwk);
    if (!read) return key_remark{where, read.failure()};
    if (auto* skipped = std::get_if<skipped_key>(&*read)) {
      notes.push_back({where, "skipped: " + skipped->why});
      continue;
    }
    auto& key = std::get<jwk_key>(*read);
    if (!key.advice.empty()) notes.push_back({where, std::move(key.advice)});
    fresh.push_back({std::move(key.kid), std::move(key.key)});
  }
  if (fresh.empty()) return key_remark{std::string{name}, "no key in it can verify a token"};
  return keep(name, std::move(fresh), std::move(notes));
}

verdict key_ring::judge(std::string_view alg, std::string_view kid, std::string_view signed_text,
                        std::string_view signature) const {
  auto so_far = verdict::no_such_key;
  for (const auto& [own_kid, key] : keys_) {
    if (name(key.alg()) != alg) continue;
    if (!kid.empty() && !own_kid.empty() && kid != own_kid) continue;
    if (key.accepts(signed_text, signature)) return verdict::genuine;
    so_far = verdict::forged;
  }
  return so_far;
}

}  // namespace parley::auth
