// Conversations and messages: what every implementation of store.hpp does.
#include <doctest/doctest.h>

#include "tests/contract/support/back_ends.hpp"
#include "tests/contract/support/given.hpp"

namespace parley::test {
namespace {

using numbers_t = std::vector<sequence>;
using counts = std::map<std::string, std::uint64_t>;
constexpr auto conflict = store_failure::kind::conflict;

TEST_CASE_TEMPLATE("store: a conversation is found as it was added", Database, sqlite_database, postgresql_database) {
  const Database database;
  const auto in = database.open();
  auto what = a_conversation(room, {ana, ben});
  what.type = conversation_type::direct;
  what.members.at(0).who.id_json = "17";
  add(*in, what);
  const auto found = committed(*in, [&] { return in->find_conversation(room); });
  REQUIRE(found);
  CHECK(found->id == room);
  CHECK(found->type == conversation_type::direct);
  CHECK(found->last == 0);
  CHECK(found->created_at == at_second(0));
  REQUIRE(found->members.size() == 2);
  CHECK(found->members.at(0).who == person{user_id{"ana"}, "17"});
  CHECK(found->members.at(1).who == ben);
  CHECK_FALSE(committed(*in, [&] { return in->find_conversation(conversation_id{"none"}); }));
}

TEST_CASE_TEMPLATE("store: adding a conversation that exists is a conflict", Database, sqlite_database,
                   postgresql_database) {
  const Database database;
  const auto in = database.open();
  add(*in, a_conversation(room, {ana}));
  CHECK(failure_of(*in, [&] { in->add_conversation(a_conversation(room, {ben})); }) == conflict);
  const auto found = committed(*in, [&] { return in->find_conversation(room); });
  REQUIRE(found->members.size() == 1);
  CHECK(found->members.at(0).who == ana);
}

TEST_CASE_TEMPLATE("store: a new member starts with everything read and one who is there stays as they are", Database,
                   sqlite_database, postgresql_database) {
  const Database database;
  const auto in = database.open();
  add(*in, a_conversation(room, {ana}));
  append_many(*in, 3);
  committed(*in, [&] {
    in->put_member(room, ana);
    in->put_member(room, ben);
  });
  const auto found = committed(*in, [&] { return in->find_conversation(room); });
  REQUIRE(found->members.size() == 2);
  CHECK(found->members.at(0).read == 0);
  CHECK(found->members.at(1).read == 3);
  CHECK(found->members.at(1).delivered == 3);
  CHECK(found->members.at(0).joined_after == 0);
  CHECK(found->members.at(1).joined_after == 3);
  CHECK(failure_of(*in, [&] { in->put_member(conversation_id{"none"}, ana); }) == conflict);
}

TEST_CASE_TEMPLATE("store: a removed member is gone", Database, sqlite_database, postgresql_database) {
  const Database database;
  const auto in = database.open();
  add(*in, a_conversation(room, {ana, ben}));
  committed(*in, [&] { in->remove_member(room, ana.id); });
  const auto found = committed(*in, [&] { return in->find_conversation(room); });
  REQUIRE(found->members.size() == 1);
  CHECK(found->members.at(0).who == ben);
  CHECK(committed(*in, [&] { return in->conversations_of(ana.id, 10); }).empty());
}

TEST_CASE_TEMPLATE("store: a user's conversations come by latest activity with unread counts", Database,
                   sqlite_database, postgresql_database) {
  const Database database;
  const auto in = database.open();
  const conversation_id other{"other"};
  add(*in, a_conversation(room, {ana, ben}));
  add(*in, a_conversation(other, {ana, ben}));
  add(*in, a_conversation(conversation_id{"not ana's"}, {ben}));
  append(*in, 0, {a_message("a", ben, 5), a_message("b", ana, 6), a_message("c", ben, 7)});
  append(*in, 0, {a_message("d", ben, 3)}, other);
  committed(*in, [&] { in->mark(room, {.who = ana, .delivered = 1, .read = 1}); });
  const auto found = committed(*in, [&] { return in->conversations_of(ana.id, 10); });
  REQUIRE(found.size() == 2);
  CHECK(found.at(0).id == room);
  CHECK(found.at(0).type == conversation_type::group);
  CHECK(found.at(0).last == 3);
  CHECK(found.at(0).read == 1);
  CHECK(found.at(0).unread == 1);
  CHECK(found.at(1).id == other);
  CHECK(found.at(1).unread == 1);
  CHECK(committed(*in, [&] { return in->conversations_of(ana.id, 1); }).size() == 1);
}

TEST_CASE_TEMPLATE("store: content is kept byte by byte, the marks of binary values too", Database, sqlite_database,
                   postgresql_database) {
  const Database database;
  const auto in = database.open();
  add(*in, a_conversation(room, {ana}));
  const std::vector<std::string> contents{"\t\"BAH/\"", "{\"b\":[1,\t\"\"],\"a\":\"\\ud800 \\u0000\"}"};
  auto first = a_message("a");
  first.content = contents.at(0);
  append(*in, 0, {first, a_message("b")});
  committed(*in, [&] { in->edit_message(message_id{"b"}, contents.at(1), {}, at_second(2)); });
  const auto found = page(*in, {}, 0, 10);
  REQUIRE(found.messages.size() == 2);
  for (std::size_t at = 0; at < contents.size(); ++at) CHECK(found.messages.at(at).content == contents.at(at));
}

TEST_CASE_TEMPLATE("store: messages are numbered in order and found as they were sent", Database, sqlite_database,
                   postgresql_database) {
  const Database database;
  const auto in = database.open();
  add(*in, a_conversation(room, {ana}));
  auto full = with_client_id(a_message("a"), "mine");
  full.type = message_type::location;
  full.reply_to = message_id{"earlier"};
  full.at += std::chrono::microseconds{1234567};
  const auto appended = append(*in, 0, {full, a_message("b", ben)});
  REQUIRE(appended.size() == 2);
  CHECK_FALSE(appended.at(0).how == append_outcome::duplicate);
  CHECK(appended.at(0).what.seq == 1);
  CHECK(appended.at(1).what.seq == 2);
  CHECK(appended.at(1).what.conversation == room);
  const auto found = find(*in, "a");
  REQUIRE(found);
  CHECK(found->conversation == room);
  CHECK(found->sender == ana);
  CHECK(found->type == message_type::location);
  CHECK(found->content == "\"a\"");
  CHECK(found->client_id == "mine");
  CHECK(found->reply_to == message_id{"earlier"});
  CHECK(found->at == at_second(2) + std::chrono::milliseconds{234});
  CHECK(found->at == appended.at(0).what.at);
  CHECK_FALSE(found->edited_at);
  CHECK_FALSE(found->deleted);
  CHECK_FALSE(find(*in, "none"));
}

TEST_CASE_TEMPLATE("store: content comes back byte for byte", Database, sqlite_database, postgresql_database) {
  const Database database;
  const auto in = database.open();
  add(*in, a_conversation(room, {ana}));
  const std::vector<std::string> contents{R"("\ud800 alone")",      "\"\xF0\x9F\x98\x80 \xC3\xB1\"",
                                          R"("\u0000 ' \\ :id")",   R"({"a":[1,2.5,null,true],"":{}})",
                                          std::string(100000, '1'), "null"};
  std::vector<message> messages;
  for (const auto& content : contents) {
    messages.push_back(a_message("m" + std::to_string(messages.size())));
    messages.back().content = content;
  }
  append(*in, 0, messages);
  const auto all = page(*in, std::nullopt, std::nullopt, 50);
  REQUIRE(all.messages.size() == contents.size());
  for (std::size_t i = 0; i < contents.size(); ++i) CHECK(all.messages.at(i).content == contents.at(i));
}

TEST_CASE_TEMPLATE("store: a message sent twice with one client id is stored once", Database, sqlite_database,
                   postgresql_database) {
  const Database database;
  const auto in = database.open();
  add(*in, a_conversation(room, {ana, ben}));
  append(*in, 0, {with_client_id(a_message("a"), "x")});
  // Of ben it is another one, in another conversation as well; and twice in one batch is as bad as in two.
  const auto again = append(*in, 1,
                            {with_client_id(a_message("b"), "x"), with_client_id(a_message("c", ben), "x"),
                             with_client_id(a_message("d"), "y"), with_client_id(a_message("e"), "y")});
  REQUIRE(again.size() == 4);
  CHECK(again.at(0).how == append_outcome::duplicate);
  CHECK(again.at(0).what.id == message_id{"a"});
  CHECK(again.at(0).what.seq == 1);
  CHECK(again.at(0).what.content == "\"a\"");
  CHECK_FALSE(again.at(1).how == append_outcome::duplicate);
  CHECK(again.at(1).what.seq == 2);
  CHECK_FALSE(again.at(2).how == append_outcome::duplicate);
  CHECK(again.at(3).how == append_outcome::duplicate);
  CHECK(again.at(3).what.id == message_id{"d"});
  const conversation_id other{"other"};
  add(*in, a_conversation(other, {ana}));
  CHECK_FALSE(append(*in, 0, {with_client_id(a_message("f"), "x")}, other).at(0).how == append_outcome::duplicate);
  CHECK(committed(*in, [&] { return in->find_conversation(room); })->last == 3);
}

TEST_CASE_TEMPLATE("store: a message that is sent again is as it was sent first, and as it was edited", Database,
                   sqlite_database, postgresql_database) {
  const Database database;
  const auto in = database.open();
  add(*in, a_conversation(room, {ana}));
  auto sent = with_client_id(a_message("a"), "x");
  sent.words = "first";
  CHECK(append(*in, 0, {sent}).at(0).what.words == "first");
  sent.words = "second";
  CHECK(append(*in, 1, {sent}).at(0).what.words == "first");
  committed(*in, [&] { in->edit_message(message_id{"a"}, "\"new\"", "edited", at_second(60)); });
  const auto again = append(*in, 1, {sent}).at(0);
  CHECK(again.how == append_outcome::duplicate);
  CHECK(again.what.words == "edited");
  CHECK(again.what.content == "\"new\"");
  CHECK(again.what.edited_at);
}

TEST_CASE_TEMPLATE("store: another last number than the writer thinks is a conflict and nothing is stored", Database,
                   sqlite_database, postgresql_database) {
  const Database database;
  const auto in = database.open();
  add(*in, a_conversation(room, {ana}));
  append(*in, 0, {with_client_id(a_message("a"), "x"), a_message("b")});
  CHECK(failure_of(*in, [&] { in->append(room, 5, {a_message("c")}); }) == conflict);
  CHECK(failure_of(*in, [&] { in->append(room, 1, {a_message("c")}); }) == conflict);
  CHECK(failure_of(*in, [&] { in->append(room, 7, {with_client_id(a_message("c"), "x")}); }) == conflict);
  CHECK(failure_of(*in, [&] { in->append(conversation_id{"none"}, 0, {a_message("c")}); }) == conflict);
  CHECK_FALSE(find(*in, "c"));
  CHECK(append(*in, 2, {a_message("c")}).at(0).what.seq == 3);
}

TEST_CASE_TEMPLATE("store: a message whose id another has is left out, and takes no number", Database, sqlite_database,
                   postgresql_database) {
  const Database database;
  const auto in = database.open();
  add(*in, a_conversation(room, {ana}));
  append(*in, 0, {a_message("a")});
  const auto appended = append(*in, 1, {a_message("b"), a_message("a"), a_message("b"), a_message("c")});
  REQUIRE(appended.size() == 4);
  CHECK(appended[0].how == append_outcome::stored);
  CHECK(appended[1].how == append_outcome::id_taken);
  CHECK(appended[2].how == append_outcome::id_taken);
  CHECK(appended[3].what.seq == 3);
  CHECK(append(*in, 3, {a_message("a")}).at(0).how == append_outcome::id_taken);
}

TEST_CASE_TEMPLATE("store: of two writers who append at once one has a conflict", Database, postgresql_database) {
  const Database database;
  const auto first = database.open();
  const auto second = database.open();
  add(*first, a_conversation(room, {ana}));
  first->begin();
  first->append(room, 0, {a_message("a")});
  second->begin();
  CHECK_FALSE(second->find_message(message_id{"a"}));
  first->commit();
  CHECK_THROWS_AS(second->append(room, 0, {a_message("b")}), store_failure);
  second->rollback();
  CHECK_FALSE(find(*second, "b"));
}

TEST_CASE_TEMPLATE("store: history is paged both ways", Database, sqlite_database, postgresql_database) {
  const Database database;
  const auto in = database.open();
  add(*in, a_conversation(room, {ana}));
  append_many(*in, 10);
  const auto latest = page(*in, std::nullopt, std::nullopt, 4);
  CHECK(numbers(latest) == numbers_t{7, 8, 9, 10});
  CHECK(latest.more);
  const auto earlier = page(*in, 7, std::nullopt, 4);
  CHECK(numbers(earlier) == numbers_t{3, 4, 5, 6});
  CHECK(earlier.more);
  const auto first = page(*in, 3, std::nullopt, 4);
  CHECK(numbers(first) == numbers_t{1, 2});
  CHECK_FALSE(first.more);
  CHECK_FALSE(page(*in, 5, std::nullopt, 4).more);
  const auto later = page(*in, std::nullopt, 6, 3);
  CHECK(numbers(later) == numbers_t{7, 8, 9});
  CHECK(later.more);
  CHECK_FALSE(page(*in, std::nullopt, 7, 3).more);
  CHECK(page(*in, std::nullopt, 10, 3).messages.empty());
  CHECK(page(*in, 1, std::nullopt, 3).messages.empty());
  CHECK(numbers(page(*in, ~sequence{0}, std::nullopt, 1)) == numbers_t{10});
  CHECK(page(*in, std::nullopt, ~sequence{0}, 1).messages.empty());
}

TEST_CASE_TEMPLATE("store: an edited message has its new content and the time of it", Database, sqlite_database,
                   postgresql_database) {
  const Database database;
  const auto in = database.open();
  add(*in, a_conversation(room, {ana}));
  append_many(*in, 1);
  committed(*in, [&] { in->edit_message(message_id{"room:1"}, "\"better\"", "corrected", at_second(60)); });
  const auto found = find(*in, "room:1");
  CHECK(found->content == "\"better\"");
  CHECK(found->words == "corrected");
  REQUIRE(found->edited_at);
  CHECK(*found->edited_at == at_second(60));
  CHECK(found->at == at_second(1));
}

TEST_CASE_TEMPLATE("store: a deleted message keeps its place without content and reactions", Database, sqlite_database,
                   postgresql_database) {
  const Database database;
  const auto in = database.open();
  add(*in, a_conversation(room, {ana}));
  append_many(*in, 2);
  const message_id id{"room:1"};
  committed(*in, [&] {
    in->react(id, ben, "+", false);
    in->delete_message(id);
    in->edit_message(id, "\"back\"", "back", at_second(60));
    in->react(id, ben, "+", false);
  });
  const auto all = page(*in, std::nullopt, std::nullopt, 50);
  REQUIRE(all.messages.size() == 2);
  CHECK(all.messages.at(0).deleted);
  CHECK(all.messages.at(0).content == "null");
  CHECK(all.messages.at(0).words.empty());
  CHECK(all.messages.at(0).reactions.empty());
  CHECK_FALSE(all.messages.at(0).edited_at);
  CHECK_FALSE(all.messages.at(1).deleted);
}

TEST_CASE_TEMPLATE("store: reactions are counted per emoji and once per user", Database, sqlite_database,
                   postgresql_database) {
  const Database database;
  const auto in = database.open();
  add(*in, a_conversation(room, {ana}));
  append_many(*in, 3);
  const message_id id{"room:2"};
  const std::string smile = "\xF0\x9F\x98\x80";
  const auto react = [&](const person& who, const std::string& emoji, bool remove) {
    return committed(*in, [&] { return in->react(id, who, emoji, remove); });
  };
  const auto changes = [&](const person& who, const std::string& emoji, bool remove) {
    return react(who, emoji, remove).changed;
  };
  CHECK(react(ana, smile, false).counts == counts{{smile, 1}});
  CHECK(react(ana, smile, false).counts == counts{{smile, 1}});
  CHECK(react(ben, smile, false).counts == counts{{smile, 2}});
  CHECK(react(ben, "+1", false).counts == counts{{smile, 2}, {"+1", 1}});
  CHECK(react(ana, smile, true).counts == counts{{smile, 1}, {"+1", 1}});
  CHECK(react(cem, "+1", true).counts == counts{{smile, 1}, {"+1", 1}});
  CHECK(find(*in, "room:2")->reactions == counts{{smile, 1}, {"+1", 1}});
  CHECK(changes(ana, smile, false));
  CHECK_FALSE(changes(ana, smile, false));
  CHECK(changes(ana, smile, true));
  CHECK_FALSE(changes(ana, smile, true));
  const auto all = page(*in, std::nullopt, std::nullopt, 50);
  CHECK(all.messages.at(0).reactions.empty());
  CHECK(all.messages.at(1).reactions == counts{{smile, 1}, {"+1", 1}});
  CHECK(committed(*in, [&] { return in->react(message_id{"none"}, ana, "+1", false); }).counts.empty());
}

}  // namespace
}  // namespace parley::test
