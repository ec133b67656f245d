// The network actor with real shards, sessions, rooms and presences beneath it, and clients that are played.
#include "net/network_actor.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <future>
#include <memory>
#include <thread>

#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <doctest/doctest.h>

#include "actors/cluster/cluster_messages.hpp"
#include "actors/guardian.hpp"
#include "actors/registry.hpp"
#include "net/peer.hpp"
#include "net/runtime/shard_scheduler.hpp"

using namespace parley;
using namespace parley::net;

namespace {

const room_name den{"den"};

/// A connection that keeps the texts of its frames.
struct played_connection final : connection {
  played_connection() : connection{dialects::framing::plain} {}
  void send(dialects::frame_ptr what) override { sent += what->bytes(); }
  void close(farewell) override { closed = true; }
  void pause() override { paused = true; }
  void resume() override { paused = false; }
  bool congested() override { return behind; }
  const client_info& client() const override { return info; }

  client_info info;
  std::string sent;
  bool closed = false;
  bool paused = false;
  bool behind = false;
};

struct played_peer final : peer {
  using peer::peer;
  void on_open() override { slot = &open(dialects::namespace_id{0}, {}); }
  void on_message(std::string_view data, bool) override {
    json_text::document fields;
    REQUIRE(fields.read(R"({"room":"den","message":"hi","to":"ann"})") == json_text::outcome::read);
    submit(*slot, {data, json_text::values{fields.root()}}, {});
  }
  void on_closed(std::string_view) override { close_all(); }
  void on_accepted(socket_slot&, const event_ptr&) override { accepted = true; }
  void on_refused(socket_slot& gone, const error& why) override { on_ended(gone, why); }
  void on_ended(socket_slot& gone, const error& why) override {
    ended = why.code;
    slot = nullptr;
    forget(gone);
  }
  void on_answer(socket_slot&, const origin& to, const dialects::wire_event&) override {
    if (to.ack) answered.push_back(*to.ack);
  }
  void on_question(socket_slot&, const domain_event&, std::uint64_t) override {}

  socket_slot* slot = nullptr;
  bool accepted = false;
  std::vector<std::uint64_t> answered;
  std::optional<errc> ended;
};

struct client {
  std::unique_ptr<played_connection> over = std::make_unique<played_connection>();
  std::unique_ptr<played_peer> peer;
};

class stage {
 public:
  /// Runs `work` on the shard's thread; returns what it returns.
  template <class Work>
  auto on_shard(Work work) {
    std::packaged_task<decltype(work())()> task{std::move(work)};
    auto done = task.get_future();
    shard().post([&task] { task(); });
    return done.get();
  }

  /// Whether `condition`, looked at on the shard's thread, holds within some seconds.
  template <class Condition>
  bool eventually(Condition condition) {
    for (int tries = 0; tries < 5000; ++tries) {
      if (on_shard(condition)) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    return false;
  }

  explicit stage(const char* namespaces = "/=hub") : config_{make_config()}, system_{*config_} {
    on_shard([this, namespaces] {
      network_.emplace(
          shard(), system_, settings_,
          std::make_shared<const dialects::namespace_table>(*dialects::namespace_table::parse(namespaces)));
    });
    guardian_ = system_.spawn(guardian_actor, guardian_start{settings_, {network_->handle()}, 1, std::nullopt, [] {}});
    REQUIRE(eventually([this] { return network_->actors() != nullptr; }));
  }

  ~stage() {
    on_shard([this] {
      for (auto& each : clients_) each.peer->on_closed("");
    });
    caf::anon_send_exit(guardian_, caf::exit_reason::user_shutdown);
    while (system_.registry().running() > 1) std::this_thread::sleep_for(std::chrono::milliseconds{1});
    on_shard([this] { network_.reset(); });
    system_.await_actors_before_shutdown(false);
  }

  client& begin_to_enter(const std::string& user) {
    auto& who = clients_.emplace_back();
    on_shard([&] {
      who.over->info.query_user = user;
      who.peer = std::make_unique<played_peer>(*network_, *who.over, limits);
      who.peer->on_open();
    });
    return who;
  }

  client& enter(const std::string& user) {
    auto& who = begin_to_enter(user);
    REQUIRE(eventually([&] { return who.peer->accepted; }));
    return who;
  }

  void say(client& who, const char* event) {
    on_shard([&] { who.peer->on_message(event, false); });
  }

  bool hears(client& who, const std::string& text) {
    return eventually([&] { return who.over->sent.find(text) != std::string::npos; });
  }

  caf::actor_system& system() { return system_; }
  network_actor& network() { return *network_; }
  io_shard& shard() { return shard_scheduler::of(system_)[0]; }
  peer_limits limits;

 private:
  static std::unique_ptr<caf::actor_system_config> make_config() {
    auto made = std::make_unique<caf::actor_system_config>();
    caf::put(made->content, shard_scheduler::shards_option, std::int64_t{1});
    made->load<shard_scheduler>();
    return made;
  }

  static settings_ptr make_settings() {
    auto made = std::make_shared<settings>();
    made->auth->set({.development = true});
    made->presence_grace = std::chrono::milliseconds{10};
    return made;
  }

  std::unique_ptr<caf::actor_system_config> config_;
  caf::actor_system system_;
  settings_ptr settings_ = make_settings();
  std::optional<network_actor> network_;
  guardian_hdl guardian_;
  std::deque<client> clients_;
};

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

TEST_CASE("network: a client that sends faster than its rate is read more slowly, and loses nothing") {
  stage here;
  here.limits.commands_per_second = 50;
  auto& ann = here.enter("ann");
  const auto started = std::chrono::steady_clock::now();
  int said = 0;
  while (said < 60) {
    here.on_shard([&] {
      while (said < 60 && !ann.over->paused) {
        ann.peer->on_message("ping", false);
        ++said;
      }
    });
  }
  CHECK(std::chrono::steady_clock::now() - started >= std::chrono::milliseconds{150});
  CHECK(here.eventually([&] {
    const auto& text = ann.over->sent;
    std::size_t pongs = 0;
    for (auto at = text.find("\"pong\""); at != std::string::npos; at = text.find("\"pong\"", at + 1)) ++pongs;
    return pongs == 60;
  }));
}

TEST_CASE("network: a client that is behind with reading is not read until it has caught up") {
  stage here;
  auto& ann = here.enter("ann");
  here.on_shard([&] {
    CHECK_FALSE(ann.over->paused);
    ann.over->behind = true;
    ann.peer->on_message("ping", false);
    CHECK(ann.over->paused);
    ann.peer->on_drained();
    CHECK(ann.over->paused);
    ann.over->behind = false;
    ann.peer->on_drained();
    CHECK_FALSE(ann.over->paused);
  });
}

TEST_CASE("network: a session is told each message of a conversation once, live or replayed") {
  stage here{"/=messenger"};
  const auto& ann = here.enter("ann");
  const auto key = here.on_shard([&] { return ann.peer->slot->key; });
  const conversation_id talk{"talk"};
  const auto topic = topic_of(talk);
  const auto tell = [&](sequence seq, addressees to, bool replayed = false) {
    message what;
    what.conversation = talk;
    what.seq = what.rev = seq;
    what.sender.id_json = what.content = "1";
    delivery made{make_event({}, event::message_received{std::move(what)}), std::move(to)};
    made.replayed = replayed;
    caf::anon_send(here.network().handle(), deliver{std::make_shared<const delivery>(std::move(made))});
  };
  const to_sessions her{{key}};
  const auto replay = [&](sequence from, sequence upto) {
    for (auto seq = from; seq <= upto; ++seq) tell(seq, her, true);
  };
  tell(4, her);  // by her presence
  replay(2, 5);
  tell(5, her);  // overtaken by its replay
  caf::anon_send(here.network().handle(), subscribe{topic, key, talk, 0, {}, 6, 6});
  tell(7, to_topics{{topic}});
  replay(4, 7);
  replay(9, 9);  // by a new owner, which tells it again
  for (sequence seq = 8; seq <= 10; ++seq) tell(seq, to_topics{{topic}});
  caf::anon_send(here.network().handle(), unsubscribe{topic, key});
  replay(1, 11);
  tell(12, her);
  REQUIRE(here.hears(ann, "\"seq\":12,"));
  std::string told;
  for (auto at = ann.over->sent.find("\"seq\":"); at != std::string::npos; at = ann.over->sent.find("\"seq\":", at + 1))
    told += std::to_string(std::stoi(ann.over->sent.substr(at + 6))) + ' ';
  CHECK(told == "4 2 3 5 7 6 9 8 10 1 11 12 ");
}
