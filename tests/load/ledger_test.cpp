// What the verdict rests on: the ledger that finds what a server lost, doubled or put out of order.
#include "tests/load/ledger.hpp"

#include <doctest/doctest.h>

using namespace parley::load;

namespace {

constexpr message_id from(std::uint32_t sender, std::uint32_t sequence) {
  return std::uint64_t{sender} << 32U | sequence;
}

/// One stream with users 0, 1 and 2 in it, all there from the beginning.
struct three {
  explicit three(bool echo = true) : stream{book.add_stream(echo)} {
    for (std::uint32_t user = 0; user < 3; ++user) book.add_member(stream, user);
    for (std::uint32_t user = 0; user < 3; ++user) book.joined(stream, user);
  }
  void heard(std::uint32_t user, message_id id) { book.book(stream, user, id); }

  ledger book;
  std::uint32_t stream;
};

}  // namespace

TEST_CASE("ledger: what arrives once everywhere in one order is in order") {
  three in;
  for (std::uint32_t i = 0; i < 100; ++i) {
    in.book.promise(in.stream, from(0, i), in.book.sending(in.stream));
    for (std::uint32_t user = 0; user < 3; ++user) in.heard(user, from(0, i));
  }
  CHECK(in.book.counts().received == 300);
  CHECK(in.book.counts().doubled + in.book.counts().reordered + in.book.counts().stray == 0);
  CHECK(in.book.lost() == 0);
}

TEST_CASE("ledger: a message that one member never gets is lost once") {
  three in;
  for (const auto id : {from(0, 0), from(0, 1), from(0, 2)})
    for (std::uint32_t user = 0; user < 3; ++user)
      if (user != 1 || id != from(0, 1)) in.heard(user, id);
  CHECK(in.book.lost() == 1);
}

TEST_CASE("ledger: the last message that one member never gets is lost, too") {
  three in;
  in.heard(0, from(0, 0));
  in.heard(2, from(0, 0));
  CHECK(in.book.lost() == 1);
}

TEST_CASE("ledger: what was promised and nobody got is lost to all") {
  three in;
  in.book.promise(in.stream, from(1, 0), in.book.sending(in.stream));
  CHECK(in.book.lost() == 3);
  in.book.excuse(in.stream, 1);
  CHECK(in.book.lost() == 3);
}

TEST_CASE(
    "ledger: what was sent without an ack and nobody heard is excused with its sender's connection, and no more") {
  three in;
  for (std::uint32_t sequence = 0; sequence < 4; ++sequence)
    in.book.hope(in.stream, from(1, sequence), in.book.sending(in.stream));
  for (std::uint32_t user = 0; user < 3; ++user) in.heard(user, from(1, 1));
  CHECK(in.book.lost() == 9);
  in.book.excuse(in.stream, 1);
  CHECK(in.book.lost() == 3);
}

TEST_CASE("ledger: who comes back and hears nothing has lost what was sent since") {
  three in;
  const auto say = [&](std::uint32_t sequence, std::initializer_list<std::uint32_t> heard_by) {
    in.book.promise(in.stream, from(0, sequence), in.book.sending(in.stream));
    for (const auto user : heard_by) in.heard(user, from(0, sequence));
  };
  say(0, {0, 1, 2});
  in.book.left(in.stream, 2);
  say(1, {0, 1});
  in.book.joined(in.stream, 2);
  CHECK(in.book.lost() == 0);
  say(2, {0, 1});
  CHECK(in.book.lost() == 1);
  say(3, {0, 1, 2});
  CHECK(in.book.lost() == 1);
  in.book.left(in.stream, 2);
  in.book.joined(in.stream, 2, false);  // nobody says when
  say(4, {0, 1});
  CHECK(in.book.lost() == 0);
  say(5, {0, 1, 2});
  say(6, {0, 1});
  CHECK(in.book.lost() == 1);
}

TEST_CASE("ledger: what was sent before somebody came need not reach them, acknowledged before or after") {
  three in;
  const auto sent = in.book.sending(in.stream);
  in.book.left(in.stream, 2);
  in.book.joined(in.stream, 2);
  in.book.promise(in.stream, from(0, 0), sent);
  CHECK(in.book.lost() == 2);
  for (const auto user : {0U, 1U}) in.heard(user, from(0, 0));
  CHECK(in.book.lost() == 0);
}

TEST_CASE("ledger: twice is twice, however much later") {
  three in;
  for (std::uint32_t sequence = 0; sequence < 1000; ++sequence)
    for (std::uint32_t user = 0; user < 3; ++user) in.heard(user, from(0, sequence));
  in.heard(1, from(0, 3));
  CHECK(in.book.counts().doubled == 1);
  CHECK(in.book.lost() == 0);
}

TEST_CASE("ledger: an order that all see is wrong where a sender's words are turned round") {
  three in;
  for (const auto id : {from(0, 1), from(0, 0), from(1, 5), from(0, 2)})
    for (std::uint32_t user = 0; user < 3; ++user) in.heard(user, id);
  CHECK(in.book.counts().reordered == 1);
  constexpr std::uint32_t next_connection = 1U << connection_shift;
  for (const auto id : {from(0, next_connection), from(0, 3)})
    for (std::uint32_t user = 0; user < 3; ++user) in.heard(user, id);
  CHECK(in.book.counts().reordered == 1);
}

TEST_CASE("ledger: twice at one member is doubled, whether at once or later") {
  three in;
  in.heard(0, from(0, 0));
  in.heard(0, from(0, 0));
  CHECK(in.book.counts().doubled == 1);
  in.heard(0, from(0, 1));
  in.heard(1, from(0, 0));
  in.heard(1, from(0, 1));
  in.heard(1, from(0, 0));
  CHECK(in.book.counts().doubled == 2);
}

TEST_CASE("ledger: two members that see two messages in different order have no one order") {
  three in;
  in.heard(0, from(1, 0));
  in.heard(0, from(2, 0));
  in.heard(1, from(2, 0));
  in.heard(1, from(1, 0));
  in.heard(2, from(1, 0));
  in.heard(2, from(2, 0));
  CHECK(in.book.counts().reordered == 1);
  CHECK(in.book.lost() == 0);
}

TEST_CASE("ledger: who is not in the stream gets strays") {
  three in;
  in.heard(7, from(0, 0));
  CHECK(in.book.counts().stray == 1);
  CHECK(in.book.counts().received == 0);
}

TEST_CASE("ledger: who was away misses nothing, and is followed from the first message after") {
  three in;
  for (std::uint32_t user = 0; user < 3; ++user) in.heard(user, from(0, 0));
  in.book.left(in.stream, 1);
  for (const auto id : {from(0, 1), from(0, 2)}) {
    in.heard(0, id);
    in.heard(2, id);
  }
  in.book.joined(in.stream, 1);
  CHECK(in.book.lost() == 0);
  in.heard(1, from(0, 2));
  CHECK(in.book.lost() == 0);
  in.heard(0, from(0, 3));
  in.heard(2, from(0, 3));
  CHECK(in.book.lost() == 1);
}

TEST_CASE("ledger: where nothing is echoed, one's own messages are not waited for") {
  three in{false};
  in.heard(1, from(0, 0));
  in.heard(2, from(0, 0));
  in.heard(0, from(1, 0));
  in.heard(2, from(1, 0));
  CHECK(in.book.lost() == 0);
  CHECK(in.book.counts().reordered == 0);
  CHECK(in.book.counts().doubled == 0);
}

TEST_CASE("ledger: what was promised to nobody does not wait for those who come later") {
  ledger book;
  const auto stream = book.add_stream(true);
  book.add_member(stream, 0);
  book.joined(stream, 0);
  book.promise(stream, from(1, 0), book.sending(stream));
  book.left(stream, 0);
  book.joined(stream, 0);
  CHECK(book.lost() == 0);
}

TEST_CASE("ledger: a newcomer may hear of a message before those who were there have heard of the one before") {
  three in;
  for (std::uint32_t user = 0; user < 3; ++user) in.heard(user, from(0, 0));
  in.book.left(in.stream, 2);
  in.book.joined(in.stream, 2);
  for (const auto id : {from(0, 2), from(0, 3)}) in.heard(2, id);
  for (const auto user : {0U, 1U})
    for (const auto id : {from(0, 1), from(0, 2), from(0, 3)}) in.heard(user, id);
  in.heard(2, from(0, 3));
  for (std::uint32_t user = 0; user < 3; ++user) in.heard(user, from(0, 4));
  CHECK(in.book.lost() == 0);
  CHECK(in.book.counts().reordered == 0);
  CHECK(in.book.counts().doubled == 1);
  CHECK(in.book.counts().received == 3 + 2 + 6 + 3);
}

TEST_CASE("ledger: what only a newcomer heard was lost to those who were there") {
  three in;
  for (std::uint32_t user = 0; user < 3; ++user) in.heard(user, from(0, 0));
  in.book.left(in.stream, 2);
  in.book.joined(in.stream, 2);
  in.heard(2, from(0, 1));
  in.heard(0, from(0, 2));
  in.heard(1, from(0, 1));
  in.heard(1, from(0, 2));
  in.heard(2, from(0, 2));
  CHECK(in.book.lost() == 1);
}

TEST_CASE("ledger: newcomers who are alone make an order of their own") {
  three in;
  in.heard(0, from(0, 0));
  for (std::uint32_t user = 0; user < 3; ++user) in.book.left(in.stream, user);
  for (std::uint32_t user = 0; user < 3; ++user) in.book.joined(in.stream, user);
  for (const auto id : {from(0, 2), from(0, 3)}) in.heard(1, id);
  for (const auto id : {from(0, 1), from(0, 2), from(0, 3)}) in.heard(0, id);
  in.heard(2, from(0, 3));
  CHECK(in.book.lost() == 0);
  CHECK(in.book.counts().reordered + in.book.counts().doubled == 0);
}
