#include "actors/store/migrations.hpp"

#include <array>
#include <cstddef>
#include <span>

namespace parley {
namespace {

using integer = sql_connection::integer;

// No column is ever null: an empty text or 0 says that there is nothing. Times are milliseconds since 1970 in UTC.
constexpr std::array<const char*, 9> version_1{
    "create table conversations (id text not null primary key, type bigint not null, last_seq bigint not null,"
    " created_at bigint not null, updated_at bigint not null)",
    "create table members (conversation text not null, user_id text not null, user_json text not null,"
    " delivered bigint not null, read_seq bigint not null, primary key (conversation, user_id))",
    "create index members_of_user on members (user_id)",
    "create table messages (id text not null primary key, conversation text not null, seq bigint not null,"
    " sender text not null, sender_json text not null, type bigint not null, content text not null,"
    " client_id text not null, reply_to text not null, at bigint not null, edited_at bigint not null,"
    " deleted bigint not null, unique (conversation, seq))",
    "create unique index messages_once on messages (conversation, sender, client_id) where client_id <> ''",
    "create index messages_by_age on messages (at)",
    "create table reactions (message text not null, emoji text not null, user_id text not null,"
    " primary key (message, emoji, user_id))",
    "create table users (id text not null primary key, id_json text not null, username text not null,"
    " name text not null, avatar text not null, phone_number text not null, roles text not null,"
    " token_version bigint not null)",
    "create table last_seen (user_id text not null primary key, user_json text not null, at bigint not null)",
};

/// Of members who are here already it is not known when they came: as if from the first message on.
constexpr std::array<const char*, 2> version_2{
    "alter table members add column joined_after bigint not null default 0",
    "alter table messages add column words text not null default ''",
};

/// The nodes of a cluster, and in one row the number of its members' last change and of the last run enrolled. The
/// nodes are in PostgreSQL only: SQLite's tables stay as they are made here.
constexpr std::array<const char*, 3> version_3{
    "create table cluster_nodes (number bigint not null primary key, name text not null unique,"
    " address text not null, member bigint not null, renewed bigint not null)",
    "create table cluster_view (id bigint not null primary key, number bigint not null, last_node bigint not null)",
    "insert into cluster_view (id, number, last_node) values (1, 0, 0)",
};

/// Each row keeps the revision of its last change. A message of before has its number for it (a 0 stands for that, as
/// it would take long to write it into all of them), and so have its edit, its deletion and its reactions. What was
/// removed stays as a row, for those who were away; `conversation` is there for the index.
constexpr std::array<const char*, 12> version_4{
    "alter table conversations add column rev bigint not null default 0",
    "update conversations set rev = last_seq",
    "alter table messages add column rev bigint not null default 0",
    "alter table messages add column edit_rev bigint not null default 0",
    "update messages set edit_rev = seq where edited_at <> 0 or deleted <> 0",
    "create index messages_changed on messages (conversation, edit_rev) where edit_rev > 0",
    "alter table reactions add column conversation text not null default ''",
    "alter table reactions add column user_json text not null default ''",
    "alter table reactions add column removed bigint not null default 0",
    "alter table reactions add column rev bigint not null default 0",
    "update reactions set conversation = coalesce((select conversation from messages where id = message), ''),"
    " rev = coalesce((select seq from messages where id = message), 0),"
    " user_json = coalesce((select last_seen.user_json from last_seen where last_seen.user_id = reactions.user_id), "
    "'')",
    "create index reactions_changed on reactions (conversation, rev)",
};

const std::array<std::span<const char* const>, 4> migrations{version_1, version_2, version_3, version_4};
constexpr integer known_version = std::tuple_size_v<decltype(migrations)>;

/// Held to the end of the transaction by whoever migrates a PostgreSQL database; the number means nothing.
constexpr const char* take_migration_lock = "select pg_advisory_xact_lock(7026376121)";

integer stored_version(sql_connection& database) {
  const auto rows = database.select<integer>("select coalesce(max(version), 0) from schema_version");
  return std::get<0>(rows.at(0));
}

void refuse_newer(sql_connection& database, integer version) {
  if (version <= known_version) return;
  database.refuse("the database has schema version " + std::to_string(version) + ", this program knows " +
                  std::to_string(known_version) + ": use a newer program");
}

/// One transaction. Returns whether there was something to do.
bool migrate_one_step(sql_connection& database) {
  if (database.is_postgresql()) database.execute(take_migration_lock);
  database.execute("create table if not exists schema_version (version bigint not null primary key)");
  const integer version = stored_version(database);
  refuse_newer(database, version);
  if (version == known_version) return false;
  for (const char* text : migrations.at(static_cast<std::size_t>(version))) database.execute(text);
  database.change("insert into schema_version (version) values (:version)", version + 1);
  return true;
}

}  // namespace

void migrate(sql_connection& database) {
  bool more = true;
  while (more) {
    database.begin();
    try {
      more = migrate_one_step(database);
      database.commit();
    } catch (...) {
      database.rollback();
      throw;
    }
  }
}

void require_migrated(sql_connection& database) {
  const integer version = stored_version(database);
  refuse_newer(database, version);
  if (version < known_version)
    throw store_failure{store_failure::kind::unavailable, "the database has not been prepared by a writer yet"};
}

}  // namespace parley
