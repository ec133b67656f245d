#include "protocol/rest/answers.hpp"

#include "protocol/dialects/rooms.hpp"
#include "protocol/dialects/wording.hpp"

namespace parley::rest {

using dialects::object_text;
using dialects::writer;

std::string answer(const event::users_listed& users, const event::users_summarized& stats) {
  auto text = dialects::users_text(users);
  text.pop_back();
  return text.append(",\"stats\":").append(dialects::stats_text(stats)).append("}");
}

std::string answer(const event::users_summarized& stats) { return dialects::stats_text(stats); }

std::string answer(const call::notify& what, std::size_t delivered) {
  return object_text(0, [&](writer& w) {
    w.field("success", what.reach != event::reach::user || delivered > 0);
    w.field("delivered", delivered);
  });
}

std::string answer(const error& why) {
  return object_text(why.message().size(), [&](writer& w) { dialects::write_failure(w, why); });
}

}  // namespace parley::rest
