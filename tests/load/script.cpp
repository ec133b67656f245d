#include "tests/load/script.hpp"

#include <algorithm>
#include <array>

#include "protocol/json/utf8.hpp"
#include "tests/load/expectation.hpp"
#include "tests/load/script_reader.hpp"

namespace parley::load {
namespace {

constexpr std::uint32_t most_users = 100'000;
constexpr std::uint32_t most_text = 1'000'000;
constexpr double most_per_second = 1'000'000;
constexpr double least_per_second = 0.001;
constexpr double shortest_think = 0.001;
constexpr std::uint64_t most_seats = 20'000'000;
constexpr std::size_t longest_name = 100;

constexpr std::array<std::string_view, 6> action_names{"room", "private", "conversation", "typing", "read", "presence"};

std::vector<topic_plan> read_topics(object_reader& in, std::string_view name) {
  std::vector<topic_plan> found;
  const auto& list = in.at(name);
  if (list.is_null()) return found;
  const auto all = list.is_array() ? list : json::array({list});
  for (std::size_t i = 0; i < all.size(); ++i) {
    object_reader each{all[i], in.place_of(name) + "[" + std::to_string(i) + "]", in.errors()};
    topic_plan plan;
    plan.size = each.count("size", 2, 1, most_users);
    plan.count = each.count("count", 1, 1, most_users);
    each.finish();
    found.push_back(plan);
  }
  return found;
}

action_plan read_action(const json& from, std::string place, complaints& errors) {
  object_reader in{from, std::move(place), errors};
  action_plan plan;
  plan.kind = static_cast<action_kind>(
      in.choice("action", {"room", "private", "conversation", "typing", "read", "presence"}, 0));
  if (!in.has("action")) in.complain("action", "is missing");
  plan.rate = in.number("rate", 0, 0, most_per_second);
  plan.window = in.count("window", 0, 0, 10'000);
  plan.weight = in.number("weight", 0, 0, 1e6);
  plan.senders = in.count("senders", 0, 0, most_users);
  plan.ack = in.flag("ack", plan.kind == action_kind::conversation);
  const int modes = (plan.rate > 0 ? 1 : 0) + (plan.window > 0 ? 1 : 0) + (plan.weight > 0 ? 1 : 0);
  if (modes != 1) in.complain("action", "needs one of rate, window and weight");
  if (plan.rate > 0 && plan.rate < least_per_second) in.complain("rate", "must be 0.001 at least");
  if (plan.senders > 0 && plan.weight > 0) in.complain("senders", "goes with rate and window: who thinks, sends");
  if (plan.ack && plan.kind > action_kind::conversation) in.complain("ack", "is for messages only");
  if (plan.window > 0 && plan.kind > action_kind::conversation)
    in.complain("window", "is for messages only: nothing comes back for the others");
  in.finish();
  return plan;
}

void read_arrival(object_reader& group, group_plan& plan) {
  const auto& value = group.at("arrive");
  if (value.is_null()) return;
  object_reader in{value, group.place_of("arrive"), group.errors()};
  plan.at_once = in.count("at_once", in.has("per_second") ? 0 : plan.at_once, 1, most_users);
  plan.per_second = in.number("per_second", 0, 0.01, most_per_second);
  in.finish();
}

void read_churn(object_reader& in, group_plan& plan) {
  if (in.has("stay_s")) plan.stay = in.seconds("stay_s", {});
  plan.away = in.seconds("away_s", {});
  if (in.has("away_s") && !in.has("stay_s")) in.complain("away_s", "needs stay_s");
  if (in.has("think_s")) plan.think = in.seconds("think_s", {});
  if (plan.think && plan.think->high < shortest_think)
    in.complain("think_s", "must be 0.001 at least; who does not think has a window");
}

void read_actions(object_reader& in, group_plan& plan) {
  const auto& list = in.at("do");
  if (!list.is_null() && !list.is_array()) in.complain("do", "must be a list of actions");
  if (!list.is_array()) return;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto place = in.place_of("do") + "[" + std::to_string(i) + "]";
    plan.actions.push_back(read_action(list[i], place, in.errors()));
    if (plan.actions.back().weight > 0 && !plan.think) in.complain("think_s", "is needed where actions have weights");
  }
}

group_plan read_group(const json& from, std::size_t number, complaints& errors) {
  object_reader in{from, "groups[" + std::to_string(number) + "]", errors};
  group_plan plan;
  plan.name = in.text("name", "group " + std::to_string(number + 1));
  plan.users = in.count("users", 0, 1, most_users);
  if (!in.has("users")) in.complain("users", "is missing");
  plan.transport = static_cast<transport_kind>(in.choice("transport", {"websocket", "polling"}, 0));
  read_arrival(in, plan);
  plan.rooms = read_topics(in, "rooms");
  plan.conversations = read_topics(in, "conversations");
  read_churn(in, plan);
  plan.reads_bytes_per_second = in.count("reads_bytes_per_second", 0, 1, 1'000'000'000);
  read_actions(in, plan);
  in.finish();
  return plan;
}

void read_groups(object_reader& in, script& into) {
  const auto& list = in.at("groups");
  if (!list.is_array() || list.empty()) return in.complain("groups", "must be a list of at least one group of users");
  std::uint64_t users = 0;
  std::uint64_t seats = 0;
  for (std::size_t i = 0; i < list.size(); ++i) {
    into.groups.push_back(read_group(list[i], i, in.errors()));
    const auto& group = into.groups.back();
    users += group.users;
    for (const auto* plans : {&group.rooms, &group.conversations})
      for (const auto& each : *plans) seats += std::uint64_t{each.count} * std::min(each.size, group.users);
  }
  if (seats > most_seats)
    in.complain("groups", "have more than " + std::to_string(most_seats) + " memberships together");
  if (users > most_users) in.complain("groups", "have more than " + std::to_string(most_users) + " users together");
}

void read_expectations(object_reader& in, script& into) {
  const auto& list = in.at("expect");
  if (list.is_null()) return;
  if (!list.is_array()) return in.complain("expect", "must be a list of texts such as \"lost == 0\"");
  for (const auto& each : list) {
    const auto read = each.is_string() ? parse_expectation(each.get<std::string>()) : std::nullopt;
    if (!read)
      in.complain("expect", each.dump() + " is not of the form \"p99_ms < 20\"");
    else if (!is_metric(read->metric))
      in.complain("expect", "there is no metric " + read->metric);
    else
      into.expectations.push_back(each.get<std::string>());
  }
}

/// Where a text ends to be understood.
std::string place_in(std::string_view text, std::size_t byte) {
  const auto before = text.substr(0, byte);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const auto begun = before.rfind('\n');
  const auto column = before.size() - (begun == std::string_view::npos ? 0 : begun + 1);
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

/// The result and the report are called so.
bool is_file_name(std::string_view name) {
  return !name.empty() && name.size() <= longest_name && name.find('/') == std::string_view::npos && name != "." &&
         name != ".." && parley::utf8::valid(name) && !parley::utf8::has_control(name);
}

}  // namespace

std::string_view to_string(action_kind kind) { return action_names[static_cast<std::size_t>(kind)]; }

result<script, complaints> parse_script(std::string_view name, std::string_view text) {
  json parsed;
  try {
    parsed = json::parse(text);
  } catch (const json::parse_error& wrong) {
    return complaints{"the script is not JSON: " + place_in(text, wrong.byte)};
  }
  complaints errors;
  object_reader in{parsed, "", errors};
  script made;
  made.name = in.text("name", std::string{name});
  if (!is_file_name(made.name)) in.complain("name", "must be the name of a file: no slash, at most 100 bytes");
  made.about = in.text("about", "");
  made.dialect = in.at("dialect");
  if (made.dialect.is_null()) made.dialect = "rooms";
  made.events = in.at("events");
  made.seed = in.count("seed", 1, 0, 4'000'000'000);
  made.text_bytes = in.count("text_bytes", made.text_bytes, 48, most_text);
  made.connect_timeout_seconds = in.number("connect_timeout_s", made.connect_timeout_seconds, 0.1, longest);
  made.settle_seconds = in.number("settle_s", made.settle_seconds, 0, longest);
  made.warm_up_seconds = in.number("warm_up_s", made.warm_up_seconds, 0, longest);
  made.measure_seconds = in.number("measure_s", made.measure_seconds, 0.1, longest);
  made.drain_seconds = in.number("drain_s", made.drain_seconds, 0, longest);
  read_groups(in, made);
  read_expectations(in, made);
  in.finish();
  if (!errors.empty()) return errors;
  return made;
}

}  // namespace parley::load
