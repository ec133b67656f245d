// net/routes/README.md promises to be complete: endpoints, error codes and those of Engine.IO are walked in the code's
// own tables.
#include <string>

#include <doctest/doctest.h>

#include "protocol/engineio/handshake.hpp"
#include "protocol/rest/calls.hpp"
#include "tests/unit/protocol/dialects/people.hpp"
#include "tests/unit/protocol/support/every_value.hpp"
#include "tests/unit/protocol/support/markdown.hpp"

using namespace parley;

namespace {

const markdown::lines& reference() {
  static const auto text = markdown::read("net/routes/README.md");
  return text;
}

std::vector<markdown::cells> rows_in(std::string_view heading) {
  const auto text = markdown::section(reference(), heading);
  REQUIRE_MESSAGE(!text.empty(), heading);
  return markdown::rows(text);
}

bool describes(const markdown::cells& row, const rest::endpoint_name& what) {
  return row.size() > 2 && row[0] == what.method && row[1] == markdown::quoted(what.pattern);
}

/// The path with an id of ben's own in each placeholder.
std::string filled(std::string_view pattern) {
  std::string path;
  for (std::size_t at = 0; at < pattern.size();) {
    const auto begin = std::min(pattern.find('{', at), pattern.size());
    path.append(pattern.substr(at, begin - at));
    if (begin == pattern.size()) break;
    path.append("ben");
    at = pattern.find('}', begin) + 1;
  }
  return path;
}

/// Whether a token without roles does not get in.
bool needs_role(const rest::endpoint_name& what) {
  const auto path = filled(what.pattern);
  const auto made = rest::decode({what.method, path}, result<identity_ptr>{dialects::ben().who}, {});
  return !made && made.failure().code == errc::forbidden;
}

}  // namespace

TEST_CASE("reference: every endpoint has its row, which says whether a role is needed") {
  const auto rows = rows_in("## Endpoints");
  for (const auto& each : rest::endpoint_names()) {
    CAPTURE(each.method);
    CAPTURE(each.pattern);
    const auto row = std::find_if(rows.begin(), rows.end(), [&](const auto& cells) { return describes(cells, each); });
    REQUIRE(row != rows.end());
    CHECK(((*row)[2].find("roles") != std::string::npos) == needs_role(each));
  }
}

TEST_CASE("reference: there is no endpoint that is only described") {
  const auto all = rest::endpoint_names();
  for (const auto& row : rows_in("## Endpoints")) {
    if (row[0].find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") != std::string::npos) continue;  // a heading
    CHECK_MESSAGE(std::any_of(all.begin(), all.end(), [&](const auto& each) { return describes(row, each); }), row[1]);
  }
}

TEST_CASE("reference: every error code has its row, with its status and whether to try again") {
  const auto text = markdown::section(reference(), "## Error codes");
  for (const auto each : every::enumerators<errc>()) {
    const auto& known = info(each);
    CAPTURE(known.code);
    const auto row = markdown::row_of(text, known.code);
    REQUIRE(row.size() >= 4);
    CHECK(row[1] == std::to_string(known.status));
    CHECK(row[2] == (known.retryable ? "yes" : "no"));
    CHECK_FALSE(row[3].empty());
  }
}

TEST_CASE("reference: there is no error code that is only described") {
  const auto all = every::enumerators<errc>();
  for (const auto& row : markdown::rows(markdown::section(reference(), "## Error codes"))) {
    if (!row.front().starts_with("`") || std::isdigit(static_cast<unsigned char>(row.front()[1])) != 0) continue;
    const auto known = [&](errc each) { return markdown::quoted(info(each).code) == row.front(); };
    CHECK_MESSAGE(std::any_of(all.begin(), all.end(), known), row.front());
  }
}

TEST_CASE("reference: every refusal of Engine.IO has its row, with its status") {
  const auto text = markdown::section(reference(), "### Engine.IO");
  for (const auto each : every::enumerators<engineio::refusal>()) {
    const auto& known = engineio::info(each);
    const auto row = markdown::row_of(text, std::to_string(static_cast<unsigned>(each)));
    CAPTURE(known.message);
    REQUIRE(row.size() >= 4);
    CHECK(row[1] == std::to_string(known.status));
    CHECK(row[2] == known.message);
  }
}
