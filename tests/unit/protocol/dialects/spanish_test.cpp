#include "protocol/dialects/spanish.hpp"

#include <set>
#include <string>

#include <doctest/doctest.h>

#include "protocol/json/utf8.hpp"
#include "tests/unit/protocol/dialects/people.hpp"

using namespace parley;
using namespace parley::dialects;

namespace {

constexpr dialect_set groups_alone{dialect_id::groups};

std::string message_of(const error& why) {
  return only(groups_alone, event::command_failed{why})[1]["message"].get<std::string>();
}

}  // namespace

TEST_CASE("spanish: every code has a text of its own, and none is the English one") {
  for (std::size_t index = 0; index < error_count; ++index) {
    const auto code = static_cast<errc>(index);
    const auto text = spanish_text(code);
    CHECK_MESSAGE(text.size() > 5, index);
    CHECK_MESSAGE(text != info(code).text, index);
    CHECK(in_spanish({code}) == text);
    CHECK(in_spanish({code, std::string{info(code).text}}) == text);
  }
}

TEST_CASE("spanish: what a payload should have been is told, with its field") {
  for (const auto& [line, text] : std::vector<std::pair<json, std::string>>{
           {{"watch-episode", 7}, "los datos deben ser un objeto"},
           {{"watch-episode", {{"groupId", true}}}, "groupId debe ser un número o un texto"},
           {{"watch-episode", {{"groupId", ""}}},
            "groupId debe ser un texto de 1 a 128 caracteres sin caracteres de control"},
           {{"group-activity", {{"groupId", 1}, {"type", 5}}}, "type debe ser un texto de 1 a 16384 bytes"},
           {{"group-activity", {{"groupId", 1}, {"userId", 8}, {"type", "x"}}},
            "Solo puedes actuar en tu propio nombre"},
           {{"watch-episode", {{"groupId", 1}, {"userId", true}}},
            "userId debe ser un id de usuario: un entero o un texto"},
           {{"auth:refresh", {{"token", 1}}}, "token debe ser un texto que no esté vacío"},
       })
    CHECK(message_of(error_of(groups_alone, line)) == text);
}

TEST_CASE("spanish: whatever else was wrong") {
  for (const auto& [english, spanish] : std::vector<std::pair<error, std::string>>{
           {unknown_event("make-coffee"), "Evento desconocido: make-coffee"},
           {{errc::invalid_payload, "The number 1e400 is out of range"}, "El número 1e400 está fuera de rango"},
           {{errc::internal_error, "The room failed; join it again", "room"}, "El grupo ha fallado; únete de nuevo"},
           {{errc::forbidden, "The token is another user's", "token"}, "El token es de otro usuario"},
           {{errc::limit_reached, "Too many rooms", "room"}, "Estás en demasiados grupos"},
           {{errc::forbidden, "Ended by the back end"}, "El servidor ha terminado la sesión"},
           {{errc::conflict, "Something that nobody has translated"}, "Conflicto con el estado actual"},
           {invalid_field("data", "data must be of a kind that is new"), "Datos inválidos: data"},
       })
    CHECK(message_of(english) == spanish);
}

TEST_CASE("spanish: acks are, too") {
  const auto ack = parsed(ack_failed(dialect_id::groups, unknown_event("make-coffee")).args);
  CHECK(ack["message"] == "Evento desconocido: make-coffee");
  CHECK(ack["data"] == json{{"event", "make-coffee"}});
  CHECK(parsed(ack_failed(std::nullopt, unknown_event("make-coffee")).args)["message"] == "Unknown event: make-coffee");
}
