#include "actors/conversation.hpp"

#include <algorithm>

#include <caf/typed_event_based_actor.hpp>

#include "tests/unit/actors/support/messaging.hpp"

using namespace parley;
using namespace parley::test;
using namespace std::chrono_literals;

namespace {

/// Sessions that speak messenger, and the conversation `talk` between ann and ben.
struct talking : messaging {
  /// As a network actor says: ben's sessions got all up to there.
  void written(sequence upto) {
    caf::anon_send(actors().registry_for(talk.str()),
                   registry_conversation{talk, messages_written{upto, {user_id{"ben"}}}});
    run();
  }

  /// As an owner before this one might, when nobody expects it any more.
  void append_elsewhere(sequence last) {
    using writer = caf::typed_actor<caf::reacts_to<resumed>>;
    system().spawn([this, last](writer::pointer self) -> writer::behavior_type {
      message made;
      made.id = message_id{"late"};
      made.sender = {user_id{"ben"}, "\"ben\""};
      made.content = "\"late\"";
      actors().store->write(
          self, [last, made](store& on) { on.append(talk, last, {made}); }, [](const auto&) {});
      return {[self](const resumed&) { self->quit(); }};
    });
    run();
  }
};

}  // namespace

TEST_CASE_FIXTURE(talking, "conversation: messages are numbered in order, acknowledged, and told to all members") {
  make_between(talk, {"ann", "ben"});
  const auto ann = join_as("ann", 0);
  const auto ben = join_as("ben", 1);
  say(ann, command::join_conversation{talk});
  for (const auto* text : {"one", "two", "three"}) post(ann, text);
  run();
  const auto accepted = outcomes<event::message_accepted>();
  REQUIRE(accepted.size() == 3);
  for (std::size_t at = 0; at < 3; ++at) CHECK(accepted[at].what.seq == at + 1);
  const auto here = heard<event::message_received>(1);
  REQUIRE(here.size() == 3);
  CHECK(here[2].what.content == "\"three\"");
  CHECK(std::get<to_sessions>(shard(1).deliveries.back().to).keys == std::vector{ben.key});
}

TEST_CASE_FIXTURE(talking, "conversation: the same client id is one message, also after it retired") {
  make_between(talk, {"ann", "ben"});
  const auto ann = join_as("ann");
  post(ann, "once", "k");
  post(ann, "once", "k");
  run();
  pass(61s);
  pass(61s);
  pass(61s);
  post(ann, "once", "k");
  run();
  const auto accepted = outcomes<event::message_accepted>();
  REQUIRE(accepted.size() == 3);
  for (const auto& each : accepted) CHECK(each.what.id == accepted[0].what.id);
  CHECK(heard<event::message_received>().size() == 1);
}

TEST_CASE_FIXTURE(talking, "conversation: one that nobody is in retires, and comes back with its number") {
  const auto running = [this] { return system().registry().running(); };
  const auto ann = join_as("ann");
  const auto before = running();
  post(ann, "first");
  run();
  CHECK(running() == before + 1);
  for (int minute = 0; minute < 3; ++minute) pass(61s);
  CHECK(running() == before);
  post(ann, "second");
  run();
  CHECK(outcomes<event::message_accepted>().back().what.seq == 2);
}

TEST_CASE_FIXTURE(talking, "conversation: typing ends by itself") {
  const auto ann = join_as("ann");
  const auto ben = join_as("ben");
  for (const auto& each : {ann, ben}) say(each, command::join_conversation{talk});
  run();
  say(ann, command::set_typing{talk, true});
  run();
  pass(5900ms);
  REQUIRE(heard<event::typing_changed>().size() == 1);
  CHECK(heard<event::typing_changed>()[0].on);
  CHECK(shard().deliveries.back().except == std::vector{ann.key});
  pass(200ms);
  REQUIRE(heard<event::typing_changed>().size() == 2);
  CHECK_FALSE(heard<event::typing_changed>()[1].on);
}

TEST_CASE_FIXTURE(talking, "conversation: typing ends when the message arrives, and when its user leaves") {
  const auto ann = join_as("ann");
  say(ann, command::join_conversation{talk});
  say(ann, command::set_typing{talk, true});
  post(ann, "there");
  run();
  CHECK(heard<event::typing_changed>().size() == 2);
  say(ann, command::set_typing{talk, true});
  run();
  const auto ben = join_as("ben");
  say(ben, command::join_conversation{talk});
  run();
  leave(ann);
  CHECK_FALSE(heard<event::typing_changed>().back().on);
}

TEST_CASE_FIXTURE(talking, "conversation: statuses rise with what was written and read") {
  make_between(talk, {"ann", "ben"});
  const auto ann = join_as("ann");
  const auto ben = join_as("ben");
  post(ann, "hello");
  run();
  const auto id = heard<event::message_received>().front().what.id;
  const auto reporting = std::find_if(shard().deliveries.begin(), shard().deliveries.end(),
                                      [](const delivery& each) { return each.reports; });
  REQUIRE(reporting != shard().deliveries.end());
  written(1);
  run();
  REQUIRE_FALSE(heard<event::message_status_changed>().empty());
  CHECK(heard<event::message_status_changed>().back().status == message_status::delivered);
  say(ben, command::acknowledge_message{talk, id, message_status::read});
  run();
  CHECK(heard<event::message_status_changed>().back().status == message_status::read);
  CHECK(outcomes<event::receipt_taken>().size() == 1);
  CHECK(heard<event::unread_changed>().back().unread == 0);
}

TEST_CASE_FIXTURE(talking, "conversation: strangers are refused, and a member who was removed is out") {
  make_between(talk, {"ann", "ben"});
  const auto eve = join_as("eve");
  say(eve, command::join_conversation{talk});
  run();
  CHECK(last_failure() == errc::forbidden);
  const auto ben = join_as("ben");
  say(ben, command::join_conversation{talk});
  run();
  CHECK(shard().listening.size() == 1);
  order(talk, remove_member{user_id{"ben"}});
  CHECK(shard().listening.empty());
  post(ben, "still here?");
  run();
  CHECK(last_failure() == errc::forbidden);
}

TEST_CASE_FIXTURE(talking, "conversation: a crash is told to the networks, and what is durable is there afterwards") {
  make_between(talk, {"ann", "ben"});
  const auto ann = join_as("ann");
  post(ann, "kept");
  run();
  crash(find_conversation(talk));
  REQUIRE(shard().failed_topics.size() == 1);
  CHECK(std::get<conversation_id>(shard().failed_topics[0].what) == talk);
  say(ann, command::list_history{.in = talk});
  run();
  REQUIRE(outcomes<event::history_listed>().size() == 1);
  CHECK(outcomes<event::history_listed>()[0].page.messages.size() == 1);
  post(ann, "next");
  run();
  CHECK(outcomes<event::message_accepted>().back().what.seq == 2);
}

TEST_CASE_FIXTURE(talking, "conversation: after the store crashed another one takes its place") {
  const auto ann = join_as("ann");
  crash(actors().store->writer());
  post(ann, "to the new one");
  run();
  CHECK(outcomes<event::message_accepted>().size() == 1);
}

TEST_CASE_FIXTURE(talking,
                  "conversation: what a store took with it when it crashed is refused, and can be sent again") {
  const auto ann = join_as("ann");
  caf::anon_send_exit(actors().store->writer(), caf::exit_reason::kill);
  post(ann, "lost", "k");
  run();
  REQUIRE(outcomes<event::message_accepted>().size() + outcomes<event::command_failed>().size() == 1);
  post(ann, "lost", "k");
  run();
  REQUIRE_FALSE(outcomes<event::message_accepted>().empty());
  CHECK(outcomes<event::message_accepted>().back().what.client_id == "k");
  CHECK(outcomes<event::message_accepted>().back().what.seq == 1);
}

TEST_CASE_FIXTURE(talking, "conversation: what another writer wrote is told to those who are here") {
  make_between(talk, {"ann", "ben"});
  const auto ann = join_as("ann");
  say(ann, command::join_conversation{talk});
  post(ann, "first");
  run();
  append_elsewhere(1);
  post(ann, "second", "k");
  run();
  CHECK(outcomes<event::message_accepted>().back().what.seq == 3);
  const auto said = heard<event::message_received>();
  REQUIRE(said.size() >= 3);
  CHECK(said[said.size() - 2].what.content == "\"late\"");
  CHECK(said.back().what.seq == 3);
}

TEST_CASE_FIXTURE(talking,
                  "conversation: what is replayed to a recipient counts as delivered, told with the last of it") {
  make_between(talk, {"ann", "ben"});
  const auto ann = join_as("ann");
  for (const auto* text : {"one", "two"}) post(ann, text);
  const auto ben = join_as("ben");
  post(ben, "three");
  run();
  shard().deliveries.clear();
  say(ben, command::replay_history{talk, 0});
  run();
  std::vector<delivery> replayed = shard().deliveries;
  REQUIRE(replayed.size() == 3);
  CHECK_FALSE(replayed[0].reports);
  CHECK(replayed[1].reports);
  CHECK_FALSE(replayed[2].reports);
  written(2);
  run();
  const auto told = heard<event::message_status_changed>();
  REQUIRE_FALSE(told.empty());
  CHECK(told.back().status == message_status::delivered);
  order(talk, describe_conversation{});
  CHECK(outcomes<event::conversation_described>().back().what.members[1].delivered == 2);
}

TEST_CASE_FIXTURE(talking, "conversation: a replay from beyond the end tells where the end is") {
  const auto ann = join_as("ann");
  post(ann, "one");
  run();
  say(ann, command::replay_history{talk, 99});
  run();
  CHECK(outcomes<event::history_replayed>().back().last == 1);
  CHECK(outcomes<event::history_replayed>().back().count == 0);
}

TEST_CASE_FIXTURE(talking, "conversation: a member who came later is no recipient of what was there") {
  make_between(talk, {"ann", "ben"});
  const auto ann = join_as("ann");
  post(ann, "before");
  run();
  order(talk, put_member{{user_id{"cid"}, "\"cid\""}});
  post(ann, "after");
  run();
  const auto posted = outcomes<event::message_accepted>();
  REQUIRE(posted.size() == 2);
  order(talk, list_receipts{posted[0].what.id});
  CHECK(outcomes<event::receipts_listed>().back().items.size() == 1);
  order(talk, list_receipts{posted[1].what.id});
  CHECK(outcomes<event::receipts_listed>().back().items.size() == 2);
}

TEST_CASE_FIXTURE(talking, "conversation: when the one who was waited for is removed, the sender is told") {
  make_between(talk, {"ann", "ben", "cid"});
  const auto ann = join_as("ann");
  const auto ben = join_as("ben");
  post(ann, "to both");
  run();
  const auto id = outcomes<event::message_accepted>().back().what.id;
  say(ben, command::acknowledge_message{talk, id, message_status::read});
  run();
  CHECK(heard<event::message_status_changed>().empty());
  SUBCASE("remembered") {}
  SUBCASE("read from the store") {
    for (int minute = 0; minute < 3; ++minute) pass(61s);
  }
  order(talk, remove_member{user_id{"cid"}});
  const auto told = heard<event::message_status_changed>();
  REQUIRE(told.size() == 1);
  CHECK(told[0].what == id);
  CHECK(told[0].status == message_status::read);
  CHECK(told[0].by.id == user_id{"cid"});
}

TEST_CASE_FIXTURE(talking, "conversation: who typed and is gone types no longer, though another session stays") {
  const auto ben = join_as("ben");
  const auto first = join_as("ann");
  const auto second = join_as("ann");
  for (const auto& each : {ben, first}) say(each, command::join_conversation{talk});
  run();
  // The second one types without having joined.
  say(second, command::set_typing{talk, true});
  run();
  REQUIRE(heard<event::typing_changed>().size() == 1);
  leave(second);
  REQUIRE(heard<event::typing_changed>().size() == 2);
  CHECK_FALSE(heard<event::typing_changed>().back().on);
}

TEST_CASE_FIXTURE(talking, "conversation: a reply is to a message that is here") {
  const auto ann = join_as("ann");
  post(ann, "first");
  run();
  say(ann, command::post_message{.in = conversation_id{"other"}, .content = "1"});
  run();
  const auto posted = outcomes<event::message_accepted>();
  REQUIRE(posted.size() == 2);
  const auto reply = [&](const message_id& to) {
    say(ann, command::post_message{.in = talk, .content = "\"re\"", .reply_to = to});
    run();
  };
  for (const auto& unknown : {posted[1].what.id, message_id{"none"}}) {
    reply(unknown);
    CHECK(last_failure() == errc::invalid_payload);
  }
  reply(posted[0].what.id);
  CHECK(outcomes<event::message_accepted>().back().what.seq == 2);
}

TEST_CASE_FIXTURE(talking, "conversation: who sends again is answered with what is kept") {
  const auto ann = join_as("ann");
  const auto send = [&](const char* words) {
    say(ann, command::post_message{.in = talk, .content = "\"x\"", .client_id = "k", .words = words});
    run();
    return outcomes<event::message_accepted>().back().what;
  };
  const auto first = send("first");
  CHECK(send("second").words == "first");
  say(ann, command::edit_message{{}, first.id, "\"y\"", "edited"});
  run();
  CHECK(send("third").words == "edited");
  CHECK(send("fourth").content == "\"y\"");
}
