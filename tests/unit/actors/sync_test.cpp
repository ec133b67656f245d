// What a session is told when it asks for what it missed, and what each change of a conversation is told with.
#include <algorithm>

#include "tests/unit/actors/support/messaging.hpp"

using namespace parley;
using namespace parley::test;
using namespace std::chrono_literals;

namespace {

struct syncing : messaging {
  /// As an owner before this one might, when nobody expects it any more.
  void append_elsewhere(sequence last, const std::string& id) {
    using writer = caf::typed_actor<caf::reacts_to<resumed>>;
    system().spawn([this, last, id](writer::pointer self) -> writer::behavior_type {
      message made;
      made.id = message_id{id};
      made.sender = {user_id{"ben"}, "\"ben\""};
      made.content = '"' + id + '"';
      actors().store->write(
          self, [last, made](store& on) { on.append(talk, last, {made}); }, [](const auto&) {});
      return {[self](const resumed&) { self->quit(); }};
    });
    run();
  }

  struct told {
    std::vector<sequence> numbers;
    event::history_replayed outcome;
  };

  told replay(const player& who, command::replay_history what) {
    shard().deliveries.clear();
    say(who, std::move(what));
    run();
    told made;
    for (const auto& each : shard().deliveries)
      if (each.replayed) made.numbers.push_back(std::get<event::message_received>(each.what->body).what.seq);
    made.outcome = outcomes<event::history_replayed>().back();
    return made;
  }

  message_id post_some(const player& who, int count) {
    for (int number = 0; number < count; ++number) post(who, std::to_string(number));
    run();
    return outcomes<event::message_accepted>().back().what.id;
  }

  std::vector<event::unread_changed> unread_after(any_command what, const player& by) {
    shard().deliveries.clear();
    say(by, std::move(what));
    run();
    return heard<event::unread_changed>();
  }
};

using numbers = std::vector<sequence>;

}  // namespace

TEST_CASE_FIXTURE(syncing, "conversation: a replay ends where the live events go on, though more is durable already") {
  make_between(talk, {"ann", "ben"});
  const auto ann = join_as("ann");
  post_some(ann, 2);
  append_elsewhere(2, "nobody was told of this");
  const auto said = replay(ann, {talk, 0});
  CHECK(said.numbers == numbers{1, 2});
  CHECK(said.outcome.last == 2);
  CHECK_FALSE(said.outcome.more);
  CHECK(said.outcome.rev == 2);
}

TEST_CASE_FIXTURE(syncing, "conversation: what the shard knows a session to have is not replayed") {
  make_between(talk, {"ann", "ben"});
  const auto ann = join_as("ann");
  post_some(ann, 9);
  CHECK(replay(ann, {talk, 2, {}, {{2, 4}, {6, 7}}}).numbers == numbers{5, 8, 9});
  const auto nothing = replay(ann, {talk, 2, {}, {{3, 9}}});
  CHECK(nothing.numbers.empty());
  CHECK(nothing.outcome.last == 9);
  CHECK_FALSE(nothing.outcome.more);
}

TEST_CASE_FIXTURE(syncing, "conversation: a replay's pages follow each other without what is known") {
  make_between(talk, {"ann", "ben"});
  const auto ann = join_as("ann");
  post_some(ann, 450);
  const std::vector<number_range> heard{{201, 430}};
  const auto first = replay(ann, {talk, 0, {}, heard});
  CHECK(first.numbers.size() == 200);
  CHECK(first.outcome.more);
  CHECK(first.outcome.last == 430);
  const auto second = replay(ann, {talk, first.outcome.last, {}, heard});
  CHECK(second.numbers.front() == 431);
  CHECK(second.numbers.size() == 20);
  CHECK_FALSE(second.outcome.more);
  const auto whole = replay(ann, {talk, 0, {}, {{201, 450}}});
  CHECK_FALSE(whole.outcome.more);
  CHECK(whole.outcome.last == 450);
}

TEST_CASE_FIXTURE(syncing, "conversation: a replay waits while all are told what another writer wrote") {
  make_between(talk, {"ann", "ben"});
  const auto ann = join_as("ann");
  say(ann, command::join_conversation{talk});
  post_some(ann, 1);
  append_elsewhere(1, "late");
  shard().deliveries.clear();
  // The first finds the conflict; the replay comes when that is being made good.
  post(ann, "next", "k");
  say(ann, command::replay_history{talk, 0});
  run();
  std::vector<sequence> live;
  std::vector<sequence> replayed;
  for (const auto& each : shard().deliveries)
    if (const auto* received = std::get_if<event::message_received>(&each.what->body);
        received != nullptr && (each.replayed || std::holds_alternative<to_topics>(each.to)))
      (each.replayed ? replayed : live).push_back(received->what.seq);
  CHECK(live == numbers{2, 3});
  CHECK(std::is_sorted(replayed.begin(), replayed.end()));
  REQUIRE_FALSE(outcomes<event::history_replayed>().empty());
  CHECK(outcomes<event::history_replayed>().back().count == replayed.size());
}

TEST_CASE_FIXTURE(syncing, "conversation: each change tells the next revision, in its event and its outcome") {
  make_between(talk, {"ann", "ben"});
  const auto ann = join_as("ann");
  const auto id = post_some(ann, 2);
  CHECK(outcomes<event::message_accepted>().back().what.rev == 2);
  say(ann, command::edit_message{talk, id, "\"x\""});
  say(ann, command::react_to_message{talk, id, "+"});
  say(ann, command::react_to_message{talk, id, "+"});
  say(ann, command::delete_message{talk, id});
  run();
  CHECK(heard<event::message_edited>().back().what.rev == 3);
  CHECK(heard<event::message_reacted>().back().rev == 4);
  CHECK(outcomes<event::message_reacted>().back().rev == 0);
  CHECK(outcomes<event::message_deleted>().back().rev == 5);
  order(talk, describe_conversation{});
  CHECK(outcomes<event::conversation_described>().back().what.rev == 5);
}

TEST_CASE_FIXTURE(syncing, "conversation: with a revision a replay tells changes first, and then messages") {
  make_between(talk, {"ann", "ben"});
  const auto ann = join_as("ann");
  const auto id = post_some(ann, 1);
  for (int number = 0; number < 45; ++number) say(ann, command::react_to_message{talk, id, std::to_string(number)});
  say(ann, command::edit_message{talk, id, "\"x\""});
  post_some(ann, 3);
  shard().deliveries.clear();
  say(ann, command::replay_history{talk, 1, 40});
  run();
  std::vector<revision> revs;
  for (const auto& each : shard().deliveries)
    if (const auto* reacted = std::get_if<event::message_reacted>(&each.what->body)) revs.push_back(reacted->rev);
  CHECK(revs == std::vector<revision>{41, 42, 43, 44, 45, 46});
  CHECK(heard<event::message_edited>().back().what.rev == 47);
  CHECK(std::holds_alternative<event::message_received>(shard().deliveries.back().what->body));
  const auto done = outcomes<event::history_replayed>().back();
  CHECK(done.count == 10);
  CHECK(done.rev == 50);
  CHECK(done.after_rev == 40);
}

TEST_CASE_FIXTURE(syncing, "conversation: a receipt is answered with the status that the message has") {
  make_between(talk, {"ann", "ben", "cid"});
  const auto ann = join_as("ann");
  const auto ben = join_as("ben");
  const auto cid = join_as("cid");
  const auto id = post_some(ann, 1);
  const auto answer = [&](const player& who, message_status status) {
    say(who, command::acknowledge_message{talk, id, status});
    run();
    return outcomes<event::receipt_taken>().back().status;
  };
  CHECK(answer(ben, message_status::read) == message_status::sent);
  CHECK(answer(cid, message_status::delivered) == message_status::delivered);
  CHECK(answer(cid, message_status::read) == message_status::read);
  for (const auto& who : {ben, cid}) CHECK(answer(who, message_status::delivered) == message_status::read);
}

TEST_CASE_FIXTURE(syncing, "conversation: who had not read a deleted message is told what is left to read") {
  make_between(talk, {"ann", "ben", "cid"});
  const auto ann = join_as("ann");
  const auto ben = join_as("ben");
  join_as("cid");
  post_some(ann, 3);
  std::vector<message_id> ids;
  for (const auto& each : outcomes<event::message_accepted>()) ids.push_back(each.what.id);
  say(ben, command::acknowledge_message{talk, ids[1], message_status::read});
  run();
  // Ben has read it, and the sender waits for nothing.
  const auto first = unread_after(command::delete_message{talk, ids[0]}, ann);
  REQUIRE(first.size() == 1);
  CHECK(first[0].unread == 2);
  CHECK(first[0].last_read == 0);
  const auto second = unread_after(command::delete_message{talk, ids[2]}, ann);
  REQUIRE(second.size() == 2);
  CHECK(std::min(second[0].unread, second[1].unread) == 0);
  CHECK(std::max(second[0].last_read, second[1].last_read) == 2);
}
