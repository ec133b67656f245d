// Revisions: every durable change of a conversation has a number, by which those who were away find it.
#include <doctest/doctest.h>

#include "tests/contract/support/back_ends.hpp"
#include "tests/contract/support/given.hpp"

namespace parley::test {
namespace {

using revisions = std::vector<revision>;

revision current(store& in, const conversation_id& id = room) {
  return committed(in, [&] { return in.find_conversation(id); })->rev;
}

revision edit(store& in, const std::string& id) {
  return committed(in, [&] { return in.edit_message(message_id{id}, "\"new\"", "", at_second(60)); });
}

revision erase(store& in, const std::string& id) {
  return committed(in, [&] { return in.delete_message(message_id{id}); });
}

reaction_outcome react(store& in, const std::string& id, const person& who, const std::string& emoji,
                       bool remove = false) {
  return committed(in, [&] { return in.react(message_id{id}, who, emoji, remove); });
}

change_page changes(store& in, revision after, sequence upto = 100, std::size_t limit = 50) {
  return committed(in, [&] { return in.changes({room, after, upto, limit}); });
}

revisions revs(const change_page& of) {
  revisions found;
  for (const auto& each : of.changes) found.push_back(each.rev);
  return found;
}

}  // namespace

TEST_CASE_TEMPLATE("store: each change raises the revision by one, and what changes nothing does not", Database,
                   sqlite_database, postgresql_database) {
  const Database database;
  const auto in = database.open();
  add(*in, a_conversation(room, {ana, ben}));
  CHECK(current(*in) == 0);
  const auto first = append(*in, 0, {with_client_id(a_message("a"), "x"), a_message("b")});
  CHECK(first.at(0).what.rev == 1);
  CHECK(first.at(1).what.rev == 2);
  CHECK(edit(*in, "a") == 3);
  CHECK(react(*in, "b", ana, "+").rev == 4);
  CHECK(react(*in, "b", ana, "+").rev == 0);
  CHECK(react(*in, "b", ben, "+", true).rev == 0);
  CHECK(react(*in, "b", ana, "+", true).rev == 5);
  CHECK(edit(*in, "none") == 0);
  CHECK(erase(*in, "b") == 6);
  CHECK(erase(*in, "b") == 0);
  CHECK(edit(*in, "b") == 0);
  // Beside a message sent twice, and one whose id is taken.
  const auto again =
      append(*in, 2, {with_client_id(a_message("c"), "x"), a_message("d"), a_message("a"), a_message("e")});
  CHECK(again.at(0).what.rev == 1);
  CHECK(again.at(1).what.rev == 7);
  CHECK(again.at(3).what.rev == 8);
  CHECK(again.at(3).what.seq == 4);
  CHECK(current(*in) == 8);
  append(*in, 4, {with_client_id(a_message("f"), "x")});
  CHECK(current(*in) == 8);
  CHECK(append(*in, 4, {a_message("g")}).at(0).what.rev == 9);
}

TEST_CASE_TEMPLATE("store: a message sent twice does not make its conversation the latest", Database, sqlite_database,
                   postgresql_database) {
  const Database database;
  const auto in = database.open();
  const conversation_id other{"other"};
  add(*in, a_conversation(room, {ana}));
  add(*in, a_conversation(other, {ana}));
  append(*in, 0, {with_client_id(a_message("a", ana, 5), "x")});
  append(*in, 0, {a_message("b", ana, 6)}, other);
  append(*in, 1, {with_client_id(a_message("c", ana, 7), "x")});
  CHECK(committed(*in, [&] { return in->conversations_of(ana.id, 2); }).at(0).id == other);
}

TEST_CASE_TEMPLATE("store: a message shows the revision of its last change", Database, sqlite_database,
                   postgresql_database) {
  const Database database;
  const auto in = database.open();
  add(*in, a_conversation(room, {ana}));
  append_many(*in, 3);
  const auto shown = [&] {
    const auto all = page(*in, std::nullopt, std::nullopt, 50);
    CHECK(all.rev == current(*in));
    revisions found;
    for (const auto& each : all.messages) found.push_back(each.rev);
    return found;
  };
  CHECK(shown() == revisions{1, 2, 3});
  edit(*in, "room:2");
  react(*in, "room:1", ben, "+");
  CHECK(shown() == revisions{5, 4, 3});
  react(*in, "room:2", ben, "+");
  react(*in, "room:1", ben, "+", true);
  CHECK(shown() == revisions{7, 6, 3});
  CHECK(find(*in, "room:1")->rev == 7);
  CHECK(find(*in, "room:1")->reactions.empty());
  erase(*in, "room:3");
  CHECK(shown() == revisions{7, 6, 8});
}

TEST_CASE_TEMPLATE("store: the changes since a revision come in order, of messages up to a number, page by page",
                   Database, sqlite_database, postgresql_database) {
  const Database database;
  const auto in = database.open();
  add(*in, a_conversation(room, {ana}));
  append_many(*in, 4);
  append_many(*in, 2, ana, [&] {
    add(*in, a_conversation(conversation_id{"other"}, {ana}));
    return conversation_id{"other"};
  }());
  CHECK(changes(*in, 0).changes.empty());
  edit(*in, "room:1");                                     // 5
  react(*in, "room:2", ben, "+");                          // 6
  react(*in, "room:2", cem, "-");                          // 7
  edit(*in, "room:1");                                     // 8
  react(*in, "room:2", ben, "+", true);                    // 9
  erase(*in, "room:3");                                    // 10
  react(*in, "room:4", person{user_id{"17"}, "17"}, "!");  // 11
  edit(*in, "other:1");
  const auto all = changes(*in, 0);
  CHECK(revs(all) == revisions{7, 8, 9, 10, 11});
  CHECK_FALSE(all.more);
  CHECK(all.changes.at(0).by == cem);
  CHECK(all.changes.at(0).emoji == "-");
  CHECK(all.changes.at(0).what.reactions == std::map<std::string, std::uint64_t>{{"-", 1}});
  CHECK(all.changes.at(1).what.content == "\"new\"");
  CHECK(all.changes.at(1).emoji.empty());
  CHECK(all.changes.at(2).removed);
  CHECK(all.changes.at(3).what.deleted);
  CHECK(all.changes.at(4).by.id_json == "17");
  CHECK(revs(changes(*in, 8)) == revisions{9, 10, 11});
  CHECK(revs(changes(*in, 0, 2)) == revisions{7, 8, 9});
  CHECK(revs(changes(*in, 7, 100, 2)) == revisions{8, 9});
  CHECK(changes(*in, 7, 100, 2).more);
  CHECK(changes(*in, 11).changes.empty());
  CHECK(changes(*in, ~revision{0}).changes.empty());
}

TEST_CASE_TEMPLATE("store: of removed reactions so many are remembered, the latest", Database, sqlite_database,
                   postgresql_database) {
  const Database database;
  const auto in = database.open();
  add(*in, a_conversation(room, {ana}));
  append_many(*in, 1);
  react(*in, "room:1", ana, "stays");
  const int removed = static_cast<int>(store::max_removed_reactions) + 5;
  for (int number = 0; number < removed; ++number) {
    react(*in, "room:1", ana, std::to_string(number));
    react(*in, "room:1", ana, std::to_string(number), true);
  }
  const auto all = changes(*in, 0, 100, 1000);
  CHECK(all.changes.size() == store::max_removed_reactions + 1);
  CHECK(all.changes.front().emoji == "stays");
  CHECK(all.changes.back().rev == current(*in));
  // What was removed may come back.
  CHECK(react(*in, "room:1", ana, "0").changed);
  CHECK(react(*in, "room:1", ana, std::to_string(removed - 1)).counts.size() == 3);
}

TEST_CASE_TEMPLATE("store: of two writers each raises the revision", Database, postgresql_database) {
  const Database database;
  const auto first = database.open();
  const auto second = database.open();
  add(*first, a_conversation(room, {ana}));
  append_many(*first, 1);
  CHECK(edit(*first, "room:1") == 2);
  CHECK(edit(*second, "room:1") == 3);
  CHECK(append(*first, 1, {a_message("next")}).at(0).what.rev == 4);
}

TEST_CASE_TEMPLATE("store: what those have left to read who had not read a message", Database, sqlite_database,
                   postgresql_database) {
  const Database database;
  const auto in = database.open();
  add(*in, a_conversation(room, {ana, ben, cem}));
  append(*in, 0, {a_message("a"), a_message("b"), a_message("c", ben), a_message("d")});
  committed(*in, [&] {
    in->mark(room, {.who = ben, .delivered = 1, .read = 1});
    in->mark(room, {.who = cem, .delivered = 2, .read = 2});
  });
  erase(*in, "b");
  const auto left = [&](sequence seq, const person& sender) {
    return committed(*in, [&] { return in->count_unread_beyond(room, seq, sender.id); });
  };
  const auto behind = left(2, ana);
  REQUIRE(behind.size() == 1);
  CHECK(behind.at(0).who == ben.id);
  CHECK(behind.at(0).unread == 1);
  CHECK(behind.at(0).read == 1);
  CHECK(left(4, ana).size() == 2);
  CHECK(left(4, ben).size() == 2);
}

}  // namespace parley::test
