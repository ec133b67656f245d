// What a node that is no longer a member can't do: commit. And that it holds nobody up.
#include <atomic>
#include <chrono>
#include <thread>

#include <doctest/doctest.h>

#include "actors/store/postgresql_address.hpp"
#include "tests/contract/support/cluster.hpp"
#include "tests/contract/support/given.hpp"

namespace parley::test {
namespace {

using std::chrono::milliseconds;
constexpr auto unavailable = store_failure::kind::unavailable;

/// Two members, and the store of one of them.
struct two_members {
  two_members() { add(*database.open(), a_conversation(room, {ana})); }

  cluster_view exclude() const { return keeper->exclude({.by = staying, .gone = {going}, .quorum = true}); }

  postgresql_database database;
  std::unique_ptr<roster> keeper = open_sql_roster(database.where());
  std::uint32_t staying = add_member(*keeper, "staying");
  std::uint32_t going = add_member(*keeper, "going");
  std::unique_ptr<store> fenced = open_sql_store(database.where(), access::read_write, going);
};

std::string reason_for_not_beginning(store& in) {
  try {
    in.begin();
    return {};
  } catch (const store_failure& failure) {
    CHECK(failure.what_kind() == unavailable);
    CHECK_THROWS_AS(in.commit(), store_failure);
    in.rollback();
    return failure.what();
  }
}

TEST_CASE("fence: a member writes, one who is enrolled only does not") {
  const two_members of;
  append(*of.fenced, 0, {a_message("a")});
  CHECK(find(*of.database.open(), "a"));
  const auto enrolled = of.keeper->enroll("new", "new:1", lease);
  const auto too_early = open_sql_store(of.database.where(), access::read_write, enrolled);
  CHECK(reason_for_not_beginning(*too_early) == "this node is no longer a member of the cluster");
  of.keeper->join(enrolled);
  append(*too_early, 1, {a_message("b")});
}

TEST_CASE("fence: a transaction under way delays the exclusion and is committed, none begins after") {
  const two_members of;
  of.fenced->begin();
  std::atomic<bool> excluded = false;
  cluster_view after;
  std::jthread excluding{[&] {
    after = of.exclude();
    excluded = true;
  }};
  wait_until_blocked(of.database);
  of.fenced->append(room, 0, {a_message("a")});
  CHECK_FALSE(excluded);
  of.fenced->commit();
  excluding.join();
  CHECK(after.nodes.size() == 1);
  CHECK(find(*of.database.open(), "a"));
  CHECK(reason_for_not_beginning(*of.fenced) == "this node is no longer a member of the cluster");
  of.fenced->reconnect();
  CHECK(failure_of(*of.fenced, [&] { of.fenced->append(room, 1, {a_message("b")}); }) == unavailable);
}

TEST_CASE("fence: the same holds for a new run of the node, and for going by oneself") {
  const two_members of;
  const auto other = open_sql_store(of.database.where(), access::read_write, of.staying);
  append(*other, 0, {a_message("a")});
  of.keeper->enroll("going", "going:2", lease);
  of.keeper->leave(of.staying);
  CHECK_FALSE(reason_for_not_beginning(*of.fenced).empty());
  CHECK_FALSE(reason_for_not_beginning(*other).empty());
}

TEST_CASE("fence: a transaction that idles for more than a second is lost, and the exclusion goes through") {
  const two_members of;
  of.fenced->begin();
  of.fenced->append(room, 0, {a_message("a")});
  CHECK(of.exclude().nodes.size() == 1);
  CHECK_THROWS_AS(of.fenced->commit(), store_failure);
  of.fenced->rollback();
  CHECK_FALSE(find(*of.database.open(), "a"));
  CHECK_FALSE(reason_for_not_beginning(*of.fenced).empty());
  of.fenced->reconnect();
  CHECK(reason_for_not_beginning(*of.fenced) == "this node is no longer a member of the cluster");
}

TEST_CASE("fence: one transaction after another does not hold the exclusion up") {
  const two_members of;
  std::atomic<int> written = 0;
  std::jthread writing{[&] {
    while (!failure_of(*of.fenced, [&] { of.fenced->put_last_seen(ana, at_second(written)); })) ++written;
  }};
  while (written < 10) std::this_thread::yield();
  const auto started = std::chrono::steady_clock::now();
  CHECK(of.exclude().nodes.size() == 1);
  CHECK(std::chrono::steady_clock::now() - started < milliseconds{500});
  writing.join();
  CHECK_FALSE(reason_for_not_beginning(*of.fenced).empty());
}

TEST_CASE("fence: the lease is renewed while a transaction is under way") {
  const two_members of;
  of.fenced->begin();
  CHECK(of.keeper->renew(of.going).nodes.size() == 2);
  of.fenced->commit();
}

TEST_CASE("fence: a lease that is renewed while its exclusion waits holds") {
  const two_members of;
  const auto other = open_sql_roster(of.database.where());
  execute(of.database, "update cluster_nodes set renewed = 0");
  of.fenced->begin();
  cluster_view after;
  std::jthread excluding{[&] { after = of.keeper->exclude({.by = of.staying, .gone = {of.going}, .lease = lease}); }};
  wait_until_blocked(of.database);
  other->renew(of.going);
  of.fenced->commit();
  excluding.join();
  CHECK(after.nodes.size() == 2);
  append(*of.fenced, 0, {a_message("a")});
}

TEST_CASE("fence: without one a transaction may idle, and who reads need be no member") {
  const two_members of;
  const auto unfenced = of.database.open();
  const auto reader = open_sql_store(of.database.where(), access::read_only, of.going);
  of.exclude();
  unfenced->begin();
  unfenced->append(room, 0, {a_message("a")});
  std::this_thread::sleep_for(milliseconds{1200});
  unfenced->commit();
  CHECK(find(*reader, "a"));
}

TEST_CASE("address: a server is given up early, unless the user wants otherwise") {
  const std::string early =
      "connect_timeout=2&tcp_user_timeout=2000&keepalives_idle=1&keepalives_interval=1&keepalives_count=2";
  CHECK(give_up_early("postgresql://u@h:1/db") == "postgresql://u@h:1/db?" + early);
  CHECK(give_up_early("postgres://u:a?b@h/db") == "postgres://u:a?b@h/db?" + early);
  // The last of two values counts.
  CHECK(give_up_early("postgresql:///db?host=/tmp&connect_timeout=9") ==
        "postgresql:///db?" + early + "&host=/tmp&connect_timeout=9");
  CHECK(give_up_early("host=h connect_timeout = 9") ==
        "connect_timeout=2 tcp_user_timeout=2000 keepalives_idle=1 keepalives_interval=1 keepalives_count=2 "
        "host=h connect_timeout = 9");
}

TEST_CASE("address: a URI without parameters gets one, as SOCI would spoil its database's name otherwise") {
  CHECK(with_parameters("postgresql://u@h:1/db") == "postgresql://u@h:1/db?application_name=parleyd");
  CHECK(with_parameters("postgresql://u@h/db?sslmode=prefer") == "postgresql://u@h/db?sslmode=prefer");
}

}  // namespace
}  // namespace parley::test
