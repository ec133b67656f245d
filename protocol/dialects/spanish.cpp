#include "protocol/dialects/spanish.hpp"

#include <array>
#include <optional>
#include <vector>

namespace parley::dialects {
namespace {

/// Each `{}` stands for a field's name, a number or the like: the translation has them in the same order.
struct translation {
  std::string_view english;
  std::string_view spanish;
};

constexpr std::string_view gap = "{}";

/// What is more special stands before what would match it, too.
constexpr std::array translations{
    translation{"{} must be a number or a string", "{} debe ser un número o un texto"},
    translation{"{} must be a user id: an integer or a string", "{} debe ser un id de usuario: un entero o un texto"},
    translation{"{} must be an integer or a string", "{} debe ser un entero o un texto"},
    translation{"{} must be a string of 1 to {} characters without control characters",
                "{} debe ser un texto de 1 a {} caracteres sin caracteres de control"},
    translation{"{} must be a string of 1 to {} bytes", "{} debe ser un texto de 1 a {} bytes"},
    translation{"{} must be a string of at most {} bytes", "{} debe ser un texto de {} bytes como máximo"},
    translation{"{} must be a string that is not empty", "{} debe ser un texto que no esté vacío"},
    translation{"payload must be an object", "los datos deben ser un objeto"},
    translation{"A frame is a JSON object {event, data, id?}", "Un mensaje es un objeto JSON {event, data, id?}"},
    translation{"The event's name must be a string", "El nombre del evento debe ser un texto"},
    translation{"The number {} is out of range", "El número {} está fuera de rango"},
    translation{"You can only act as yourself", "Solo puedes actuar en tu propio nombre"},
    translation{"The token is another user's", "El token es de otro usuario"},
    translation{"The room failed; join it again", "El grupo ha fallado; únete de nuevo"},
    translation{"The room failed", "El grupo ha fallado"},
    translation{"Too many rooms", "Estás en demasiados grupos"},
    translation{"Too many namespaces on one connection", "Demasiados espacios de nombres en una conexión"},
    translation{"Ended by the back end", "El servidor ha terminado la sesión"},
};

using parts = std::vector<std::string_view>;

/// What the text has in the pattern's gaps; none where it is another text.
std::optional<parts> match(std::string_view pattern, std::string_view text) {
  parts found;
  for (auto at = pattern.find(gap); at != std::string_view::npos; at = pattern.find(gap)) {
    if (!text.starts_with(pattern.substr(0, at))) return std::nullopt;
    text.remove_prefix(at);
    pattern.remove_prefix(at + gap.size());
    const auto behind = pattern.substr(0, pattern.find(gap));
    const auto end = behind.empty() ? text.size() : text.find(behind);
    if (end == std::string_view::npos || end == 0) return std::nullopt;
    found.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  if (text != pattern) return std::nullopt;
  return found;
}

std::string fill(std::string_view pattern, const parts& with) {
  std::string text;
  for (const auto part : with) {
    const auto at = pattern.find(gap);
    text.append(pattern.substr(0, at)).append(part);
    pattern.remove_prefix(at + gap.size());
  }
  return text.append(pattern);
}

std::optional<std::string> translated(std::string_view english) {
  for (const auto& each : translations)
    if (const auto found = match(each.english, english)) return fill(each.spanish, *found);
  return std::nullopt;
}

}  // namespace

std::string_view spanish_text(errc code) {
  switch (code) {
    case errc::token_missing:
      return "Token no proporcionado";
    case errc::token_invalid:
      return "Token inválido";
    case errc::token_expired:
    case errc::token_revoked:
    case errc::user_unknown:
      return "Error de autenticación";
    case errc::forbidden:
      return "No tienes permiso para hacer esto";
    case errc::unknown_event:
      return "Evento desconocido";
    case errc::invalid_payload:
      return "Datos inválidos";
    case errc::invalid_namespace:
      return "Espacio de nombres inválido";
    case errc::not_a_member:
      return "No eres miembro del grupo";
    case errc::not_found:
      return "No encontrado";
    case errc::user_offline:
      return "El usuario no está conectado";
    case errc::conflict:
      return "Conflicto con el estado actual";
    case errc::payload_too_large:
      return "Los datos son demasiado grandes";
    case errc::rate_limited:
      return "Demasiadas solicitudes";
    case errc::limit_reached:
      return "Se ha alcanzado un límite de este servidor";
    case errc::overloaded:
      return "El servidor está sobrecargado, inténtalo de nuevo";
    case errc::unavailable:
      return "No disponible por el momento, inténtalo de nuevo";
    case errc::internal_error:
      return "Error interno";
    case errc::shutting_down:
      return "El servidor se está cerrando";
    case errc::method_not_allowed:
      return "Método no permitido";
    case errc::malformed_request:
      return "La solicitud no es HTTP";
    case errc::header_too_large:
      return "La cabecera de la solicitud es demasiado grande";
    case errc::payload_too_deep:
      return "Los datos tienen demasiados niveles anidados";
  }
  return "Error";
}

std::string in_spanish(const error& reason) {
  std::string text{spanish_text(reason.code)};
  if (!reason.event.empty()) return text.append(": ").append(reason.event);
  if (reason.text.empty() || reason.text == info(reason.code).text) return text;
  if (auto found = translated(reason.text)) return *std::move(found);
  return reason.field.empty() ? text : text.append(": ").append(reason.field);
}

}  // namespace parley::dialects
