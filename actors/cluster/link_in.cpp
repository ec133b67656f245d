#include <algorithm>
#include <utility>

#include <caf/send.hpp>

#include "actors/cluster/link_parts.hpp"

namespace parley::linking {
namespace {

/// Passes one message of the peer on to the actors of this node. One overload per message.
class arrivals {
 public:
  explicit arrivals(link_pointer self) : self_{self}, core_{*self->state.core} {}

  void operator()(delivery& said) const {
    std::vector<bool> wanted(core_.networks.size(), true);
    if (const auto* some = std::get_if<to_sessions>(&said.to)) {
      std::fill(wanted.begin(), wanted.end(), false);
      for (const auto key : some->keys)
        if (key.shard() < wanted.size()) wanted[key.shard()] = true;
    }
    const auto it = std::make_shared<const delivery>(std::move(said));
    for (std::size_t at = 0; at < wanted.size(); ++at)
      if (wanted[at]) self_->send(core_.networks[at], deliver{it});
  }

  void operator()(outcome& said) const { to_session(said.to.key, said); }
  void operator()(subscribe& said) const { to_session(said.key, said); }
  void operator()(unsubscribe& said) const { to_session(said.key, said); }
  void operator()(session_ended& said) const { to_session(said.key, said); }
  void operator()(session_attached& said) const { to_session(said.key, said); }
  void operator()(topic_failed& said) const { to_all_shards(said); }
  void operator()(presence_failed& said) const { to_all_shards(said); }
  void operator()(tokens_revoked& said) const { to_all_shards(said); }

  void operator()(registry_join& said) const { to_registry(said.what.name.str(), said); }
  void operator()(registry_room& said) const { to_registry(said.room.str(), said); }
  void operator()(registry_user& said) const { to_registry(said.user.str(), said); }
  void operator()(registry_conversation& said) const { to_registry(said.id.str(), said); }

  void operator()(user_arrived& said) const { to_directory(said); }
  void operator()(user_changed& said) const { to_directory(said); }
  void operator()(user_departed& said) const { to_directory(said); }
  void operator()(announce_to_all& said) const { to_directory(said); }
  void operator()(people_order& said) const { to_directory(said); }
  void operator()(users_known& said) const { to_directory(said); }
  void operator()(who_is_home& said) const { to_directory(said); }

  void operator()(node_settled& said) const { self_->send(self_->state.with.steward, said); }

  void operator()(node_question& said) const {
    // Each shard answers on its own thread; the last one sends what all have found.
    struct gathering {
      node_answer answer;
      std::size_t left = 0;
    };
    auto all = std::make_shared<gathering>();
    all->answer.id = said.id;
    all->left = core_.networks.size();
    const auto add = [self = self_, me = caf::actor{self_}, all](auto merge) {
      caf::anon_send(me, resumed{std::make_shared<std::function<void()>>([self, all, merge] {
                       merge(all->answer);
                       if (--all->left == 0) say(self, all->answer);
                     })});
    };
    std::visit([&](const auto& what) { ask(what, add); }, said.what);
  }

  void operator()(const node_answer& said) const {
    auto asked = self_->state.questions.extract(said.id);
    if (asked) asked.mapped().then(said);
  }

  void operator()(http_forward& said) const { to_shard(said.shard, said); }
  void operator()(http_forwarded& said) const { to_shard(said.to.shard(), said); }
  void operator()(http_gone& said) const { to_shard(said.shard, said); }

 private:
  template <class Message>
  void to_shard(std::size_t shard, Message& said) const {
    if (shard < core_.networks.size()) self_->send(core_.networks[shard], std::move(said));
  }
  template <class Message>
  void to_session(session_key key, Message& said) const {
    if (key.node == core_.nodes.self()) to_shard(key.shard(), said);
  }
  template <class Message>
  void to_all_shards(const Message& said) const {
    for (const auto& network : core_.networks) self_->send(network, said);
  }
  template <class Message>
  void to_registry(const std::string& key, Message& said) const {
    self_->send(core_.local_registry_for(key), std::move(said));
  }
  template <class Message>
  void to_directory(Message& said) const {
    self_->send(core_.directory, std::move(said));
  }

  template <class Add>
  void ask(const node_question::sessions&, const Add& add) const {
    using found = std::vector<session_description>;
    to_all_shards(list_sessions{std::make_shared<std::function<void(found)>>([add](found some) {
      add([some = std::move(some)](node_answer& to) {
        to.sessions.insert(to.sessions.end(), some.begin(), some.end());
      });
    })});
  }
  template <class Add>
  void ask(const node_question::by_role& what, const Add& add) const {
    const auto then = std::make_shared<std::function<void(users_reached)>>([add](users_reached some) {
      add([some = std::move(some)](node_answer& to) {
        to.reached.insert(to.reached.end(), some.users.begin(), some.users.end());
        to.reached_sessions += some.sessions;
      });
    });
    to_all_shards(notify_role{what.what, what.role, then});
  }
  template <class Add>
  void ask(const node_question::kick& what, const Add& add) const {
    to_all_shards(kick_session{what.sid, std::make_shared<std::function<void(bool)>>([add](bool here) {
                                 add([here](node_answer& to) { to.kicked = to.kicked || here; });
                               })});
  }

  link_pointer self_;
  const core& core_;
};

void take(link_pointer self, const node_packet& packet) {
  auto& state = self->state;
  const arrivals visitor{self};
  // What cannot be told apart has not been taken: not acknowledged, it makes the peer give this link up, too.
  if (!read_messages(packet.bytes, [&visitor](node_message& what) { std::visit(visitor, what); })) return end(self);
  state.last_taken = packet.number;
  state.untold_bytes += packet.bytes.size();
  if (packet.type() == node_packet::kind::probe || state.untold_bytes >= max_unacknowledged_bytes) acknowledge(self);
}

}  // namespace

// What a peer says that knows of other members already is meant for the owners it knows of. That it knows is reason
// enough to ask the database at once.
void on_batch(link_pointer self, node_packet& packet) {
  auto& state = self->state;
  const bool ahead = packet.view > state.open_view && !packet.bytes.empty();
  if (packet.view > state.core->nodes.view()) self->send(state.with.steward, look_around{});
  if (ahead || !state.early.empty())
    state.early.push_back(std::move(packet));
  else
    take(self, packet);
}

void take_early(link_pointer self) {
  auto& early = self->state.early;
  while (!early.empty() && early.front().view <= self->state.open_view) {
    take(self, early.front());
    early.pop_front();
  }
}

}  // namespace parley::linking
