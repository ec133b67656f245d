// Sessions that speak messenger, and what a back end orders of their conversations.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <utility>

#include "tests/unit/actors/support/fixture.hpp"

namespace parley::test {

inline const conversation_id talk{"talk"};

struct messaging : actor_world {
  messaging() { hears = {dialects::dialect_id::messenger}; }

  void order(const conversation_id& in, decltype(conversation_order::what) what) {
    auto who = std::make_shared<identity>();
    who->id = user_id{"back end"};
    conversation_order made{std::move(what), {who, {}}, nullptr, {}, true};
    caf::anon_send(actors().registry_for(in.str()), registry_conversation{in, std::move(made)});
    run();
  }

  void make_between(const conversation_id& id, std::initializer_list<const char*> users) {
    conversation made{id, conversation_type::group, 0, {}, {}};
    for (const auto* user : users) made.members.push_back({{user_id{user}, '"' + std::string{user} + '"'}, 0, 0});
    order(id, create_conversation{made});
  }

  void post(const player& who, const std::string& text, const std::string& client_id = {}) {
    say(who, command::post_message{.in = talk, .content = '"' + text + '"', .client_id = client_id});
  }
};

}  // namespace parley::test
