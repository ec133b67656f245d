// What the network actor reads of its clients, and what it tells them: how fast, and how often.
#include "tests/unit/net/support/network_stage.hpp"

using namespace parley;
using namespace parley::net;

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
  auto& ann = here.enter("ann");
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
