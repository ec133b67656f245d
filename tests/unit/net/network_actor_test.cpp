// The network actor when actors beneath it crash, move, or answer late.
#include "tests/unit/net/support/network_stage.hpp"

using namespace parley;
using namespace parley::net;

namespace {

/// On the only shard's thread, where the registry runs, too.
caf::actor find_presence(const core& actors, const user_id& user) {
  const auto& registry = actors.registry_for(user.str());
  auto* running =
      dynamic_cast<registry_hdl::stateful_base<registry_data>*>(caf::actor_cast<caf::abstract_actor*>(registry));
  return caf::actor_cast<caf::actor>(running->state.presences.at(user).actor);
}

}  // namespace

TEST_CASE("network: a crashed session ends its socket with an error, and is missed nowhere") {
  stage here;
  auto& ann = here.enter("ann");
  auto& ben = here.enter("ben");
  here.say(ann, "join_room");
  REQUIRE(here.hears(ann, "joined_room"));
  here.say(ben, "join_room");
  REQUIRE(here.hears(ben, "joined_room"));

  here.on_shard([&] { caf::anon_send_exit(ann.peer->slot->session, caf::exit_reason::kill); });
  REQUIRE(here.eventually([&] { return ann.peer->ended.has_value(); }));
  CHECK(*ann.peer->ended == errc::internal_error);
  CHECK(here.hears(ben, "\"user_left\""));
  CHECK(here.hears(ben, "\"user_offline\""));
  CHECK(here.on_shard([&] { return here.network().session_count(); }) == 1);
}

TEST_CASE("network: after a presence crashed, its user is reached again, and others never noticed") {
  stage here;
  auto& ann = here.enter("ann");
  const auto& ben = here.enter("ben");
  const auto core = here.on_shard([&] { return here.network().actors(); });

  here.on_shard([&] { caf::anon_send_exit(find_presence(*core, user_id{"ann"}), caf::exit_reason::kill); });

  // What is said to her while nobody is there for her is refused; soon she is back.
  const participant nobody{std::make_shared<identity>(), {}};
  CHECK(here.eventually([&] {
    caf::anon_send(core->registry_for("ann"), registry_user{user_id{"ann"}, tell_user{"psst", nobody, {}}});
    return ann.over->sent.find("psst") != std::string::npos;
  }));
  CHECK(ben.over->sent.find("user_offline\",\"data\"") == std::string::npos);
}

TEST_CASE("network: a session that a presence learns of when it is gone already is no ghost") {
  stage here;
  auto& ann = here.enter("ann");
  const auto core = here.on_shard([&] { return here.network().actors(); });
  auto who = std::make_shared<identity>();
  who->id = user_id{"ghost"};
  const auto gone = session_key::make(0, 7, 7, 0);
  caf::anon_send(core->registry_for("ghost"),
                 registry_user{who->id, attach_session{gone, {who, {}}, true, false, true}});
  CHECK(here.hears(ann, "\"user_online\""));
  CHECK(here.hears(ann, "\"user_offline\""));
}

TEST_CASE("network: who was in a room says so when its owner is another, or may have been in between") {
  stage here;
  auto& ann = here.enter("ann");
  caf::scoped_actor there{here.system()};
  auto core = std::make_shared<parley::core>(*here.on_shard([&] { return here.network().actors(); }));
  const auto change_to = [&](std::uint64_t view) {
    core = std::make_shared<parley::core>(*core);
    core->nodes = ownership{0, view, {{1, "other"}}};
    caf::anon_send(here.network().handle(), core_changed{core});
  };
  const auto comes_back = [&](std::chrono::milliseconds patience) {
    bool came = false;
    bool over = false;
    while (!came && !over)
      there->receive([&](const registry_join& said) { came = said.what.name == den && said.what.resumed; },
                     [](const registry_user&) {}, caf::after(patience) >> [&] { over = true; });
    return came;
  };
  constexpr std::chrono::seconds sure{10};
  here.say(ann, "join_room");
  REQUIRE(here.hears(ann, "joined_room"));
  core->peers = {{1, {}, caf::actor_cast<registry_hdl>(there.address()), {}}};
  change_to(1);
  CHECK(comes_back(sure));
  change_to(2);
  CHECK_FALSE(comes_back(std::chrono::milliseconds{300}));
  change_to(4);
  CHECK(comes_back(sure));
}

TEST_CASE("network: a join whose owner is gone before it answers is answered by the next one") {
  stage here;
  auto& ann = here.enter("ann");
  caf::scoped_actor there{here.system()};  // answers nothing
  auto core = std::make_shared<parley::core>(*here.on_shard([&] { return here.network().actors(); }));
  core->steward = caf::actor_cast<steward_hdl>(there.address());
  core->nodes = ownership{0, 1, {{1, "other"}}};
  core->peers = {{1, {}, caf::actor_cast<registry_hdl>(there.address()), {}}};
  caf::anon_send(here.network().handle(), core_changed{core});
  REQUIRE(here.eventually([&] { return here.network().actors() == core; }));
  here.say(ann, "join_room");
  there->receive([](const registry_join& said) { CHECK_FALSE(said.what.resumed); });
  CHECK(ann.over->sent.find("joined_room") == std::string::npos);
  auto alone = std::make_shared<parley::core>(*core);
  alone->nodes = ownership{0, 2, {{0, "own"}}};
  alone->peers.clear();
  caf::anon_send(here.network().handle(), core_changed{alone});
  CHECK(here.hears(ann, "joined_room"));
  CHECK(ann.over->sent.find("unavailable") == std::string::npos);
}

TEST_CASE("network: a command that is answered late, and by another owner meanwhile, is answered once") {
  stage here;
  auto& ann = here.enter("ann");
  const auto answer = [&](std::uint64_t ack, const char* label) {
    const origin to{.key = ann.peer->slot->key, .by = dialects::dialect_id::hub, .ack = ack};
    const auto what = make_event(std::chrono::system_clock::now(), event::room_joined{den, label});
    caf::anon_send(here.network().handle(), outcome{to, what, true});
  };
  here.on_shard([&] { ann.peer->slot->asked = {{{.ack = 1}, here.shard().now()}, {{.ack = 2}, here.shard().now()}}; });
  answer(2, "first");
  REQUIRE(here.eventually([&] { return ann.peer->answered == std::vector<std::uint64_t>{2}; }));
  answer(2, "late");
  answer(1, "other");
  REQUIRE(here.eventually([&] { return ann.peer->slot->asked.empty(); }));
  CHECK(here.on_shard([&] { return ann.peer->answered; }) == std::vector<std::uint64_t>{2, 1});
}

TEST_CASE("network: who has waited too long for an outcome hears that nobody will say it, and others wait on") {
  stage here;
  auto& ann = here.enter("ann");
  here.on_shard([&] {
    const auto now = here.shard().now();
    const auto key = ann.peer->slot->key;
    ann.peer->slot->asked = {{{.key = key, .ack = 1}, now - std::chrono::seconds{10}}, {{.key = key, .ack = 2}, now}};
  });
  REQUIRE(here.eventually([&] { return ann.peer->answered == std::vector<std::uint64_t>{1}; }));
  CHECK(here.on_shard([&] { return ann.peer->slot->asked.size(); }) == 1);
}

TEST_CASE("network: whose token is revoked is ended, and refused while it is let in") {
  stage here;
  auto& ann = here.enter("ann");
  auto& ben = here.enter("ben");
  caf::anon_send(here.network().handle(), tokens_revoked{user_id{"ann"}, 0});
  caf::anon_send(here.network().handle(), tokens_revoked{user_id{"eve"}, 1});
  here.on_shard([] {});
  CHECK_FALSE(here.on_shard([&] { return ann.peer->ended.has_value(); }));
  auto& eve = here.begin_to_enter("eve");
  REQUIRE(here.eventually([&] { return eve.peer->ended.has_value(); }));
  CHECK(eve.peer->ended == errc::token_revoked);
  CHECK_FALSE(eve.peer->accepted);
  caf::anon_send(here.network().handle(), tokens_revoked{user_id{"ann"}, 1});
  REQUIRE(here.eventually([&] { return ann.peer->ended.has_value(); }));
  CHECK(ann.peer->ended == errc::token_revoked);
  CHECK_FALSE(here.on_shard([&] { return ben.peer->ended.has_value(); }));
}
