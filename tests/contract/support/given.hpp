// What the contract's tests talk about: people, conversations and messages with defaults.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "actors/store/store.hpp"

namespace parley::test {

inline person someone(const std::string& name) { return {.id = user_id{name}, .id_json = '"' + name + '"'}; }

inline const person ana = someone("ana");
inline const person ben = someone("ben");
inline const person cem = someone("cem");
inline const conversation_id room{"room"};

/// Seconds after some day in 2026.
inline timestamp at_second(int seconds) {
  return timestamp{std::chrono::sys_days{std::chrono::year{2026} / 5 / 17}} + std::chrono::seconds{seconds};
}

inline conversation a_conversation(const conversation_id& id, const std::vector<person>& members) {
  conversation made{.id = id, .type = conversation_type::group, .created_at = at_second(0)};
  for (const auto& who : members) made.members.push_back({.who = who});
  return made;
}

inline message a_message(const std::string& id, const person& sender = ana, int second = 1) {
  return {.id = message_id{id}, .sender = sender, .content = '"' + id + '"', .at = at_second(second)};
}

inline message with_client_id(message what, const std::string& client_id) {
  what.client_id = client_id;
  return what;
}

/// Does it in a transaction of its own.
template <class Change>
auto committed(store& in, Change change) {
  in.begin();
  if constexpr (std::is_void_v<decltype(change())>) {
    change();
    in.commit();
  } else {
    auto outcome = change();
    in.commit();
    return outcome;
  }
}

inline void add(store& to, const conversation& what) {
  committed(to, [&] { to.add_conversation(what); });
}

inline std::vector<appended_message> append(store& to, sequence last, const std::vector<message>& messages,
                                            const conversation_id& in = room) {
  return committed(to, [&] { return to.append(in, last, messages); });
}

/// Messages m1, m2 and so on in a row of their own, one second apart.
inline void append_many(store& to, int count, const person& sender = ana, const conversation_id& in = room) {
  std::vector<message> messages;
  for (int i = 1; i <= count; ++i) messages.push_back(a_message(in.str() + ":" + std::to_string(i), sender, i));
  append(to, 0, messages, in);
}

inline std::optional<message> find(store& in, const std::string& id) {
  return committed(in, [&] { return in.find_message(message_id{id}); });
}

inline history_page page(store& in, std::optional<sequence> before, std::optional<sequence> after, std::size_t limit) {
  return committed(
      in, [&] { return in.history({.conversation = room, .before = before, .after = after, .limit = limit}); });
}

inline std::vector<sequence> numbers(const history_page& of) {
  std::vector<sequence> found;
  for (const auto& each : of.messages) found.push_back(each.seq);
  return found;
}

/// The failure's kind, and that the transaction has been rolled back; nothing where there was no failure.
template <class Change>
std::optional<store_failure::kind> failure_of(store& in, Change change) {
  try {
    in.begin();
    change();
    in.commit();
    return std::nullopt;
  } catch (const store_failure& failure) {
    in.rollback();
    return failure.what_kind();
  }
}

}  // namespace parley::test
