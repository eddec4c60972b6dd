#pragma once

#include <doctest/doctest.h>

#include <string>

#include "tensor/error.h"

/// The message of the Error of this kind that f throws; "" where it throws none.
template <class Kind = emograd::Error, class F>
std::string error_of(F&& f) {
  try {
    f();
  } catch (const Kind& error) { return error.what(); }
  return "";
}

#define CHECK_ERROR_OF(Kind, expression, part)                                        \
  do {                                                                                \
    const std::string message_of_error = error_of<Kind>([&] { (void)(expression); }); \
    INFO(message_of_error);                                                           \
    CHECK(message_of_error.find(part) != std::string::npos);                          \
  } while (false)
#define CHECK_ERROR(expression, part) CHECK_ERROR_OF(emograd::Error, expression, part)
#define CHECK_FILE_ERROR(expression, part) CHECK_ERROR_OF(emograd::FileError, expression, part)
