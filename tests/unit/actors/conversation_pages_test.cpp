// Pages of old messages: what of them fits into one answer.
#include <caf/typed_event_based_actor.hpp>

#include "tests/unit/actors/support/messaging.hpp"

using namespace parley;
using namespace parley::test;

namespace {

struct pages : messaging {
  /// The sequences of the page that a client gets, and whether there is more.
  std::pair<std::vector<sequence>, bool> page(std::optional<sequence> before, std::optional<sequence> after) {
    say(*reader, command::list_history{.in = talk, .before = before, .after = after});
    run();
    const auto found = outcomes<event::history_listed>().back().page;
    std::vector<sequence> numbers;
    for (const auto& each : found.messages) numbers.push_back(each.seq);
    return {numbers, found.more};
  }

  void posted(std::initializer_list<const char*> contents) {
    reader = join_as("ann");
    for (const auto* content : contents) say(*reader, command::post_message{.in = talk, .content = content});
    run();
  }

  std::optional<player> reader;
};

using numbers = std::vector<sequence>;
constexpr auto one = "\t\"AQ==\"";
constexpr auto five = "[\t\"AQ==\",\t\"AQ==\",\t\"AQ==\",\t\"AQ==\",\t\"AQ==\"]";
constexpr auto lookalike = R"({"_placeholder":true,"num":0})";

}  // namespace

TEST_CASE_FIXTURE(pages, "conversation: a page has no more binary values than a packet has attachments") {
  posted({five, "\"text\"", five, one, five});
  CHECK(page({}, 0) == std::pair{numbers{1, 2, 3}, true});
  CHECK(page({}, 3) == std::pair{numbers{4, 5}, false});
  CHECK(page({}, {}) == std::pair{numbers{4, 5}, true});
  CHECK(page(4, {}) == std::pair{numbers{1, 2, 3}, false});
}

TEST_CASE_FIXTURE(pages, "conversation: a page has binary values or what looks like one's placeholder") {
  posted({one, "\"text\"", lookalike, lookalike, one});
  CHECK(page({}, 0) == std::pair{numbers{1, 2}, true});
  CHECK(page({}, 2) == std::pair{numbers{3, 4}, true});
  CHECK(page({}, {}) == std::pair{numbers{5}, true});
}
