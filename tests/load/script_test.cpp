// Scripts: what is understood, what is complained of, what is expected.
#include "tests/load/script.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <doctest/doctest.h>

#include "tests/load/cast.hpp"
#include "tests/load/dialect.hpp"
#include "tests/load/expectation.hpp"
#include "tests/load/report.hpp"

using namespace parley;
using namespace parley::load;

namespace {

complaints complaints_of(std::string_view text) {
  const auto parsed = parse_script("test", text);
  return parsed ? complaints{} : parsed.failure();
}

bool complains_of(const complaints& all, std::string_view place) {
  for (const auto& each : all)
    if (each.starts_with(place)) return true;
  return false;
}

}  // namespace

TEST_CASE("script: every one in scripts/load is understood, and so is its dialect") {
  std::size_t found = 0;
  for (const auto& each : std::filesystem::directory_iterator{std::filesystem::path{PARLEY_ROOT} / "scripts/load"}) {
    if (each.path().extension() != ".json") continue;
    std::ifstream file{each.path()};
    std::ostringstream text;
    text << file.rdbuf();
    const auto parsed = parse_script(each.path().stem().string(), text.str());
    INFO(each.path().string());
    REQUIRE(parsed);
    CHECK(make_dialect(parsed->dialect, parsed->events));
    CHECK_FALSE(parsed->about.empty());
    CHECK_FALSE(parsed->expectations.empty());
    ++found;
  }
  CHECK(found >= 6);
}

TEST_CASE("script: all mistakes are told at once, each with its place") {
  const auto all = complaints_of(R"({"measure_s": -1, "surprise": 1, "expect": ["p99 fast"],
    "groups": [{"users": 0, "do": [{"action": "room"}, {"action": "sing", "rate": 1}, {"action": "room", "weight": 1}]},
               {"rooms": {"size": 0}, "stay_s": [3, 1]}]})");
  for (const auto* place :
       {"measure_s", "surprise", "expect", "groups[0].users", "groups[0].do[0].action", "groups[0].do[1].action",
        "groups[0].think_s", "groups[1].users", "groups[1].rooms[0].size", "groups[1].stay_s"}) {
    INFO(place);
    CHECK(complains_of(all, place));
  }
}

TEST_CASE("script: what is not JSON, or not an object, is refused") {
  CHECK(complains_of(complaints_of("{"), "the script is not JSON"));
  CHECK(complains_of(complaints_of("[]"), "the script: must be an object"));
  CHECK(complains_of(complaints_of("{}"), "groups"));
}

TEST_CASE("expectations: compared with the metric of that name; one that is not there is not met") {
  const json metrics{{"p99_ms", 12.5}, {"lost", 0}};
  CHECK(judge("p99_ms < 20", metrics).met);
  CHECK_FALSE(judge("p99_ms < 12.5", metrics).met);
  CHECK(judge("p99_ms <= 12.5", metrics).met);
  CHECK(judge("lost == 0", metrics).met);
  CHECK_FALSE(judge("lost != 0", metrics).met);
  CHECK_FALSE(judge("doubled == 0", metrics).met);
  CHECK_FALSE(parse_expectation("lost = 0"));
  CHECK_FALSE(parse_expectation("lost == 0 or so"));
}

TEST_CASE("templates: blanks are filled, numbers lose their quotes, unknown ones are refused") {
  const auto parsed = event_template::parse(json::parse(R"(["say", {"to": "{topic}", "after": "{#seq}", "x": {}}])"));
  REQUIRE(parsed);
  blanks values;
  values[static_cast<std::size_t>(blank::topic)] = "lobby";
  values[static_cast<std::size_t>(blank::seq)] = "17";
  std::string out;
  parsed->fill(out, values);
  CHECK(json::parse(out) == json::parse(R"(["say", {"to": "lobby", "after": 17, "x": {}}])"));
  CHECK_FALSE(event_template::parse(json::parse(R"(["say", "{nobody}"])")));
}

TEST_CASE("dialects: a table of one's own for any Socket.IO server; changes are laid over a known one") {
  const auto own = make_dialect(json::parse(R"({"namespace": "/game", "events": {
    "join_room": {"emit": ["enter", "{topic}"]}, "room": {"emit": ["shout", "{text}"], "heard": "shouted", "echo": false}}})"),
                                nullptr);
  REQUIRE(own);
  CHECK(own->nsp == "/game");
  CHECK((*own)[word::room].heard == "shouted");
  CHECK_FALSE((*own)[word::room].echo);
  const auto changed = make_dialect("rooms", json::parse(R"({"room": {"emit": ["x"], "heard": "y"}})"));
  REQUIRE(changed);
  CHECK((*changed)[word::room].heard == "y");
  CHECK((*changed)[word::private_message].heard == "private-message");
  CHECK_FALSE(make_dialect("no such", nullptr));
  CHECK_FALSE(make_dialect("rooms", json::parse(R"({"room": {"emit": {}}})")));
}

TEST_CASE("cast: rooms are filled in turn, pairs have each other, all have tokens") {
  const auto what = parse_script("t", R"({"groups": [{"users": 6, "rooms": [{"size": 2, "count": 3}, {"size": 6}]}]})");
  const auto speaks = make_dialect("rooms", nullptr);
  ledger book;
  const auto made = make_cast(*what, *speaks, "a secret of more than thirty-two bytes", "run-", book);
  REQUIRE(made.users.size() == 6);
  for (const auto& each : made.users) {
    CHECK(each.rooms.size() == 2);
    CHECK(each.has_peer);
    CHECK(made.users[each.peer].peer == each.is.number);
    CHECK_FALSE(each.is.token.empty());
  }
  CHECK(made.users[0].rooms[0].stream == made.users[1].rooms[0].stream);
  CHECK(made.users[0].rooms[0].stream != made.users[2].rooms[0].stream);
  CHECK(made.users[0].rooms[1].stream == made.users[5].rooms[1].stream);
}

TEST_CASE("report: the page holds the result, and nothing in it ends its script") {
  const json result{{"script", "t"},
                    {"about", "</script><b>"},
                    {"metrics", {{"lost", 0}}},
                    {"expectations", json::array()},
                    {"seconds", json::array()},
                    {"distribution", json::array()}};
  const auto page = html_page(result);
  CHECK(page.find("</script><b>") == std::string::npos);
  CHECK(page.find("\\u003c/script>\\u003cb>") != std::string::npos);
  CHECK(page.find("http://") == page.find("http://www.w3.org/2000/svg"));
  CHECK(terminal_table(result).find("lost 0") != std::string::npos);
}
