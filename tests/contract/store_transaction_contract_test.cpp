// Transactions, connections and migrations of the SQL stores.
#include <array>
#include <atomic>
#include <thread>

#include <doctest/doctest.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include "tests/contract/support/back_ends.hpp"
#include "tests/contract/support/given.hpp"

namespace parley::test {
namespace {

constexpr auto conflict = store_failure::kind::conflict;
constexpr auto unavailable = store_failure::kind::unavailable;

/// Beside the store, as somebody else's program would.
void execute(const sqlite_database& in, const std::string& text) {
  const std::string path = in.where().substr(std::string{"sqlite:"}.size());
  soci::session session{*soci::factory_sqlite3(), "dbname=\"" + path + '"'};
  session << text;
}

void execute(const postgresql_database& in, const std::string& text) {
  soci::session session{*soci::factory_postgresql(), in.where()};
  session << text;
}

template <class Database>
std::optional<store_failure> failure_of_opening(const Database& database, access mode = access::read_write) {
  try {
    database.open(mode);
    return std::nullopt;
  } catch (const store_failure& failure) {
    return failure;
  }
}

TEST_CASE_TEMPLATE("store: what was rolled back leaves nothing", Database, sqlite_database, postgresql_database) {
  const Database database;
  const auto in = database.open();
  in->begin();
  in->add_conversation(a_conversation(room, {ana}));
  in->append(room, 0, {a_message("a")});
  in->put_user({.who = ana});
  in->rollback();
  CHECK_FALSE(committed(*in, [&] { return in->find_conversation(room); }));
  CHECK_FALSE(find(*in, "a"));
  CHECK_FALSE(committed(*in, [&] { return in->has_users(); }));
  in->rollback();
}

TEST_CASE_TEMPLATE("store: a transaction in which something failed can't be committed", Database, sqlite_database,
                   postgresql_database) {
  const Database database;
  const auto in = database.open();
  add(*in, a_conversation(room, {ana}));
  in->begin();
  in->put_user({.who = ana});
  CHECK_THROWS_AS(in->add_conversation(a_conversation(room, {})), store_failure);
  CHECK_THROWS_AS(in->commit(), store_failure);
  in->rollback();
  CHECK_FALSE(committed(*in, [&] { return in->has_users(); }));
}

TEST_CASE_TEMPLATE("store: reopening and reconnecting find what was committed", Database, sqlite_database,
                   postgresql_database) {
  const Database database;
  {
    const auto in = database.open();
    add(*in, a_conversation(room, {ana}));
    append_many(*in, 2);
    in->begin();
    in->append(room, 2, {a_message("uncommitted")});
  }
  const auto in = database.open();
  CHECK(find(*in, "room:2"));
  CHECK_FALSE(find(*in, "uncommitted"));
  in->begin();
  in->append(room, 2, {a_message("uncommitted")});
  in->reconnect();
  CHECK(find(*in, "room:2"));
  CHECK_FALSE(find(*in, "uncommitted"));
  CHECK(append(*in, 2, {a_message("next")}).at(0).what.seq == 3);
}

TEST_CASE_TEMPLATE("store: migrations run once", Database, sqlite_database, postgresql_database) {
  const Database database;
  add(*database.open(), a_conversation(room, {ana}));
  const auto first = database.open();
  const auto second = database.open();
  CHECK(committed(*first, [&] { return first->find_conversation(room); }));
  CHECK(committed(*second, [&] { return second->find_conversation(room); }));
}

// What a program of the first version left behind.
constexpr std::array version_1{
    "create table schema_version (version bigint not null primary key)",
    "insert into schema_version (version) values (1)",
    "create table conversations (id text not null primary key, type bigint not null, last_seq bigint not null,"
    " created_at bigint not null, updated_at bigint not null)",
    "create table members (conversation text not null, user_id text not null, user_json text not null,"
    " delivered bigint not null, read_seq bigint not null, primary key (conversation, user_id))",
    "create table messages (id text not null primary key, conversation text not null, seq bigint not null,"
    " sender text not null, sender_json text not null, type bigint not null, content text not null,"
    " client_id text not null, reply_to text not null, at bigint not null, edited_at bigint not null,"
    " deleted bigint not null, unique (conversation, seq))",
    "create table reactions (message text not null, emoji text not null, user_id text not null,"
    " primary key (message, emoji, user_id))",
    "create table last_seen (user_id text not null primary key, user_json text not null, at bigint not null)",
    "insert into last_seen values ('17', '17', 0)",
    "insert into conversations values ('room', 1, 3, 0, 0)",
    R"(insert into members values ('room', 'ana', '"ana"', 0, 0), ('room', 'ben', '"ben"', 1, 1))",
    R"(insert into messages values ('a', 'room', 1, 'ana', '"ana"', 0, '"a"', '', '', 0, 0, 0),)"
    R"( ('b', 'room', 2, 'ana', '"ana"', 0, '"b"', '', '', 0, 5, 0),)"
    R"( ('c', 'room', 3, 'ana', '"ana"', 0, '"c"', '', '', 0, 0, 0))",
    "insert into reactions values ('c', '+', '17')",
};

TEST_CASE_TEMPLATE("store: a database of the first version is migrated with what is in it", Database, sqlite_database,
                   postgresql_database) {
  const Database database;
  for (const auto* text : version_1) execute(database, text);
  const auto in = database.open();
  const auto found = committed(*in, [&] { return in->find_conversation(room); });
  REQUIRE(found);
  REQUIRE(found->members.size() == 2);
  CHECK(found->members.at(1).joined_after == 0);
  CHECK(find(*in, "a")->words.empty());
  CHECK(find(*in, "a")->status == message_status::read);
  // Each message has its number for its revision, and so have the changes of before.
  CHECK(found->rev == 3);
  CHECK(find(*in, "a")->rev == 1);
  const auto changed = committed(*in, [&] { return in->changes({room, 0, 3, 50}).changes; });
  REQUIRE(changed.size() == 2);
  CHECK(changed.at(0).what.id == message_id{"b"});
  CHECK(changed.at(0).rev == 2);
  CHECK(changed.at(1).emoji == "+");
  CHECK(changed.at(1).by == person{user_id{"17"}, "17"});
  CHECK(append(*in, 3, {a_message("next")}).at(0).what.rev == 4);
}

TEST_CASE_TEMPLATE("store: several that start at once do not collide", Database, sqlite_database, postgresql_database) {
  const Database database;
  std::atomic<int> opened = 0;
  std::vector<std::thread> starting;
  for (int i = 0; i < 4; ++i)
    starting.emplace_back([&] {
      if (!failure_of_opening(database)) ++opened;
    });
  for (auto& each : starting) each.join();
  CHECK(opened == 4);
}

TEST_CASE_TEMPLATE("store: a database of a newer program is refused", Database, sqlite_database, postgresql_database) {
  const Database database;
  database.open();
  execute(database, "insert into schema_version (version) values (99)");
  for (const auto mode : {access::read_write, access::read_only}) {
    const auto failure = failure_of_opening(database, mode);
    REQUIRE(failure);
    CHECK(failure->what_kind() == conflict);
    CHECK(std::string{failure->what()} ==
          "the database has schema version 99, this program knows 4: use a newer program");
  }
}

TEST_CASE_TEMPLATE("store: a migration that fails leaves nothing half done", Database, sqlite_database,
                   postgresql_database) {
  const Database database;
  execute(database, "create table last_seen (something text)");
  CHECK(failure_of_opening(database));
  execute(database, "drop table last_seen");
  CHECK_FALSE(failure_of_opening(database));
}

TEST_CASE_TEMPLATE("store: a reader sees what is committed while another writes, and can't write", Database,
                   sqlite_database, postgresql_database) {
  const Database database;
  const auto before = failure_of_opening(database, access::read_only);
  REQUIRE(before);
  CHECK(before->what_kind() == unavailable);
  const auto writer = database.open();
  const auto reader = database.open(access::read_only);
  add(*writer, a_conversation(room, {ana}));
  append_many(*writer, 2);
  writer->begin();
  writer->append(room, 2, {a_message("new")});
  CHECK(page(*reader, std::nullopt, std::nullopt, 50).messages.size() == 2);
  writer->commit();
  CHECK(page(*reader, std::nullopt, std::nullopt, 50).messages.size() == 3);
  CHECK(failure_of(*reader, [&] { reader->put_user({.who = ana}); }) == unavailable);
  CHECK(page(*reader, std::nullopt, std::nullopt, 50).messages.size() == 3);
}

TEST_CASE("store: a database that can't be opened is unavailable") {
  for (const std::string where : {"sqlite:/nowhere/at all.db", "postgresql://postgres@/postgres?host=/nowhere"}) {
    try {
      open_sql_store(where);
      FAIL("opened");
    } catch (const store_failure& failure) {
      CHECK(failure.what_kind() == unavailable);
    }
  }
}

TEST_CASE("store: a server's connection that was lost is found again by reconnecting") {
  const postgresql_database database;
  const auto in = database.open();
  add(*in, a_conversation(room, {ana}));
  in->begin();
  in->append(room, 0, {a_message("a")});
  execute(database,
          "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and "
          "state = 'idle in transaction'");
  CHECK_THROWS_AS(in->append(room, 1, {a_message("b")}), store_failure);
  in->rollback();
  CHECK(failure_of(*in, [] {}) == unavailable);
  in->reconnect();
  CHECK_FALSE(find(*in, "a"));
  CHECK(append(*in, 0, {a_message("a")}).at(0).what.seq == 1);
}

}  // namespace
}  // namespace parley::test
