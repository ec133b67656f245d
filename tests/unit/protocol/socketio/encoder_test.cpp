#include "protocol/socketio/encoder.hpp"

#include <doctest/doctest.h>

using namespace parley::socketio;

TEST_CASE("encoder: an event is its name and arguments, on any namespace, with or without an ack id") {
  CHECK(encode_event("/", {}, "message", "") == R"(2["message"])");
  CHECK(encode_event("/", {}, "message", R"({"a":1},2)") == R"(2["message",{"a":1},2])");
  CHECK(encode_event("/ns", 0, "a\"b", "1") == R"(2/ns,0["a\"b",1])");
}

TEST_CASE("encoder: a frame is built behind Engine.IO's digit in one go") {
  std::string frame = "4";
  append_event(frame, "/ns", {}, "x", "[1]");
  CHECK(frame == R"(42/ns,["x",[1]])");
}

TEST_CASE("encoder: an ack has its id and its arguments") {
  CHECK(encode_ack("/", 12, "") == "312[]");
  CHECK(encode_ack("/ns", 9007199254740991, R"("a",null)") == R"(3/ns,9007199254740991["a",null])");
}

TEST_CASE("encoder: the CONNECT reply has exactly sid, and pid where recovery is on") {
  CHECK(encode_connect("/", "abc") == R"(0{"sid":"abc"})");
  CHECK(encode_connect("/ns?a=b", "abc") == R"(0/ns?a=b,{"sid":"abc"})");
  CHECK(encode_connect("/", "abc", "def") == R"(0{"sid":"abc","pid":"def"})");
  CHECK(encode_connect("/", "abc", {}, version::v4) == "0");
  CHECK(encode_connect("/ns", "abc", {}, version::v4) == "0/ns,");
}

TEST_CASE("encoder: a CONNECT_ERROR has a message, and data where there is some") {
  CHECK(encode_connect_error("/ns", "Invalid namespace") == R"(4/ns,{"message":"Invalid namespace"})");
  CHECK(encode_connect_error("/", "no", R"({"code":"token_expired"})") ==
        R"(4{"message":"no","data":{"code":"token_expired"}})");
}

TEST_CASE("encoder: in v4 an ERROR's payload is the message, or the data instead") {
  CHECK(encode_connect_error("/ns", "Invalid namespace", {}, version::v4) == R"(4/ns,"Invalid namespace")");
  CHECK(encode_connect_error("/ns", "no", R"({"code":1})", version::v4) == R"(4/ns,{"code":1})");
}

TEST_CASE("encoder: a DISCONNECT carries nothing") {
  CHECK(encode_disconnect("/") == "1");
  CHECK(encode_disconnect("/ns") == "1/ns,");
}

TEST_CASE("encoder: a packet with attachments announces them") {
  std::string event;
  append_event(event, "/ns", 5, "x", R"({"_placeholder":true,"num":0})", 1);
  CHECK(event == R"(51-/ns,5["x",{"_placeholder":true,"num":0}])");
  std::string ack;
  append_ack(ack, "/", 5, R"({"_placeholder":true,"num":0},{"_placeholder":true,"num":1})", 2);
  CHECK(ack == R"(62-5[{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])");
}
