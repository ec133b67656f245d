#include "actors/people.hpp"

#include <algorithm>
#include <utility>

#include "actors/standing.hpp"

namespace parley {
namespace {

void answer(directory_pointer self, const people_order& said, any_event what, bool emit = false) {
  self->send(
      self->state.core->network_of(said.from.key),
      outcome{said.from,
              std::make_shared<const domain_event>(domain_event{self->state.settings->now(), std::move(what)}), emit});
}

void fail(directory_pointer self, const people_order& said, const error& why) {
  answer(self, said, event::command_failed{why});
}

struct kept_user {
  user_record now;
  std::uint64_t version_before;
};

/// From now on tokens are looked up, on all nodes.
void note_users(directory_pointer self) {
  const auto& core = *self->state.core;
  if (!core.store->knows_users())
    for (const auto& peer : core.peers) self->send(peer.directory, users_known{});
  core.store->note_users();
}

// To all shards of all nodes: a presence knows its user's sessions, but not those that are just being let in, and its
// node may be gone.
void end_sessions(directory_pointer self, const user_id& who, std::uint64_t older_than) {
  send_everywhere(self, *self->state.core, tokens_revoked{who, older_than});
}

/// Carries out one order and answers it. One overload per order.
class desk {
 public:
  desk(directory_pointer self, const people_order& said) : self_{self}, said_{said} {}

  void operator()(const command::list_people&) const {
    auto users = self_->state.users.list(self_->state.settings->listed_users).users;
    if (said_.user.who) show_asker(users);
    answer(self_, said_, event::people_listed{std::move(users)}, true);
    // Who has just come is told of that as the others are, in chat's words alone.
    if (said_.from.own) answer(self_, said_, event::user_came_online{said_.user, self_->state.users.count()}, true);
  }

  void operator()(const command::query_presence& what) const {
    std::vector<user_id> ids;
    // Taken with the question: the store may read before it has written what is on its way.
    std::unordered_map<user_id, timestamp> leaving;
    for (const auto& each : what.users) {
      ids.push_back(each.id);
      const auto left = self_->state.leaving.find(each.id);
      if (left != self_->state.leaving.end()) leaving.insert(*left);
    }
    ask(
        false, [ids](store& on) { return on.last_seen(ids); },
        [self = self_, said = said_, what, leaving = std::move(leaving)](std::vector<presence_info> found) {
          for (std::size_t at = 0; at < found.size(); ++at) {
            found[at].who = what.users[at];
            found[at].online = self->state.users.has(found[at].who.id);
            const auto left = leaving.find(found[at].who.id);
            if (left != leaving.end()) found[at].last_seen = left->second;
          }
          answer(self, said, event::presence_listed{std::move(found)});
        });
  }

  void operator()(const put_user& what) const {
    ask(
        true,
        [user = what.what](store& on) {
          const auto before = on.find_user(user.who.id);
          on.put_user(user);
          return kept_user{on.find_user(user.who.id).value_or(user), before ? before->token_version : 0};
        },
        [self = self_, said = said_](kept_user kept) {
          note_users(self);
          if (kept.now.token_version > kept.version_before) end_sessions(self, kept.now.who.id, kept.now.token_version);
          answer(self, said, event::user_stored{std::move(kept.now)});
        });
  }

  void operator()(const revoke_user& what) const {
    ask(
        true, [who = what.who](store& on) { return on.revoke_tokens(who); },
        [self = self_, said = said_, who = what.who](std::uint64_t version) {
          note_users(self);
          end_sessions(self, who.id, version);
          answer(self, said, event::done{});
        });
  }

  void operator()(const list_conversations& what) const {
    ask(
        false,
        [of = what.of, most = self_->state.settings->listed_conversations](store& on) {
          return on.conversations_of(of, most);
        },
        [self = self_, said = said_, unread_only = what.unread_only](std::vector<conversation_summary> found) {
          if (!unread_only) return answer(self, said, event::conversations_listed{std::move(found)});
          std::erase_if(found, [](const conversation_summary& each) { return each.unread == 0; });
          answer(self, said, event::unread_listed{std::move(found)}, true);
        });
  }

  void operator()(const vouch_for& what) const {
    const auto& state = self_->state;
    look_up(self_, state.settings, *state.core, what.who,
            [self = self_, said = said_](const std::optional<error>& why, const profile_ptr&) {
              if (why) return fail(self, said, *why);
              answer(self, said, event::done{});
            });
  }

  void operator()(const emit_batch& what) const {
    if (self_->state.is_repeated(what.key)) return answer(self_, said_, event::done{});
    for (const auto& each : what.people) emit_to_people(each);
    const auto& core = *self_->state.core;
    for (const auto& each : what.rooms) self_->send(core.registry_for(each.room.str()), each);
    for (const auto& [id, each] : what.conversations)
      self_->send(core.registry_for(id.str()), registry_conversation{id, each});
    answer(self_, said_, event::done{});
  }

  void operator()(const locate_message& what) const {
    ask(
        false, [id = what.what](store& on) { return on.find_message(id); },
        [self = self_, said = said_, then = what.then](const std::optional<message>& found) {
          if (!found) return fail(self, said, {errc::not_found, {}, "messageId"});
          self->send(self->state.core->registry_for(found->conversation.str()),
                     registry_conversation{found->conversation, *then});
        });
  }

 private:
  /// Who asks is shown as they are: that they came, or came back, may not have got here yet.
  void show_asker(std::vector<participant>& users) const {
    const auto& id = said_.user.who->id;
    if (!self_->state.users.has(id)) return users.push_back(said_.user);
    const auto found =
        std::find_if(users.begin(), users.end(), [&id](const participant& each) { return each.who->id == id; });
    if (found != users.end() && said_.from.own) found->away = false;
  }

  void emit_to_people(const emit_event& what) const {
    const auto& core = *self_->state.core;
    if (what.reach == event::reach::user) {
      self_->send(core.registry_for(what.user.str()), registry_user{what.user, tell_own_sessions{what.what}});
      return;
    }
    delivery made{what.what, what.reach == event::reach::role ? addressees{to_role{what.role}} : addressees{to_all{}}};
    made.except_users = what.except;
    send_everywhere(self_, core, deliver{std::make_shared<const delivery>(std::move(made))});
  }

  /// The store's answer goes to `then`, or its refusal to whoever asked.
  template <class Work, class Then>
  void ask(bool change, Work work, Then then) const {
    const auto& store = self_->state.core->store;
    if (store == nullptr) return fail(self_, said_, {errc::unavailable, "Nothing is kept here", {}});
    auto go_on = [self = self_, said = said_, then](auto answered) {
      if (answered)
        then(*std::move(answered));
      else
        fail(self, said, answered.failure());
    };
    if (change)
      store->write(self_, std::move(work), std::move(go_on));
    else
      store->read(self_, std::move(work), std::move(go_on));
  }

  directory_pointer self_;
  const people_order& said_;
};

}  // namespace

void on_people(directory_pointer self, const people_order& said) { std::visit(desk{self, said}, said.what); }

}  // namespace parley
