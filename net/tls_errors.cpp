#include "net/tls_errors.hpp"

#include <dlfcn.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace {

/// The library's own function of that name, which ours stands before.
template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

// The program's symbols come before those of shared libraries: libcaf_openssl calls these.
extern "C" {

int SSL_read(SSL* session, void* into, int size) {
  static auto* const real = next<decltype(SSL_read)>("SSL_read");
  ERR_clear_error();
  return real(session, into, size);
}

int SSL_write(SSL* session, const void* from, int size) {
  static auto* const real = next<decltype(SSL_write)>("SSL_write");
  ERR_clear_error();
  return real(session, from, size);
}

int SSL_accept(SSL* session) {
  static auto* const real = next<decltype(SSL_accept)>("SSL_accept");
  ERR_clear_error();
  return real(session);
}

int SSL_connect(SSL* session) {
  static auto* const real = next<decltype(SSL_connect)>("SSL_connect");
  ERR_clear_error();
  return real(session);
}
}

namespace parley::net {

void keep_tls_errors_apart() {}

}  // namespace parley::net
