#include "tests/load/cast.hpp"

#include <ctime>
#include <optional>

#include "protocol/auth/sign.hpp"

namespace parley::load {
namespace {

constexpr std::time_t token_seconds = 8 * 86'400;

class caster {
 public:
  caster(const script& from, const dialect& speaks, std::string_view secret, std::string_view run, ledger& into)
      : script_{from}, dialect_{speaks}, secret_{secret}, run_{run}, ledger_{into} {}

  cast_list make() {
    for (const auto& group : script_.groups) add_group(group);
    return std::move(made_);
  }

 private:
  void add_group(const group_plan& plan) {
    const auto number = static_cast<std::uint32_t>(made_.groups.size());
    const group_span span{static_cast<std::uint32_t>(made_.users.size()), plan.users};
    made_.groups.push_back(span);
    for (std::uint32_t i = 0; i < plan.users; ++i) add_user(number);
    pair_up(span);
    seat(span, plan.rooms, "room", &player_card::rooms, &persona::rooms, dialect_[word::room].echo);
    seat(span, plan.conversations, "talk", &player_card::conversations, &persona::conversations,
         dialect_[word::conversation].echo);
  }

  void add_user(std::uint32_t group) {
    const auto number = static_cast<std::uint32_t>(made_.users.size());
    auto& card = made_.users.emplace_back();
    card.group = group;
    card.is.number = number;
    auto digits = std::to_string(number);
    card.is.id = run_ + "u" + std::string(digits.size() < 6 ? 6 - digits.size() : 0, '0') + digits;
    const json claims{{"sub", card.is.id},
                      {"username", "user " + digits},
                      {"role", "user"},
                      {"exp", std::time(nullptr) + token_seconds}};
    card.is.token = auth::sign_hs256(claims, secret_).value_or("");
  }

  void pair_up(group_span span) {
    for (std::uint32_t i = 0; i + 1 < span.count; i += 2) {
      connect(span.first + i, span.first + i + 1);
      connect(span.first + i + 1, span.first + i);
    }
  }

  void connect(std::uint32_t from, std::uint32_t to) {
    auto& card = made_.users[from];
    card.has_peer = true;
    card.peer = to;
    card.to_peer = ledger_.add_stream(true);
    ledger_.add_member(card.to_peer, to);
    if (dialect_[word::private_message].echo) ledger_.add_member(card.to_peer, from);
  }

  /// Fills the topics one after the other with the group's users in turn: with more places than users, users are in
  /// several; with fewer, some are in none.
  void seat(group_span span, const std::vector<topic_plan>& plans, std::string_view kind,
            std::vector<topic> player_card::*seen, std::vector<std::string> persona::*joins, bool echo) {
    std::uint64_t next = 0;
    for (const auto& plan : plans) {
      for (std::uint32_t i = 0; i < plan.count; ++i) {
        const topic made{run_ + std::string{kind} + std::to_string(topics_++), ledger_.add_stream(echo)};
        for (std::uint32_t m = 0; m < std::min(plan.size, span.count); ++m) {
          auto& card = made_.users[span.first + static_cast<std::uint32_t>(next++ % span.count)];
          (card.*seen).push_back(made);
          (card.is.*joins).push_back(made.name);
          ledger_.add_member(made.stream, card.is.number);
        }
      }
    }
  }

  const script& script_;
  const dialect& dialect_;
  std::string_view secret_;
  std::string run_;
  ledger& ledger_;
  cast_list made_;
  std::uint32_t topics_ = 0;
};

}  // namespace

cast_list make_cast(const script& from, const dialect& speaks, std::string_view secret, std::string_view run,
                    ledger& into) {
  return caster{from, speaks, secret, run, into}.make();
}

}  // namespace parley::load
