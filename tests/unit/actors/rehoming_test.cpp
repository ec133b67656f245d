// What happens on a node when the members of its cluster change: the other node is an actor that records what it is
// told.
#include <algorithm>

#include <caf/event_based_actor.hpp>
#include <doctest/doctest.h>

#include "actors/cluster/cluster_messages.hpp"
#include "actors/topics.hpp"
#include "tests/unit/actors/support/fixture.hpp"

using namespace parley;
using namespace parley::test;

namespace {

/// What was said to the other node.
struct told {
  std::vector<registry_join> joins;
  std::vector<registry_room> rooms;
  std::vector<registry_user> users;
  std::vector<registry_conversation> conversations;
  std::vector<delivery> deliveries;
  std::vector<outcome> outcomes;
  std::vector<subscribe> subscribed;
  std::vector<user_arrived> arrived;
  std::vector<who_is_home> asked;
  std::vector<announce_to_all> announced;
  std::vector<session_key> attached;
};

caf::behavior record(caf::event_based_actor* self, std::shared_ptr<told> into) {
  self->set_default_handler(take_no_notice);
  return caf::message_handler{
      [into](const registry_join& said) { into->joins.push_back(said); },
      [into](const registry_room& said) { into->rooms.push_back(said); },
      [into](const registry_user& said) { into->users.push_back(said); },
      [into](const registry_conversation& said) { into->conversations.push_back(said); },
      [into](const deliver& said) { into->deliveries.push_back(*said.it); },
      [into](const outcome& said) { into->outcomes.push_back(said); },
      [into](const subscribe& said) { into->subscribed.push_back(said); },
      [into](const user_arrived& said) { into->arrived.push_back(said); },
      [into](const who_is_home& said) { into->asked.push_back(said); },
      [into](const announce_to_all& said) { into->announced.push_back(said); },
      [into](const session_attached& said) { into->attached.push_back(said.key); },
  };
}

constexpr std::uint32_t here = 1;
constexpr std::uint32_t there = 2;

struct two_nodes : actor_world {
  two_nodes() {
    other_node = system().spawn(record, other);
    handles = {there, caf::actor_cast<network_hdl>(other_node), caf::actor_cast<registry_hdl>(other_node),
               caf::actor_cast<directory_hdl>(other_node)};
    take({{here, "a"}}, {});
    settle();
  }
  ~two_nodes() { caf::anon_send_exit(other_node, caf::exit_reason::user_shutdown); }

  void take(const std::vector<ownership::member>& members, std::vector<peer_node> peers) {
    change_members({ownership{here, ++view, members}, std::move(peers), {}, {}});
  }
  void both() { take({{here, "a"}, {there, "b"}}, {handles}); }
  void settle() {
    for (const auto& registry : actors().registries) caf::anon_send(registry, view_settled{view});
    caf::anon_send(actors().directory, view_settled{view});
    run();
  }
  /// Somebody in a room of this node, while both are there.
  player join_here(const room_name& room) {
    both();
    settle();
    const auto ann = join_as("ann");
    say(ann, command::join_room{room});
    run();
    return ann;
  }
  /// Somebody wants to join a room of the other node, just after that one has gone.
  room_name ask_for_a_room_that_moves_here() {
    both();
    settle();
    const auto room = key_of(there);
    const auto ann = join_as("ann");
    take({{here, "a"}}, {});
    say(ann, command::join_room{room});
    run();
    return room;
  }
  /// A room, or a user, of the node of that number, when both are there.
  template <class Name = room_name>
  static Name key_of(std::uint32_t node) {
    const ownership nodes{here, 1, {{here, "a"}, {there, "b"}}};
    for (int number = 0;; ++number)
      if (const Name name{"room" + std::to_string(number)}; nodes.owner_of(name.str()) == node) return name;
  }
  join_room join_from_there(const room_name& room, std::uint32_t slot, bool resumed) const {
    auto who = std::make_shared<identity>();
    who->id = user_id{"far" + std::to_string(slot)};
    origin from;
    from.key = session_key::make(0, slot, 1, there);
    return {room, from.key, {who, {}}, from, {}, resumed};
  }
  void from_there(registry_join what) {
    caf::anon_send(actors().local_registry_for(what.what.name.str()), std::move(what));
    run();
  }

  std::shared_ptr<told> other = std::make_shared<told>();
  caf::actor other_node;
  peer_node handles;
  std::uint64_t view = 0;
};

}  // namespace

TEST_CASE_FIXTURE(two_nodes, "rehoming: what is for a key of another node goes on to that node, and is not done here") {
  both();
  REQUIRE(actors().nodes.view() == 2);
  settle();
  const auto ann = join_as("ann");
  say(ann, command::join_room{key_of(there)});
  run();
  REQUIRE(other->joins.size() == 1);
  CHECK(other->joins[0].what.name == key_of(there));
  CHECK_FALSE(find_room(key_of(there)));
}

TEST_CASE_FIXTURE(two_nodes, "rehoming: a room tells each other node with members once, and none without") {
  const auto room = key_of(here);
  const auto ann = join_here(room);
  say(ann, command::post_to_room{room, "to myself"});
  run();
  CHECK(other->deliveries.empty());
  for (std::uint32_t slot = 1; slot <= 3; ++slot) from_there({join_from_there(room, slot, false)});
  CHECK(other->subscribed.size() == 3);
  CHECK(other->outcomes.size() == 3);
  other->deliveries.clear();
  say(ann, command::post_to_room{room, "to all"});
  run();
  REQUIRE(other->deliveries.size() == 1);
  CHECK(std::get<to_topics>(other->deliveries[0].to).topics == std::vector{topic_of(room)});
}

TEST_CASE_FIXTURE(two_nodes, "rehoming: a room that moves away goes, and what comes for it is passed on") {
  const auto room = key_of(there);
  const auto ann = join_as("ann");
  say(ann, command::join_room{room});
  run();
  REQUIRE(find_room(room));
  both();
  CHECK_FALSE(heard<event::member_left>().size() > 0);
  caf::anon_send(actors().local_registry_for(room.str()), registry_room{room, post_to_room{std::string{"late"}, {}}});
  run();
  REQUIRE(other->rooms.size() == 1);
  CHECK(std::get<std::string>(std::get<post_to_room>(other->rooms[0].what).what) == "late");
}

TEST_CASE_FIXTURE(two_nodes, "rehoming: what comes for a new key waits until all have said who is where") {
  const auto room = ask_for_a_room_that_moves_here();
  const auto& ann = shard().accepted.front();
  CHECK(shard().listening.empty());
  // Somebody was in it where it was; nobody is told, and they count at once.
  caf::anon_send(actors().registry_for(room.str()), registry_join{join_room{room, ann.key, ann.user, {}, {}, true}});
  run();
  CHECK(shard().listening.size() == 1);
  CHECK(shard().outcomes.empty());
  settle();
  CHECK(shard().outcomes.size() == 1);
}

TEST_CASE_FIXTURE(two_nodes, "rehoming: nobody waits longer than it may take to settle") {
  ask_for_a_room_that_moves_here();
  CHECK(shard().outcomes.empty());
  pass(max_settling);
  CHECK(shard().outcomes.size() == 1);
}

TEST_CASE_FIXTURE(two_nodes, "rehoming: what waits for a key goes on with it when the key moves again") {
  const auto room = ask_for_a_room_that_moves_here();
  REQUIRE(other->joins.empty());
  both();
  REQUIRE(other->joins.size() == 1);
  CHECK(other->joins[0].what.name == room);
  settle();
  CHECK(other->joins.size() == 1);
  CHECK(shard().outcomes.empty());
}

TEST_CASE_FIXTURE(two_nodes,
                  "rehoming: a join that was on its way to a node that is gone is asked again of the owner of now") {
  both();
  settle();
  const auto room = key_of(there);
  const auto ann = join_as("ann");
  say(ann, command::join_room{room, "a label"});
  say(ann, command::post_to_room{room, "right behind it"});
  run();
  REQUIRE(other->joins.size() == 1);
  take({{here, "a"}}, {});
  settle();
  CHECK(shard().outcomes.empty());
  caf::anon_send(ann.session, owners_changed{shard().core, {{.key = ann.key}, {.key = ann.key}}});
  run();
  REQUIRE(shard().outcomes.size() == 2);
  CHECK(std::get<event::room_joined>(shard().outcomes[0].what->body).label == "a label");
  CHECK(std::get<event::message_posted>(shard().outcomes[1].what->body).text == "right behind it");
}

TEST_CASE_FIXTURE(two_nodes,
                  "rehoming: of what nobody will answer, joins are asked again and the rest fails, each once") {
  both();
  settle();
  const auto room = key_of(there);
  const conversation_id talk{room.str()};
  const auto ann = join_as("ann");
  const auto origin_of = [&ann](std::uint64_t ack) { return origin{.key = ann.key, .ack = ack}; };
  const auto ask = [&](any_command what, std::uint64_t ack) {
    caf::anon_send(ann.session, session_command{std::move(what), origin_of(ack)});
    run();
  };
  ask(command::join_room{room}, 1);
  ask(command::post_to_room{room, "waits for the join"}, 2);
  ask(command::join_conversation{talk}, 3);
  ask(command::post_message{.in = talk, .content = "\"lost\""}, 4);
  REQUIRE(other->conversations.size() == 2);
  other->conversations.clear();
  std::vector<origin> unanswered;
  for (std::uint64_t ack = 1; ack <= 4; ++ack) unanswered.push_back(origin_of(ack));
  caf::anon_send(ann.session, owners_changed{shard().core, unanswered});
  run();
  REQUIRE(other->joins.size() == 2);
  CHECK(other->joins[1].what.from.ack == 1);
  REQUIRE(other->conversations.size() == 1);
  CHECK(std::get<enter_conversation>(other->conversations[0].what).from.ack == 3);
  REQUIRE(shard().outcomes.size() == 1);
  CHECK(shard().outcomes[0].to.ack == 4);
  CHECK(last_failure() == errc::unavailable);
}

TEST_CASE_FIXTURE(two_nodes, "rehoming: a session that was made to enter again what it had left, leaves again") {
  both();
  settle();
  const auto room = key_of(there);
  const conversation_id talk{room.str()};
  const auto ann = join_as("ann");
  caf::anon_send(ann.session, room_entered{room, 1});
  caf::anon_send(ann.session, conversation_entered{talk, 2});
  run();
  REQUIRE(other->rooms.size() == 1);
  CHECK(std::get<leave_room>(other->rooms[0].what).key == ann.key);
  REQUIRE(other->conversations.size() == 1);
  CHECK(std::get<exit_conversation>(other->conversations[0].what).who == ann.key);
}

TEST_CASE_FIXTURE(two_nodes,
                  "rehoming: a node that comes is told of the users whose home stays here, as of no others") {
  for (const auto& each : {key_of<user_id>(here), key_of<user_id>(there)}) {
    auto who = std::make_shared<identity>();
    who->id = each;
    caf::anon_send(actors().directory, user_arrived{{who, {}}, {}, false, here});
  }
  run();
  both();
  REQUIRE(other->arrived.size() == 1);
  CHECK(other->arrived[0].user.who->id == key_of<user_id>(here));
}

TEST_CASE_FIXTURE(two_nodes, "rehoming: a directory that begins anew asks other nodes who is at home there") {
  both();
  settle();
  CHECK(other->asked.empty());
  crash(actors().directory);
  REQUIRE(other->asked.size() == 1);
  CHECK(other->asked[0].asked_by == here);
}

TEST_CASE_FIXTURE(two_nodes, "rehoming: a directory that is asked who is at home tells of its own users only") {
  both();
  settle();
  for (const auto& [id, home] : {std::pair{key_of<user_id>(here), here}, std::pair{key_of<user_id>(there), there}}) {
    auto who = std::make_shared<identity>();
    who->id = id;
    caf::anon_send(actors().directory, user_arrived{{who, {}}, {}, false, home});
  }
  run();
  other->arrived.clear();
  caf::anon_send(actors().directory, who_is_home{there});
  run();
  REQUIRE(other->arrived.size() == 1);
  CHECK(other->arrived[0].user.who->id == key_of<user_id>(here));
  CHECK(other->arrived[0].known);
}

TEST_CASE_FIXTURE(two_nodes, "rehoming: who was on a node that is gone has left") {
  const auto room = key_of(here);
  join_here(room);
  from_there({join_from_there(room, 5, false)});
  take({{here, "a"}}, {});
  REQUIRE(heard<event::member_left>().size() == 1);
  CHECK(heard<event::member_left>()[0].user.who->id.str() == "far5");
}

TEST_CASE_FIXTURE(two_nodes,
                  "rehoming: a user whose only session was on a node that is gone is offline after the grace") {
  both();
  settle();
  auto who = std::make_shared<identity>();
  who->id = key_of<user_id>(here);
  const auto key = session_key::make(0, 5, 1, there);
  caf::anon_send(actors().registry_for(who->id.str()),
                 registry_user{who->id, attach_session{key, {who, {}}, true, false, true}});
  run();
  CHECK(other->attached == std::vector{key});
  CHECK(heard<event::user_came_online>().size() == 1);
  take({{here, "a"}}, {});
  CHECK(heard<event::user_went_offline>().empty());
  pass(how.presence_grace);
  CHECK(heard<event::user_went_offline>().size() == 1);
}

TEST_CASE_FIXTURE(two_nodes, "rehoming: what is for all waits until what the announcer before said is there") {
  const auto with_announcer_there = [] {
    for (int number = 0;; ++number) {
      const std::vector<ownership::member> members{{here, "a"}, {there, "b" + std::to_string(number)}};
      if (ownership{here, 1, members}.owner_of(announcer_key) == there) return members;
    }
  };
  const auto announced = [this] { return heard<event::message_posted>().size(); };
  take(with_announcer_there(), {handles});
  settle();
  const auto ann = join_as("ann");
  say(ann, command::post_to_all{"one"});
  run();
  CHECK(other->announced.size() == 1);
  CHECK(announced() == 0);

  take({{here, "a"}}, {});
  say(ann, command::post_to_all{"two"});
  run();
  CHECK(announced() == 0);
  settle();
  CHECK(announced() == 1);
  CHECK(other->announced.size() == 1);

  take(with_announcer_there(), {handles});
  caf::anon_send(actors().directory, announce_to_all{make_event({}, event::announced{{}, "late"}), {}});
  run();
  CHECK(announced() == 1);
  CHECK(other->announced.size() == 2);
}

TEST_CASE_FIXTURE(two_nodes, "rehoming: a user whose home is gone is offline after the grace, unless told of again") {
  both();
  settle();
  for (const auto& each : {"one", "two"}) {
    auto who = std::make_shared<identity>();
    who->id = user_id{each};
    caf::anon_send(actors().directory, user_arrived{{who, {}}, {}, false, there});
  }
  run();
  CHECK(heard<event::user_came_online>().size() == 2);
  take({{here, "a"}}, {});
  auto again = std::make_shared<identity>();
  again->id = user_id{"one"};
  caf::anon_send(actors().directory, user_arrived{{again, {}}, {}, false, here});
  run();
  CHECK(heard<event::user_came_online>().size() == 2);
  pass(how.presence_grace);
  REQUIRE(heard<event::user_went_offline>().size() == 1);
  CHECK(heard<event::user_went_offline>()[0].user.who->id.str() == "two");
}

TEST_CASE_FIXTURE(two_nodes,
                  "rehoming: a message that becomes durable while earlier ones are said again is said after them") {
  const conversation_id talk{"talk"};
  const auto ann = join_as("ann");
  say(ann, command::join_conversation{talk});
  say(ann, command::post_message{.in = talk, .content = "\"first\""});
  run();
  auto ben = std::make_shared<identity>();
  ben->id = user_id{"ben"};
  const auto to_talk = [&](auto what) {
    caf::anon_send(actors().registry_for(talk.str()), registry_conversation{talk, std::move(what)});
  };
  to_talk(conversation_order{command::post_message{.in = talk, .content = "\"second\""}, {ben, {}}});
  to_talk(enter_conversation{session_key::make(0, 9, 9, here), {ben, {}}, {}, true, 0});
  run();
  std::vector<sequence> said;
  for (const auto& each : shard().deliveries)
    if (std::holds_alternative<to_topics>(each.to))
      said.push_back(std::get<event::message_received>(each.what->body).what.seq);
  CHECK(std::is_sorted(said.begin(), said.end()));
  CHECK(std::count(said.begin(), said.end(), 1) == 2);
  CHECK(said.back() == 2);
}
