// Reactions to a message: how many, and who is told.
#include "tests/unit/actors/support/messaging.hpp"

using namespace parley;
using namespace parley::test;

TEST_CASE_FIXTURE(messaging, "conversation: a message has so many different reactions and no more") {
  const auto ann = join_as("ann");
  post(ann, "first");
  run();
  const auto id = outcomes<event::message_accepted>().back().what.id;
  const auto react = [&](const std::string& emoji, bool remove = false) {
    say(ann, command::react_to_message{talk, id, emoji, remove});
    run();
  };
  for (int number = 0; number < 50; ++number) react(std::to_string(number));
  CHECK(outcomes<event::message_reacted>().back().counts.size() == 50);
  react("one more");
  CHECK(last_failure() == errc::limit_reached);
  react("7");
  CHECK(outcomes<event::message_reacted>().back().counts.size() == 50);
  react("7", true);
  react("one more");
  CHECK(outcomes<event::message_reacted>().back().counts.contains("one more"));
}

TEST_CASE_FIXTURE(messaging, "conversation: a reaction that changes nothing is answered and not told") {
  const auto ann = join_as("ann");
  say(ann, command::join_conversation{talk});
  post(ann, "hi");
  run();
  const auto id = outcomes<event::message_accepted>().back().what.id;
  const auto told = [&](bool remove) {
    const auto before = heard<event::message_reacted>().size();
    const auto answered = outcomes<event::message_reacted>().size();
    say(ann, command::react_to_message{talk, id, "+", remove});
    run();
    CHECK(outcomes<event::message_reacted>().size() == answered + 1);
    return heard<event::message_reacted>().size() > before;
  };
  CHECK_FALSE(told(true));
  CHECK(told(false));
  CHECK_FALSE(told(false));
  CHECK(told(true));
}
