// What a session takes itself to be in: conversations that let it in, refused it, or threw it out.
#include <algorithm>

#include "tests/unit/actors/support/messaging.hpp"

using namespace parley;
using namespace parley::test;

namespace {

struct joining : messaging {
  void join(const player& who, const conversation_id& id) {
    say(who, command::join_conversation{id});
    run();
  }
  void is_in_and_leaves(const player& who) {
    CHECK(was_let_in());
    CHECK(shard().listening.size() == 1);
    say(who, command::leave_conversation{talk});
    run();
    CHECK(std::holds_alternative<event::conversation_left>(shard().outcomes.back().what->body));
    CHECK(shard().listening.empty());
  }
  bool was_let_in() { return std::holds_alternative<event::conversation_joined>(shard().outcomes.back().what->body); }
};

conversation_id numbered(int number) { return conversation_id{"talk" + std::to_string(number)}; }

}  // namespace

TEST_CASE_FIXTURE(joining, "joining: what refused a session does not count among what it is in") {
  const auto ann = join_as("ann");
  for (int number = 0; number < 5; ++number) {
    make_between(numbered(number), {"ben"});
    join(ann, numbered(number));
    CHECK(last_failure() == errc::forbidden);
  }
  for (int number = 5; number < 8; ++number) {
    join(ann, numbered(number));
    CHECK(was_let_in());
  }
  join(ann, numbered(8));
  CHECK(last_failure() == errc::limit_reached);
}

TEST_CASE_FIXTURE(joining, "joining: who was removed from a conversation is not in it") {
  const auto ann = join_as("ann");
  for (int number = 0; number < 3; ++number) {
    make_between(numbered(number), {"ann"});
    join(ann, numbered(number));
  }
  order(numbered(0), remove_member{user_id{"ann"}});
  say(ann, command::leave_conversation{numbered(0)});
  run();
  CHECK(last_failure() == errc::not_a_member);
  join(ann, numbered(3));
  CHECK(was_let_in());
}

TEST_CASE_FIXTURE(joining,
                  "joining: what is said of an earlier stay, or an earlier join, leaves a join under way alone") {
  const auto ann = join_as("ann");
  say(ann, command::join_conversation{talk});
  SUBCASE("thrown out before") { caf::anon_send(ann.session, conversation_lost{talk, false}); }
  SUBCASE("refused before") {
    say(ann, command::join_conversation{talk});
    caf::anon_send(ann.session, conversation_lost{talk, true});
  }
  run();
  is_in_and_leaves(ann);
}

TEST_CASE_FIXTURE(joining, "joining: in and out and in again is in") {
  const auto ann = join_as("ann");
  say(ann, command::join_conversation{talk});
  say(ann, command::leave_conversation{talk});
  say(ann, command::join_conversation{talk});
  run();
  is_in_and_leaves(ann);
}

TEST_CASE_FIXTURE(joining, "joining: who was in it where it was before, and may not be in it, stops hearing it") {
  const auto ann = join_as("ann");
  make_between(talk, {"ann"});
  join(ann, talk);
  const auto listening = shard().listening;
  REQUIRE(listening.size() == 1);
  order(talk, remove_member{user_id{"ann"}});
  // A shard that has not heard of it, as the owner before died, tells the new one.
  shard().listening = listening;
  const auto before = shard().outcomes.size();
  caf::anon_send(actors().registry_for(talk.str()),
                 registry_conversation{talk, enter_conversation{ann.key, shard().accepted.back().user, {}, true, 0}});
  run();
  CHECK(shard().listening.empty());
  CHECK(shard().outcomes.size() == before);
}

TEST_CASE_FIXTURE(joining, "joining: what was on its way to a registry that crashed is asked again, once") {
  const auto ann = join_as("ann");
  const auto before = shard().outcomes.size();
  crash(actors().registry_for(talk.str()));
  join(ann, talk);
  CHECK(shard().outcomes.size() == before);
  for (int round = 0; round < 2; ++round) {
    caf::anon_send(ann.session, owners_changed{shard().core});
    run();
    REQUIRE(shard().outcomes.size() == before + 1);
    CHECK(was_let_in());
  }
}

TEST_CASE_FIXTURE(joining, "joining: who asks of conversations that there are not keeps none of them in memory") {
  const auto ann = join_as("ann");
  for (int number = 0; number < 100; ++number) {
    say(ann, command::list_history{.in = numbered(number)});
    run();
    CHECK(std::holds_alternative<event::history_listed>(shard().outcomes.back().what->body));
    CHECK_FALSE(find_conversation(numbered(number)));
  }
}

TEST_CASE_FIXTURE(joining, "joining: more conversations than may be in memory are refused, and to leave is not") {
  const auto ann = join_as("ann");
  int number = 0;
  do {
    REQUIRE(number < 100);
    say(ann, command::post_message{.in = numbered(++number), .content = "1"});
    run();
  } while (find_conversation(numbered(number)));
  CHECK(last_failure() == errc::overloaded);
  CHECK_FALSE(find_conversation(numbered(number)));
  for (int minute = 0; minute < 3; ++minute) pass(std::chrono::seconds{61});
  say(ann, command::list_history{.in = numbered(number)});
  run();
  CHECK(std::holds_alternative<event::history_listed>(shard().outcomes.back().what->body));
}
