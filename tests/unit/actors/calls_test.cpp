// Calls: whose line is busy, and until when.
#include "tests/unit/actors/support/messaging.hpp"

using namespace parley;
using namespace parley::test;
using namespace std::chrono_literals;
using command::call_step;

namespace {

struct calling : messaging {
  void call(const player& who, call_step step, const std::string& name, const std::string& to) {
    say(who, command::relay_call{talk, step, name, user_id{to}, "null"});
    run();
  }
  std::size_t count(event::call_state of) {
    std::size_t found = 0;
    for (const auto& each : heard<event::call_changed>()) found += each.state == of ? 1 : 0;
    return found;
  }
  std::size_t rings() { return count(event::call_state::ringing); }
};

}  // namespace

TEST_CASE_FIXTURE(calling, "calls: who called in vain is free again") {
  const auto ann = join_as("ann");
  const auto ben = join_as("ben");
  const auto cid = join_as("cid");
  SUBCASE("nobody is there") { call(ann, call_step::offer, "1", "nobody"); }
  SUBCASE("the line is busy") {
    call(ben, call_step::offer, "0", "cid");
    REQUIRE(rings() == 1);
    call(ann, call_step::offer, "1", "ben");
    CHECK(count(event::call_state::busy) == 1);
    call(ben, call_step::hangup, "0", "cid");
  }
  const auto before = rings();
  call(cid, call_step::offer, "2", "ann");
  CHECK(rings() == before + 1);
}

TEST_CASE_FIXTURE(calling, "calls: nobody answers, and both are told") {
  const auto ann = join_as("ann");
  const auto ben = join_as("ben");
  call(ann, call_step::offer, "1", "ben");
  CHECK(rings() == 1);
  pass(44s);
  CHECK(heard<event::call_changed>().size() == 1);
  pass(2s);
  CHECK(heard<event::call_changed>().size() == 3);
  CHECK(heard<event::call_changed>().back().state == event::call_state::no_answer);
}

TEST_CASE_FIXTURE(calling, "calls: when one device answers or declines, the others stop ringing") {
  const auto ann = join_as("ann");
  const auto phone = join_as("ben");
  const auto desk = join_as("ben");
  call(ann, call_step::offer, "1", "ben");
  shard().deliveries.clear();
  SUBCASE("answers") { call(phone, call_step::answer, "1", "ann"); }
  SUBCASE("declines") { call(phone, call_step::hangup, "1", "ann"); }
  std::vector<session_key> told;
  for (const auto& each : shard().deliveries)
    if (std::get<event::call_relayed>(each.what->body).payload.find("elsewhere") != std::string::npos)
      for (const auto key : std::get<to_sessions>(each.to).keys) told.push_back(key);
  CHECK(told == std::vector{desk.key});
}

TEST_CASE_FIXTURE(calling, "calls: the line of a session that is gone is free for the next call, not for its own") {
  const auto ann = join_as("ann");
  const auto stays = join_as("ann");
  const auto ben = join_as("ben");
  const auto cid = join_as("cid");
  call(ann, call_step::offer, "1", "ben");
  call(ben, call_step::answer, "1", "ann");
  call(cid, call_step::offer, "2", "ann");
  CHECK(count(event::call_state::busy) == 1);
  leave(ann);
  call(ben, call_step::offer, "1", "ann");  // within the call
  CHECK(rings() == 1);
  call(cid, call_step::offer, "3", "ann");
  CHECK(rings() == 2);
  CHECK(count(event::call_state::busy) == 1);
}

TEST_CASE_FIXTURE(calling, "calls: who is called and goes did not answer") {
  const auto ann = join_as("ann");
  const auto ben = join_as("ben");
  call(ann, call_step::offer, "1", "ben");
  leave(ben);
  CHECK(count(event::call_state::no_answer) == 0);
  pass(how.presence_grace);
  CHECK(count(event::call_state::no_answer) == 1);
}
