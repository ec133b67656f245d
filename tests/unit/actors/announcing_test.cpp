// Chat's users who announce themselves, and the lists of users that all of chat get.
#include <algorithm>
#include <string>
#include <vector>

#include "actors/directory.hpp"
#include "protocol/json/json.hpp"
#include "tests/unit/actors/support/fixture.hpp"

using namespace parley;
using namespace parley::test;
using namespace std::chrono_literals;

namespace {

class chat_world : public actor_world {
 public:
  chat_world() { hears = {dialects::dialect_id::chat}; }

  void announce(const player& who, bool online, std::string username = {}) {
    say(who, command::announce_self{online, std::move(username)});
    run();
  }

  /// The users of the last list that all were told, in chat.
  std::vector<std::string> last_list() {
    const auto lists = heard<event::people_listed>();
    REQUIRE_FALSE(lists.empty());
    std::vector<std::string> names;
    for (const auto& each : lists.back().users)
      if (!each.away) names.push_back(each.who->username);
    return names;
  }

  std::size_t lists() { return heard<event::people_listed>().size(); }
  std::vector<event::self_announced> announced() { return heard<event::self_announced>(); }
};

using names = std::vector<std::string>;

}  // namespace

TEST_CASE_FIXTURE(chat_world, "directory: while few are online, all of chat but the newcomer get the list of users") {
  const auto ann = join_as("ann");
  CHECK(last_list() == names{"ann"});
  const auto ben = join_as("ben");
  CHECK(last_list() == names{"ann", "ben"});
  const auto& told = shard().deliveries.back();
  CHECK(told.except == std::vector{ben.key});
  CHECK(told.only == dialects::dialect_set{dialects::dialect_id::chat});
  const auto before = lists();
  const auto cyd = join_as("cyd");
  CHECK(lists() == before);  // three are more than the limit
  leave(cyd);
  pass(how.presence_grace);
  CHECK(last_list() == names{"ann", "ben"});
  leave(ann);
  pass(how.presence_grace);
  CHECK(last_list() == names{"ben"});
}

TEST_CASE_FIXTURE(chat_world, "chat: another session, or one that leaves with others here, changes no list") {
  join_as("ann");
  const auto before = lists();
  leave(join_as("ann"));
  pass(how.presence_grace);
  CHECK(lists() == before);
}

TEST_CASE_FIXTURE(chat_world, "chat: who says they go are offline there at once, and once; others hear it as ever") {
  const auto ann = join_as("ann");
  join_as("ben");
  announce(ann, false);
  REQUIRE(announced().size() == 1);
  CHECK_FALSE(announced()[0].online);
  CHECK(announced()[0].self.who->id == user_id{"ann"});
  CHECK(last_list() == names{"ben"});
  announce(ann, false);
  CHECK(announced().size() == 1);
  CHECK(heard<event::user_went_offline>().empty());
  leave(ann);
  pass(how.presence_grace);
  REQUIRE(heard<event::user_went_offline>().size() == 1);
  CHECK(heard<event::user_went_offline>()[0].user.away);
}

TEST_CASE_FIXTURE(chat_world, "chat: who was away comes back by saying so, or with a new session") {
  const auto ann = join_as("ann");
  join_as("ben");
  announce(ann, false);
  announce(ann, true, "ann");
  REQUIRE(announced().size() == 2);
  CHECK(announced()[1].online);
  CHECK(last_list() == names{"ann", "ben"});
  announce(ann, false);
  const auto again = join_as("ann");
  REQUIRE(announced().size() == 4);
  CHECK(announced()[3].online);
  CHECK(last_list() == names{"ann", "ben"});
  // One of two that goes away and ends: the user is there with the other.
  announce(ann, false);
  CHECK(last_list() == names{"ben"});
  leave(ann);
  CHECK(last_list() == names{"ann", "ben"});
  CHECK(heard<event::user_came_online>().size() == 2);
  leave(again);
}

TEST_CASE_FIXTURE(chat_world, "chat: who comes with a new session sees themselves in the list, though they were away") {
  const auto ann = join_as("ann");
  announce(ann, false);
  join_as("ann");
  const auto own = outcomes<event::people_listed>().back();
  REQUIRE(own.users.size() == 1);
  CHECK_FALSE(own.users[0].away);
}

TEST_CASE_FIXTURE(chat_world,
                  "chat: where the token names nobody, the client says what the user is called, and all hear") {
  const auto ann = join_as("7");
  CHECK(last_list() == names{"7"});
  announce(ann, true, "Ann");
  REQUIRE(announced().size() == 1);
  CHECK(announced()[0].self.who->username == "Ann");
  CHECK(announced()[0].self.who->username_json == "\"Ann\"");
  CHECK(last_list() == names{"Ann"});
  announce(ann, true, "Ann");
  CHECK(announced().size() == 1);
  say(ann, command::ping{});
  run();
  CHECK(std::get<event::pinged>(shard().outcomes.back().what->body).user.who->username == "Ann");
  // Another session of hers has not said it.
  join_as("7");
  CHECK(announced().size() == 1);
  say(ann, command::list_users{});
  run();
  CHECK(std::get<event::users_listed>(shard().outcomes.back().what->body).users[0].who->username == "Ann");
}

TEST_CASE("identity: only where no claim names the user may a client do so") {
  const auto is_nameless = [](const json& claims) {
    json_text::document read;
    read.hold(claims);
    const auto who = make_identity(read.root(), std::nullopt);
    REQUIRE(who);
    return (*who)->nameless;
  };
  CHECK(is_nameless({{"sub", 7}, {"role", "user"}}));
  for (const auto* claim : {"username", "name", "email"}) CHECK_FALSE(is_nameless({{"sub", 7}, {claim, "ann"}}));
}
