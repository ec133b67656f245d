#include "actors/cluster/node_message.hpp"

#include <random>

#include <doctest/doctest.h>

using namespace parley;

namespace {

participant somebody(const std::string& name) {
  auto who = std::make_shared<identity>();
  who->id = user_id{name};
  who->id_json = '"' + name + '"';
  who->roles = {"admin"};
  return {who, timestamp{std::chrono::hours{9}}};
}

std::string batch_of_several() {
  std::string batch;
  append_message(
      batch, registry_join{join_room{room_name{"den"}, session_key::make(1, 2, 3, 4), somebody("ann"), {}, "7", true}});
  origin from;
  from.key = session_key::make(1, 2, 3, 4);
  from.by = dialects::dialect_id::hub;
  from.ack = 0;
  from.plain_id = "\"x\"";
  append_message(batch, registry_user{user_id{"ben"}, tell_user{"psst", somebody("ann"), from}});
  delivery made{make_event({}, event::announced{somebody("root"), "hear"}), to_topics{{5, 6}}};
  made.only = {dialects::dialect_id::chat};
  made.reports = true;
  made.except_users = {user_id{"eve"}};
  append_message(batch, made);
  return batch;
}

std::vector<node_message> read(std::string_view batch) {
  std::vector<node_message> found;
  read_messages(batch, [&found](node_message& each) { found.push_back(std::move(each)); });
  return found;
}

}  // namespace

TEST_CASE("node message: what one link appends, another reads, in order") {
  const auto found = read(batch_of_several());
  REQUIRE(found.size() == 3);
  const auto& joined = std::get<registry_join>(found[0]).what;
  CHECK(joined.who == session_key::make(1, 2, 3, 4));
  CHECK(joined.user.who->has_role("ADMIN"));
  CHECK(joined.resumed);
  CHECK(joined.label == "7");
  const auto& told = std::get<tell_user>(std::get<registry_user>(found[1]).what);
  CHECK(told.text == "psst");
  CHECK(told.answer.ack == std::uint64_t{0});
  CHECK(told.answer.by == dialects::dialect_id::hub);
  CHECK(told.answer.plain_id == "\"x\"");
  const auto& made = std::get<delivery>(found[2]);
  CHECK(std::get<event::announced>(made.what->body).text == "hear");
  CHECK(std::get<to_topics>(made.to).topics == std::vector<topic_id>{5, 6});
  CHECK(made.only.contains(dialects::dialect_id::chat));
  CHECK_FALSE(made.only.contains(dialects::dialect_id::hub));
  CHECK(made.reports);
  CHECK(made.except_users.size() == 1);
}

TEST_CASE("node message: one that a node does not know is passed over, the others are heard") {
  std::string batch;
  append_message(batch, presence_failed{user_id{"a"}});
  wire::writer to{batch};
  to.sized([&] {
    to.number(std::variant_size_v<node_message> + 7);
    to.sized([&] { to.bytes("of the next version"); });
  });
  append_message(batch, presence_failed{user_id{"b"}});
  const auto found = read(batch);
  REQUIRE(found.size() == 2);
  CHECK(std::get<presence_failed>(found[1]).user.str() == "b");
}

TEST_CASE("node message: garbage ends no node") {
  std::mt19937 random{5};
  const auto whole = batch_of_several();
  for (int round = 0; round < 5000; ++round) {
    auto text = whole;
    for (auto changes = random() % 6 + 1; changes > 0; --changes)
      text[random() % text.size()] = static_cast<char>(random());
    read(text);
  }
}
