// Who is a member of the cluster, as PostgreSQL arbitrates it.
#include <array>
#include <barrier>
#include <chrono>
#include <optional>
#include <set>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <doctest/doctest.h>

#include "tests/contract/support/cluster.hpp"

namespace parley::test {
namespace {

constexpr auto conflict = store_failure::kind::conflict;
constexpr auto unavailable = store_failure::kind::unavailable;

const cluster_node* find(const cluster_view& in, std::uint32_t number) {
  for (const auto& each : in.nodes)
    if (each.number == number) return &each;
  return nullptr;
}

std::vector<std::uint32_t> members(const cluster_view& of) {
  std::vector<std::uint32_t> found;
  for (const auto& each : of.nodes)
    if (each.member) found.push_back(each.number);
  return found;
}

template <class Change>
std::optional<store_failure::kind> failure_of(Change change) {
  try {
    change();
    return std::nullopt;
  } catch (const store_failure& failure) {
    return failure.what_kind();
  }
}

/// Its lease looks as if it had been renewed that long ago.
void age(const postgresql_database& in, std::uint32_t number, std::chrono::milliseconds by) {
  execute(in, "update cluster_nodes set renewed = renewed - " + std::to_string(by.count()) +
                  " where number = " + std::to_string(number));
}

TEST_CASE("roster: who is enrolled is seen by all, and is a member once it has joined") {
  const postgresql_database database;
  const auto a = open_sql_roster(database.where());
  const auto b = open_sql_roster(database.where());
  const auto first = a->enroll("a", "10.0.0.1:4000", lease);
  const auto second = b->enroll("b", "10.0.0.2:4000", lease);
  CHECK(first > 0);
  const auto before = a->renew(first);
  CHECK(before.number == 0);
  REQUIRE(before.nodes.size() == 2);
  CHECK(before.nodes.at(0).number == first);
  CHECK(before.nodes.at(1).number == second);
  CHECK(before.nodes.at(1).name == "b");
  CHECK(before.nodes.at(1).address == "10.0.0.2:4000");
  CHECK(members(before).empty());
  CHECK(members(b->join(second)) == std::vector{second});
  CHECK(members(a->renew(first)) == std::vector{second});
}

TEST_CASE("roster: the view's number rises by one with each change of the members, and by nothing else") {
  const postgresql_database database;
  const auto a = open_sql_roster(database.where());
  const auto first = a->enroll("a", "a:1", lease);
  const auto second = a->enroll("b", "b:1", lease);
  const auto third = a->enroll("c", "c:1", lease);
  const auto idle = a->enroll("d", "d:1", lease);
  CHECK(a->join(first).number == 1);
  CHECK(a->join(first).number == 1);
  CHECK(a->join(second).number == 2);
  CHECK(a->join(third).number == 3);
  CHECK(a->renew(first).number == 3);
  CHECK(a->leave(idle).number == 3);
  CHECK(a->exclude({.by = first, .gone = {}, .quorum = true}).number == 3);
  CHECK(a->exclude({.by = first, .gone = {second, third}, .quorum = true}).number == 4);
  CHECK(a->leave(first).number == 5);
  CHECK(a->leave(first).number == 5);
  CHECK(a->renew(first).nodes.empty());
}

TEST_CASE("roster: a number is never used again") {
  const postgresql_database database;
  std::set<std::uint32_t> seen;
  for (int i = 0; i < 3; ++i) {
    const auto a = open_sql_roster(database.where());
    const auto number = a->enroll("a", "a:1", lease);
    CHECK(seen.insert(number).second);
    CHECK(number == *seen.rbegin());
    a->join(number);
    a->leave(number);
  }
  CHECK(seen.size() == 3);
}

TEST_CASE("roster: enrolling a name again takes its older run out") {
  const postgresql_database database;
  const auto a = open_sql_roster(database.where());
  const auto b = open_sql_roster(database.where());
  const auto old_run = a->enroll("a", "a:1", lease);
  a->join(old_run);
  const auto new_run = b->enroll("a", "a:2", lease);
  const auto found = b->renew(new_run);
  CHECK(found.number == 2);
  REQUIRE(found.nodes.size() == 1);
  CHECK(found.nodes.at(0).number == new_run);
  CHECK(found.nodes.at(0).address == "a:2");
  CHECK_FALSE(found.nodes.at(0).member);
  CHECK(a->join(old_run).number == 2);
  CHECK(find(a->renew(old_run), old_run) == nullptr);
}

TEST_CASE("roster: a name's lease is seen to be renewed, and no longer when it has run out or is gone") {
  const postgresql_database database;
  const auto a = open_sql_roster(database.where());
  CHECK_FALSE(a->last_renewed("a", lease));
  const auto run = a->enroll("a", "a:1", lease);
  const auto first = a->last_renewed("a", lease);
  REQUIRE(first);
  CHECK(a->last_renewed("a", lease) == first);
  CHECK_FALSE(a->last_renewed("b", lease));
  age(database, run, lease / 2);
  CHECK(a->last_renewed("a", lease) < first);
  a->renew(run);
  CHECK(a->last_renewed("a", lease) >= first);
  age(database, run, lease * 2);
  CHECK_FALSE(a->last_renewed("a", lease));
  a->renew(run);
  a->leave(run);
  CHECK_FALSE(a->last_renewed("a", lease));
}

TEST_CASE("roster: enrolling drops those who were enrolled long ago, and no member") {
  const postgresql_database database;
  const auto a = open_sql_roster(database.where());
  const auto first = add_member(*a, "a");
  const auto recent = a->enroll("b", "b:1", lease);
  const auto absent = a->enroll("c", "c:1", lease);
  age(database, first, lease * 11);
  age(database, recent, lease * 9);
  age(database, absent, lease * 11);
  const auto last = a->enroll("d", "d:1", lease);
  const auto found = a->renew(last);
  CHECK(find(found, first) != nullptr);
  CHECK(find(found, recent) != nullptr);
  CHECK(find(found, absent) == nullptr);
  CHECK(found.number == 1);
}

TEST_CASE("roster: who is out, or enrolled only, takes nobody out") {
  const postgresql_database database;
  const auto a = open_sql_roster(database.where());
  const auto first = add_member(*a, "a");
  const auto second = add_member(*a, "b");
  const auto enrolled = a->enroll("c", "c:1", lease);
  a->leave(first);
  for (const auto by : {first, enrolled, 99U}) {
    const auto after = a->exclude({.by = by, .gone = {second}, .quorum = true, .lease = lease});
    CHECK(members(after) == std::vector{second});
    CHECK(after.number == 3);
  }
}

TEST_CASE("roster: when all members are gone, who is enrolled takes them out") {
  const postgresql_database database;
  const auto a = open_sql_roster(database.where());
  const auto first = add_member(*a, "a");
  const auto second = add_member(*a, "b");
  const auto enrolled = a->enroll("c", "c:1", lease);
  const exclusion both{.by = enrolled, .gone = {first, second}, .lease = lease};
  age(database, first, lease * 5);
  CHECK(members(a->exclude(both)) == std::vector{first, second});  // one of them lives
  age(database, second, lease * 3);
  CHECK(members(a->exclude(both)) == std::vector{first, second});  // or did just now
  age(database, second, lease * 5);
  CHECK(members(a->exclude({.by = 99, .gone = {first, second}, .lease = lease})) == std::vector{first, second});
  CHECK(members(a->exclude(both)).empty());
  CHECK(members(a->join(enrolled)) == std::vector{enrolled});
}

TEST_CASE("roster: without a quorum only those go whose leases have run out") {
  const postgresql_database database;
  const auto a = open_sql_roster(database.where());
  const auto first = add_member(*a, "a");
  const auto second = add_member(*a, "b");
  const auto third = add_member(*a, "c");
  const exclusion both{.by = first, .gone = {second, third}, .lease = lease};
  age(database, second, lease * 2);
  a->renew(second);
  CHECK(a->exclude(both).number == 3);
  age(database, third, lease * 2);
  const auto after = a->exclude(both);
  CHECK(members(after) == std::vector{first, second});
  CHECK(after.number == 4);
}

TEST_CASE("roster: of two who take each other out at once, exactly one stays") {
  const postgresql_database database;
  const std::array rosters{open_sql_roster(database.where()), open_sql_roster(database.where())};
  for (int round = 0; round < 20; ++round) {
    const std::array numbers{add_member(*rosters[0], "a"), add_member(*rosters[1], "b")};
    const auto before = rosters[0]->renew(numbers[0]);
    REQUIRE(members(before).size() == 2);
    std::array<cluster_view, 2> after;
    std::barrier start{2};
    const auto exclude_other = [&](std::size_t self) {
      start.arrive_and_wait();
      after[self] = rosters[self]->exclude({.by = numbers[self], .gone = {numbers[1 - self]}, .quorum = true});
    };
    std::jthread other{[&] { exclude_other(1); }};
    exclude_other(0);
    other.join();
    CHECK(members(after[0]).size() == 1);
    CHECK(members(after[0]) == members(after[1]));
    CHECK(after[0].number == before.number + 1);
    CHECK(after[1].number == before.number + 1);
  }
}

TEST_CASE("roster: renewing waits for nobody who changes the members; changing does, and not for long") {
  const postgresql_database database;
  const auto a = open_sql_roster(database.where());
  const auto number = a->enroll("a", "a:1", lease);
  {
    soci::session other{*soci::factory_postgresql(), database.where()};
    soci::transaction changing{other};
    other << "update cluster_view set number = number + 1";
    CHECK(a->renew(number).number == 0);
    CHECK(failure_of([&] { a->join(number); }) == unavailable);
    CHECK(a->renew(number).number == 0);
  }
  CHECK(a->join(number).number == 1);
}

TEST_CASE("roster: a connection that was lost is opened again") {
  const postgresql_database database;
  const auto a = open_sql_roster(database.where());
  const auto number = a->enroll("a", "a:1", lease);
  end_connections(database);
  CHECK(a->renew(number).nodes.size() == 1);
  end_connections(database);
  CHECK(a->join(number).number == 1);
  end_connections(database);
  CHECK(a->enroll("b", "b:1", lease) > number);
}

TEST_CASE("roster: a server that does not answer is given up soon") {
  namespace ip = boost::asio::ip;
  boost::asio::io_context context;
  const ip::tcp::acceptor silent{context, ip::tcp::endpoint{ip::address_v4::loopback(), 0}};
  const auto port = std::to_string(silent.local_endpoint().port());
  const auto started = std::chrono::steady_clock::now();
  CHECK(failure_of([&] { open_sql_roster("postgresql://postgres@127.0.0.1:" + port + "/postgres"); }) == unavailable);
  CHECK(std::chrono::steady_clock::now() - started < std::chrono::seconds{4});
}

TEST_CASE("roster: SQLite is refused, and no file is made") {
  const sqlite_database database;
  CHECK(failure_of([&] { open_sql_roster(database.where()); }) == conflict);
  CHECK(failure_of([&] { open_sql_store(database.where(), access::read_only, 1); }) == conflict);
  CHECK(failure_of([&] { database.open(access::read_only); }) == unavailable);
}

}  // namespace
}  // namespace parley::test
