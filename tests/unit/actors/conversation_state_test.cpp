#include <doctest/doctest.h>

#include "actors/state/call_line.hpp"
#include "actors/state/receipts_state.hpp"
#include "actors/state/typing_state.hpp"

using namespace parley;
using namespace std::chrono_literals;

namespace {

const timestamp start{24h};

const auto first = session_key::make(0, 1, 1);
const auto second = session_key::make(0, 2, 2);

participant user(const std::string& id) {
  auto who = std::make_shared<identity>();
  who->id = user_id{id};
  return {who, {}};
}

person someone(const std::string& id) { return {user_id{id}, "\"" + id + "\""}; }

receipts_state among(std::initializer_list<const char*> names) {
  std::vector<member> members;
  for (const auto* name : names) members.push_back({someone(name), 0, 0});
  receipts_state state;
  state.reset(members);
  return state;
}

message_mark message_of(sequence seq, const char* sender) {
  return {seq, message_id{"m" + std::to_string(seq)}, user_id{sender}};
}

std::vector<status_change> raise(receipts_state& state, const char* who, message_status to, sequence upto) {
  const auto raised = state.raised(user_id{who}, to, upto);
  return raised ? state.apply({*raised}, {}) : std::vector<status_change>{};
}

}  // namespace

TEST_CASE("typing: a start is told, its repetitions are not until some time has passed") {
  typing_state typing{6s, 2s};
  CHECK(typing.start(user("a"), first, start));
  CHECK_FALSE(typing.start(user("a"), first, start + 1s));
  CHECK(typing.start(user("a"), first, start + 2s));
}

TEST_CASE("typing: it ends a while after the last start, not the first") {
  typing_state typing{6s, 2s};
  typing.start(user("a"), first, start);
  typing.start(user("a"), first, start + 5s);
  CHECK(typing.expire(start + 6s).empty());
  CHECK(*typing.next() == start + 11s);
  CHECK(typing.expire(start + 11s).size() == 1);
  CHECK(typing.empty());
  CHECK_FALSE(typing.next());
}

TEST_CASE("typing: who stops was typing, or was not") {
  typing_state typing{6s, 2s};
  typing.start(user("a"), first, start);
  CHECK(typing.stop(user_id{"a"}));
  CHECK_FALSE(typing.stop(user_id{"a"}));
}

TEST_CASE("typing: it ends with the session that typed, unless another one types, too") {
  typing_state typing{6s, 2s};
  typing.start(user("a"), first, start);
  CHECK_FALSE(typing.leave(second));
  typing.start(user("a"), second, start);
  CHECK_FALSE(typing.leave(first));
  CHECK(typing.leave(second));
  CHECK(typing.empty());
}

TEST_CASE("receipts: a message is delivered when each recipient has it, and read when each has read it") {
  auto state = among({"ann", "ben", "cid"});
  state.remember(message_of(1, "ann"));
  CHECK(raise(state, "ben", message_status::read, 1).empty());
  const auto delivered = raise(state, "cid", message_status::delivered, 1);
  REQUIRE(delivered.size() == 1);
  CHECK(delivered[0].now == message_status::delivered);
  const auto read = raise(state, "cid", message_status::read, 1);
  REQUIRE(read.size() == 1);
  CHECK(read[0].now == message_status::read);
  CHECK(read[0].what.id.str() == "m1");
}

TEST_CASE("receipts: reading one means reading all before it") {
  auto state = among({"ann", "ben"});
  for (sequence seq = 1; seq <= 3; ++seq) state.remember(message_of(seq, "ann"));
  CHECK(raise(state, "ben", message_status::read, 3).size() == 3);
}

TEST_CASE("receipts: a status never goes back") {
  auto state = among({"ann", "ben"});
  state.remember(message_of(1, "ann"));
  raise(state, "ben", message_status::read, 1);
  CHECK_FALSE(state.raised(user_id{"ben"}, message_status::delivered, 1));
  CHECK_FALSE(state.raised(user_id{"ben"}, message_status::read, 0));
  CHECK(state.status_of(1, user_id{"ann"}) == message_status::read);
}

TEST_CASE("receipts: a sender's own position is of no account for their messages") {
  auto state = among({"ann", "ben"});
  state.remember(message_of(1, "ann"));
  CHECK(raise(state, "ann", message_status::read, 1).empty());
  CHECK(state.status_of(1, user_id{"ann"}) == message_status::sent);
  CHECK(state.status_of(1, user_id{"ben"}) == message_status::read);
}

TEST_CASE("receipts: alone, nothing is ever read") {
  auto state = among({"ann"});
  CHECK(state.status_of(1, user_id{"ann"}) == message_status::sent);
}

TEST_CASE("receipts: who joined later is of no account for what was sent before") {
  auto state = among({"ann"});
  state.add(someone("cid"), 3);
  CHECK(state.status_of(3, user_id{"ann"}) == message_status::sent);
  CHECK(state.status_of(4, user_id{"ann"}) == message_status::sent);
  raise(state, "cid", message_status::read, 4);
  CHECK(state.status_of(3, user_id{"ann"}) == message_status::sent);
  CHECK(state.status_of(4, user_id{"ann"}) == message_status::read);
}

TEST_CASE("receipts: when the one who was waited for is gone, statuses rise") {
  auto state = among({"ann", "ben", "cid"});
  for (sequence seq = 1; seq <= 3; ++seq) state.remember(message_of(seq, "ann"));
  raise(state, "ben", message_status::read, 2);
  const auto risen = state.remove(user_id{"cid"}, {});
  REQUIRE(risen.size() == 2);
  CHECK(risen.back().what.seq == 2);
  CHECK(risen.back().now == message_status::read);
  CHECK(state.remove(user_id{"ben"}, {}).empty());
}

TEST_CASE("receipts: only so many messages are remembered, and it is known which") {
  auto state = among({"ann", "ben"});
  const sequence count = receipts_state::max_remembered + 10;
  for (sequence seq = 1; seq <= count; ++seq) state.remember(message_of(seq, "ann"));
  CHECK_FALSE(state.remembers_after(0, count));
  CHECK(state.remembers_after(10, count));
  CHECK(state.remembers_after(count, count));
}

namespace {
const conversation_id talk{"talk"};
const user_id ann{"ann"};
}  // namespace

TEST_CASE("call: only those in it end it, and only where it is") {
  using command::call_step;
  const user_id eve{"eve"};
  call_line line;
  CHECK(line.take(call_step::offer, {talk, "1"}, ann, true) == call_line::verdict::ring);
  CHECK(line.take(call_step::hangup, {conversation_id{"other"}, "1"}, ann, true) == call_line::verdict::relay);
  CHECK(line.take(call_step::hangup, {talk, "1"}, eve, true) == call_line::verdict::relay);
  CHECK(line.busy());
  CHECK(line.take(call_step::offer, {conversation_id{"other"}, "1"}, eve, true) == call_line::verdict::busy);
  CHECK(line.take(call_step::hangup, {talk, "1"}, ann, false) == call_line::verdict::declined);
  CHECK_FALSE(line.busy());
}

TEST_CASE("call: an offer rings, a second call is busy, a hangup frees the line") {
  using command::call_step;
  call_line line;
  CHECK(line.take(call_step::offer, {talk, "1"}, ann, true) == call_line::verdict::ring);
  CHECK(line.take(call_step::offer, {talk, "2"}, ann, true) == call_line::verdict::busy);
  CHECK(line.take(call_step::answer, {talk, "1"}, ann, false) == call_line::verdict::answered);
  CHECK(line.take(call_step::answer, {talk, "1"}, ann, false) == call_line::verdict::note);
  CHECK(line.unanswered(line.round()) == call_line::lapse::none);
  CHECK(line.take(call_step::hangup, {talk, "1"}, ann, true) == call_line::verdict::relay);
  CHECK_FALSE(line.busy());
  CHECK(line.take(call_step::offer, {talk, "2"}, ann, true) == call_line::verdict::ring);
  CHECK(line.unanswered(line.round()) == call_line::lapse::callee);
  CHECK_FALSE(line.busy());
}

TEST_CASE("call: who calls is busy too, until it is answered and over, or nobody says how it ended") {
  using command::call_step;
  call_line line;
  CHECK(line.take(call_step::offer, {talk, "1"}, ann, false) == call_line::verdict::called);
  CHECK(line.take(call_step::offer, {talk, "2"}, ann, true) == call_line::verdict::busy);
  SUBCASE("answered") {
    CHECK(line.take(call_step::answer, {talk, "1"}, ann, true) == call_line::verdict::relay);
    CHECK(line.unanswered(line.round()) == call_line::lapse::none);
    CHECK(line.busy());
  }
  SUBCASE("not answered") {
    CHECK(line.unanswered(line.round()) == call_line::lapse::caller);
    CHECK_FALSE(line.busy());
  }
}
