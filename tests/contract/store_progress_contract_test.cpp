// Receipts, unread counts, users and retention: what every implementation of store.hpp does.
#include <doctest/doctest.h>

#include "tests/contract/support/back_ends.hpp"
#include "tests/contract/support/given.hpp"

namespace parley::test {
namespace {

using numbers_t = std::vector<sequence>;

std::vector<message_status> statuses(store& in) {
  std::vector<message_status> found;
  for (const auto& each : page(in, std::nullopt, std::nullopt, 50).messages) found.push_back(each.status);
  return found;
}

void mark(store& in, const person& who, sequence delivered, sequence read) {
  committed(in, [&] { in.mark(room, {.who = who, .delivered = delivered, .read = read}); });
}

std::uint64_t unread(store& in, const person& who) {
  return committed(in, [&] { return in.count_unread(room, who.id); });
}

member member_of(store& in, const person& who) {
  const auto found = committed(in, [&] { return in.find_conversation(room); });
  for (const auto& each : found->members)
    if (each.who == who) return each;
  return {};
}

constexpr auto sent = message_status::sent;
constexpr auto delivered = message_status::delivered;
constexpr auto read = message_status::read;
using statuses_t = std::vector<message_status>;

TEST_CASE_TEMPLATE("store: a message to one is delivered and read when that one has got so far", Database,
                   sqlite_database, postgresql_database) {
  const Database database;
  const auto in = database.open();
  add(*in, a_conversation(room, {ana, ben}));
  append_many(*in, 3);
  CHECK(statuses(*in) == statuses_t{sent, sent, sent});
  mark(*in, ben, 2, 1);
  CHECK(statuses(*in) == statuses_t{read, delivered, sent});
  CHECK(find(*in, "room:1")->status == read);
  CHECK(find(*in, "room:2")->status == delivered);
  CHECK(find(*in, "room:3")->status == sent);
  // How far the sender has got says nothing.
  mark(*in, ana, 3, 3);
  CHECK(statuses(*in) == statuses_t{read, delivered, sent});
}

TEST_CASE_TEMPLATE("store: a message to several has the status of the last of them", Database, sqlite_database,
                   postgresql_database) {
  const Database database;
  const auto in = database.open();
  add(*in, a_conversation(room, {ana, ben, cem}));
  append(*in, 0, {a_message("a", ana), a_message("b", ben), a_message("c", ana)});
  mark(*in, ben, 3, 3);
  CHECK(statuses(*in) == statuses_t{sent, sent, sent});
  mark(*in, cem, 2, 1);
  CHECK(statuses(*in) == statuses_t{read, sent, sent});
  mark(*in, ana, 2, 0);
  CHECK(statuses(*in) == statuses_t{read, delivered, sent});
}

TEST_CASE_TEMPLATE("store: what was sent before a member came is not for them, nor what was sent while they were away",
                   Database, sqlite_database, postgresql_database) {
  const Database database;
  const auto in = database.open();
  add(*in, a_conversation(room, {ana}));
  append(*in, 0, {a_message("a"), a_message("b")});
  committed(*in, [&] { in->put_member(room, ben); });
  append(*in, 2, {a_message("c")});
  CHECK(statuses(*in) == statuses_t{sent, sent, sent});
  mark(*in, ben, 3, 3);
  CHECK(statuses(*in) == statuses_t{sent, sent, read});
  committed(*in, [&] { in->put_member(room, cem); });
  CHECK(statuses(*in) == statuses_t{sent, sent, read});
  committed(*in, [&] { in->remove_member(room, ben.id); });
  append(*in, 3, {a_message("d")});
  committed(*in, [&] { in->put_member(room, ben); });
  CHECK(member_of(*in, ben).joined_after == 4);
  mark(*in, cem, 4, 4);
  CHECK(find(*in, "d")->status == read);
  CHECK(unread(*in, ben) == 0);
}

TEST_CASE_TEMPLATE("store: a message that nobody else can get is sent", Database, sqlite_database,
                   postgresql_database) {
  const Database database;
  const auto in = database.open();
  add(*in, a_conversation(room, {ana}));
  append_many(*in, 1);
  mark(*in, ana, 1, 1);
  CHECK(statuses(*in) == statuses_t{sent});
}

TEST_CASE_TEMPLATE("store: marks never go back, and what is read has been delivered", Database, sqlite_database,
                   postgresql_database) {
  const Database database;
  const auto in = database.open();
  add(*in, a_conversation(room, {ana, ben}));
  append_many(*in, 9);
  mark(*in, ben, 0, 5);
  CHECK(member_of(*in, ben).delivered == 5);
  CHECK(member_of(*in, ben).read == 5);
  mark(*in, ben, 8, 2);
  CHECK(member_of(*in, ben).delivered == 8);
  CHECK(member_of(*in, ben).read == 5);
  mark(*in, ben, 3, 7);
  CHECK(member_of(*in, ben).delivered == 8);
  CHECK(member_of(*in, ben).read == 7);
  mark(*in, cem, 9, 9);
  CHECK(member_of(*in, cem).who.id.str().empty());
}

TEST_CASE_TEMPLATE("store: unread are the messages of others after what was read, without deleted ones", Database,
                   sqlite_database, postgresql_database) {
  const Database database;
  const auto in = database.open();
  add(*in, a_conversation(room, {ana, ben}));
  append(*in, 0, {a_message("a"), a_message("b", ben), a_message("c"), a_message("d"), a_message("e")});
  CHECK(unread(*in, ben) == 4);
  CHECK(unread(*in, ana) == 1);
  mark(*in, ben, 5, 1);
  CHECK(unread(*in, ben) == 3);
  committed(*in, [&] { in->delete_message(message_id{"d"}); });
  CHECK(unread(*in, ben) == 2);
  CHECK(unread(*in, cem) == 0);
}

TEST_CASE_TEMPLATE("store: unread counts stop at their limit", Database, sqlite_database, postgresql_database) {
  const Database database;
  const auto in = database.open();
  add(*in, a_conversation(room, {ana, ben}));
  append_many(*in, static_cast<int>(store::max_unread) + 20);
  CHECK(unread(*in, ben) == store::max_unread);
  CHECK(committed(*in, [&] { return in->conversations_of(ben.id, 5); }).at(0).unread == store::max_unread);
}

TEST_CASE_TEMPLATE("store: a user is found as last put", Database, sqlite_database, postgresql_database) {
  const Database database;
  const auto in = database.open();
  CHECK_FALSE(committed(*in, [&] { return in->has_users(); }));
  user_record what{.who = {user_id{"17"}, "17"},
                   .username = "ana",
                   .name = "Ana \xC3\x91",
                   .avatar = "https://example.org/a.png",
                   .phone_number = "+34 600",
                   .roles = {"admin", "a \"quoted\" one"},
                   .token_version = 2};
  committed(*in, [&] { in->put_user(user_record{.who = what.who, .name = "before"}); });
  committed(*in, [&] { in->put_user(what); });
  const auto found = committed(*in, [&] { return in->find_user(what.who.id); });
  REQUIRE(found);
  CHECK(found->who == what.who);
  CHECK(found->username == what.username);
  CHECK(found->name == what.name);
  CHECK(found->avatar == what.avatar);
  CHECK(found->phone_number == what.phone_number);
  CHECK(found->roles == what.roles);
  CHECK(found->token_version == 2);
  CHECK(committed(*in, [&] { return in->has_users(); }));
  CHECK_FALSE(committed(*in, [&] { return in->find_user(user_id{"18"}); }));
}

TEST_CASE_TEMPLATE("store: revoking raises the token version of known and unknown users", Database, sqlite_database,
                   postgresql_database) {
  const Database database;
  const auto in = database.open();
  const auto revoke = [&] { return committed(*in, [&] { return in->revoke_tokens(ana); }); };
  CHECK(revoke() == 1);
  CHECK(revoke() == 2);
  CHECK(committed(*in, [&] { return in->find_user(ana.id); })->who == ana);
  // A profile that comes after it does not give the old tokens back.
  committed(*in, [&] { in->put_user({.who = ana, .name = "Ana"}); });
  CHECK(committed(*in, [&] { return in->find_user(ana.id); })->token_version == 2);
  CHECK(revoke() == 3);
  CHECK(committed(*in, [&] { return in->find_user(ana.id); })->name == "Ana");
}

TEST_CASE_TEMPLATE("store: last seen comes in the order asked, without a time for who never was", Database,
                   sqlite_database, postgresql_database) {
  const Database database;
  const auto in = database.open();
  const person seventeen{user_id{"17"}, "17"};
  committed(*in, [&] {
    in->put_last_seen(ana, at_second(1));
    in->put_last_seen(seventeen, at_second(2));
    in->put_last_seen(ana, at_second(3));
  });
  const auto found = committed(*in, [&] { return in->last_seen({seventeen.id, ben.id, ana.id}); });
  REQUIRE(found.size() == 3);
  CHECK(found.at(0).who == seventeen);
  CHECK(found.at(0).last_seen == at_second(2));
  CHECK(found.at(1).who == ben);
  CHECK_FALSE(found.at(1).last_seen);
  CHECK(found.at(2).who == ana);
  CHECK(found.at(2).last_seen == at_second(3));
}

TEST_CASE_TEMPLATE("store: what is too old is pruned, in pieces of at most the limit", Database, sqlite_database,
                   postgresql_database) {
  const Database database;
  const auto in = database.open();
  add(*in, a_conversation(room, {ana, ben}));
  append_many(*in, 10);
  committed(*in, [&] { in->react(message_id{"room:1"}, ana, "+", false); });
  const auto prune = [&](std::size_t limit) {
    return committed(*in, [&] { return in->prune(at_second(8), 0, limit); });
  };
  CHECK(prune(4) == 4);
  CHECK(numbers(page(*in, std::nullopt, std::nullopt, 50)) == numbers_t{5, 6, 7, 8, 9, 10});
  CHECK(prune(4) == 3);
  CHECK(prune(4) == 0);
  CHECK(numbers(page(*in, std::nullopt, std::nullopt, 50)) == numbers_t{8, 9, 10});
  CHECK(committed(*in, [&] { return in->react(message_id{"room:1"}, ana, "+", true); }).counts.empty());
  // Numbers go on where they were, also when nothing is left.
  CHECK(committed(*in, [&] { return in->prune(at_second(100), 0, 100); }) == 3);
  CHECK(append(*in, 10, {a_message("next")}).at(0).what.seq == 11);
}

TEST_CASE_TEMPLATE("store: what is beyond the latest of each conversation is pruned", Database, sqlite_database,
                   postgresql_database) {
  const Database database;
  const auto in = database.open();
  const conversation_id other{"other"};
  add(*in, a_conversation(room, {ana}));
  add(*in, a_conversation(other, {ana}));
  append_many(*in, 6);
  append_many(*in, 3, ana, other);
  const auto prune = [&](std::optional<timestamp> before, std::uint64_t keep, std::size_t limit) {
    return committed(*in, [&] { return in->prune(before, keep, limit); });
  };
  CHECK(prune(std::nullopt, 0, 100) == 0);
  CHECK(prune(std::nullopt, 4, 1) == 1);
  CHECK(prune(std::nullopt, 4, 100) == 1);
  CHECK(prune(std::nullopt, 4, 100) == 0);
  CHECK(numbers(page(*in, std::nullopt, std::nullopt, 50)) == numbers_t{3, 4, 5, 6});
  CHECK(find(*in, "other:1"));
  // Both bounds at once: other:1 and other:2 are too old, room:3 is beyond.
  CHECK(prune(at_second(3), 3, 100) == 3);
  CHECK(numbers(page(*in, std::nullopt, std::nullopt, 50)) == numbers_t{4, 5, 6});
  CHECK_FALSE(find(*in, "other:2"));
  CHECK(find(*in, "other:3"));
}

}  // namespace
}  // namespace parley::test
