// protocol/dialects/README.md promises to be complete. What it must have is asked of the code itself: the dialects'
// tables of commands, and what their encoders say of every event of the model, in each of its kinds.
#include <map>
#include <set>
#include <utility>
#include <variant>

#include <doctest/doctest.h>

#include "tests/unit/protocol/dialects/people.hpp"
#include "tests/unit/protocol/support/every_value.hpp"
#include "tests/unit/protocol/support/markdown.hpp"

using namespace parley;
using namespace parley::dialects;

namespace {

using names = std::set<std::string>;

/// The names of fields, at every depth.
void add_fields(const json& value, names& into) {
  if (value.is_object())
    for (const auto& [name, field] : value.items()) {
      into.insert(name);
      add_fields(field, into);
    }
  if (value.is_array())
    for (const auto& each : value) add_fields(each, into);
}

names fields_of(const json& value) {
  names found;
  add_fields(value, found);
  return found;
}

/// The fields of one event: those that it may have, and those that it always has.
struct shape {
  names ever{};
  names always{};
  bool seen = false;

  void add(const json& args) {
    const auto fields = fields_of(args);
    ever.insert(fields.begin(), fields.end());
    if (!std::exchange(seen, true)) always = fields;
    std::erase_if(always, [&](const std::string& name) { return !fields.contains(name); });
  }
};

using shapes = std::map<std::string, shape>;

// A field that takes JSON text was perhaps left empty: then there is a name, and no value to look into.
void add_shapes(dialect_id id, any_event body, shapes& into) {
  wire_events events;
  get(id).encode({noon, std::move(body)}, events);
  for (const auto& each : events) {
    auto& shape = into[each.name];
    if (const auto args = json_text::parse("[" + each.args + "]")) shape.add(*args);
  }
}

template <std::size_t... Index>
shapes shapes_of(dialect_id id, std::index_sequence<Index...>) {
  shapes found;
  for (const auto& who : {ana(), ben()})
    (every::value_of<std::variant_alternative_t<Index, any_event>>(
         who, [&](auto body) { add_shapes(id, std::move(body), found); }),
     ...);
  return found;
}

/// Everything that a dialect ever says.
shapes shapes_of(dialect_id id) { return shapes_of(id, std::make_index_sequence<std::variant_size_v<any_event>>{}); }

const markdown::lines& reference() {
  static const auto text = markdown::read("protocol/dialects/README.md");
  return text;
}

struct chapter {
  dialect_id id;
  markdown::lines text{};
  markdown::lines commands{};
};

chapter chapter_of(dialect_id id) {
  chapter made{id};
  made.text = markdown::section(reference(), "## " + markdown::quoted(get(id).name()));
  REQUIRE_MESSAGE(!made.text.empty(), get(id).name());
  made.commands = markdown::section(made.text, "### Client to server");
  return made;
}

/// The rows that describe an event in its direction.
std::string event_row(const chapter& of, const std::string& name) {
  auto text = of.text;
  const auto commands = of.commands.size();
  const auto begin = std::search(text.begin(), text.end(), of.commands.begin(), of.commands.end());
  if (begin != text.end()) text.erase(begin, begin + static_cast<std::ptrdiff_t>(commands));
  const auto row = markdown::row_of(text, name);
  return row.empty() ? std::string{} : markdown::joined(row);
}

bool has_word(std::string_view text, std::string_view word) {
  const auto is_part = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const auto end = at + word.size();
    if ((at == 0 || !is_part(text[at - 1])) && (end == text.size() || !is_part(text[end]))) return true;
  }
  return false;
}

/// A row with the types that it names, as their own rows say what those are.
std::string with_types(const chapter& of, std::string row) {
  names added;
  for (bool more = true; std::exchange(more, false);)
    for (const auto* text : {&of.text, &reference()})
      for (const auto& type : markdown::rows(*text)) {
        const auto name = type.front().size() > 2 ? type.front().substr(1, type.front().size() - 2) : "";
        if (name.empty() || std::isupper(static_cast<unsigned char>(name.front())) == 0) continue;
        if (!has_word(row, name) || !added.insert(name).second) continue;
        row.append(markdown::joined(type));
        more = true;
      }
  return row;
}

std::map<std::string, json> examples_of(const chapter& of, std::string_view arrow) {
  std::map<std::string, json> found;
  for (const auto& line : markdown::examples(of.text, arrow)) {
    const auto value = json_text::parse(line);
    REQUIRE_MESSAGE(value, line);
    if (value->is_array() && !value->empty()) found[value->front().get<std::string>()] = *value;
  }
  return found;
}

std::vector<dialect_id> all_dialects() { return every::enumerators<dialect_id>(); }

}  // namespace

TEST_CASE("reference: every event that a client may send has its row, with the field that it cannot do without") {
  for (const auto id : all_dialects()) {
    const auto chapter = chapter_of(id);
    for (const auto name : get(id).command_names()) {
      CAPTURE(name);
      const auto row = markdown::joined(markdown::row_of(chapter.commands, name));
      CHECK_FALSE(row.empty());
      const auto refused = decode_line({id}, json::array({std::string{name}, json::object()}));
      if (const auto* why = std::get_if<error>(&refused.body)) CHECK_MESSAGE(has_word(row, why->field), why->field);
    }
  }
  const auto common = markdown::section(reference(), "## Common rules");
  for (const auto name : common_command_names()) CHECK_MESSAGE(!markdown::row_of(common, name).empty(), name);
}

TEST_CASE("reference: every event that the server sends has its row, with all of its fields") {
  for (const auto id : all_dialects()) {
    const auto chapter = chapter_of(id);
    for (const auto& [event, shape] : shapes_of(id)) {
      const auto& name = event;  // clang 14 captures no structured binding
      CAPTURE(name);
      auto row = event_row(chapter, name);
      CHECK_FALSE(row.empty());
      row = with_types(chapter, std::move(row));
      for (const auto& field : shape.ever) CHECK_MESSAGE(has_word(row, field), field);
    }
  }
}

TEST_CASE("reference: every event that a client may send has an example, which is understood") {
  for (const auto id : all_dialects()) {
    const auto examples = examples_of(chapter_of(id), "→ ");
    for (const auto name : get(id).command_names()) CHECK_MESSAGE(examples.contains(std::string{name}), name);
    for (const auto& each : examples) {
      const auto what = decode_line({id}, each.second);
      CHECK_MESSAGE(std::holds_alternative<any_command>(what.body), each.second);
    }
  }
}

TEST_CASE("reference: every event that the server sends has an example, with the fields that it always has") {
  for (const auto id : all_dialects()) {
    const auto examples = examples_of(chapter_of(id), "← ");
    const auto said = shapes_of(id);
    for (const auto& [event, shape] : said) {
      const auto& name = event;
      CAPTURE(name);
      const auto example = examples.find(name);
      REQUIRE(example != examples.end());
      const auto fields = fields_of(example->second);
      for (const auto& field : shape.always) CHECK_MESSAGE(fields.contains(field), field);
    }
    for (const auto& each : examples) CHECK_MESSAGE(said.contains(each.first), each.first);
  }
}

TEST_CASE("reference: no example has a field that the server never sends") {
  for (const auto id : all_dialects()) {
    const auto said = shapes_of(id);
    for (const auto& each : examples_of(chapter_of(id), "← "))
      for (const auto& member : each.second.at(1).items())
        CHECK_MESSAGE(said.at(each.first).ever.contains(member.key()), each.first << " " << member.key());
  }
}

TEST_CASE("reference: every type that a row names has its own row") {
  for (const auto& row : markdown::rows(reference()))
    for (const auto& cell : row)
      for (auto at = cell.find(": "); at != std::string::npos; at = cell.find(": ", at + 1)) {
        const auto begin = cell.find_first_not_of("[", at + 2);
        if (begin == std::string::npos || std::isupper(static_cast<unsigned char>(cell[begin])) == 0) continue;
        const auto end = cell.find_first_of(" ,.;)]}`", begin);
        const auto type = cell.substr(begin, end - begin);
        CHECK_MESSAGE(!markdown::row_of(reference(), type).empty(), type << " in " << cell);
      }
}

TEST_CASE("reference: every namespace of the default table stands in the chapters of its dialects") {
  constexpr std::string_view option = "namespaces = \"";
  const auto sample = markdown::read("scripts/parleyd.sample.toml");
  const auto line =
      std::find_if(sample.begin(), sample.end(), [&](const std::string& each) { return each.starts_with(option); });
  REQUIRE(line != sample.end());
  const auto table = namespace_table::parse(line->substr(option.size(), line->size() - option.size() - 1));
  REQUIRE(table);
  for (std::size_t at = 0; at < table->size(); ++at)
    for (const auto id : all_dialects()) {
      const auto& entry = (*table)[static_cast<namespace_id>(at)];
      if (!entry.offered.contains(id)) continue;
      const auto heading = chapter_of(id).text.front();
      CHECK_MESSAGE(heading.find(markdown::quoted(entry.name)) != std::string::npos, entry.name << " " << heading);
    }
}
