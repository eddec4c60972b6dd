#include "experiments/report/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <iostream>
#include <type_traits>

#include "tensor/error.h"

namespace emograd::report {
namespace {

Check as_check(const CLI::Validator& validator) {
  return {validator.get_description(), [validator](const std::string& value) {
            if (const std::string wrong = validator(value); !wrong.empty()) fail(wrong);
          }};
}

double number_in(const std::string& value) {
  double number = 0;
  check(CLI::detail::lexical_cast(value, number) && std::isfinite(number), "{} is no finite number", value);
  return number;
}

/// Unsigned integers, of which strtoull takes −1 for the greatest.
Check unsigned_integer() {
  return {"", [](const std::string& value) { check(!value.starts_with('-'), "{} is negative", value); }};
}

CLI::Validator as_validator(const Check& check) {
  return {[check](const std::string& value) -> std::string {
            try {
              check.accept(value);
              return {};
            } catch (const Error& e) { return e.what(); }
          },
          check.shown};
}

template <class T>
constexpr bool is_list = false;
template <class T>
constexpr bool is_list<std::vector<T>> = true;

CLI::Option* declare(CLI::App& app, const std::string& name, Value value, const std::string& help, const Check& check) {
  CLI::Option* option = std::visit(
      [&]<class T>(T* to) {
        CLI::Option* declared = app.add_option(name, *to, help);
        if constexpr (is_list<T>)
          if (to->empty()) declared->default_str("");  // in place of []
        if constexpr (std::is_same_v<T, std::uint64_t>) declared->check(as_validator(unsigned_integer()));
        return declared;
      },
      value);
  return check.accept ? option->check(as_validator(check)) : option;
}

}  // namespace

Check existing_file() { return as_check(CLI::ExistingFile); }
Check existing_folder() { return as_check(CLI::ExistingDirectory); }
Check existing_path() { return as_check(CLI::ExistingPath); }
Check positive() {
  return {"POSITIVE", [](const std::string& value) { check(number_in(value) > 0, "{} is not positive", value); }};
}
Check not_negative() {
  return {"NONNEGATIVE", [](const std::string& value) { check(number_in(value) >= 0, "{} is negative", value); }};
}
Check range(int least, int most) { return as_check(CLI::Range(least, most)); }
Check range(double least, double most) { return as_check(CLI::Range(least, most)); }
Check one_of(const std::vector<std::string>& words) { return as_check(CLI::IsMember(words)); }

const Option& Option::required() const {
  option_->required();
  return *this;
}
const Option& Option::needs(const std::string& other) const {
  option_->needs(other);
  return *this;
}
const Option& Option::excludes(const std::string& other) const {
  option_->excludes(other);
  return *this;
}
const Option& Option::type_name(const std::string& name) const {
  option_->type_name(name);
  return *this;
}
const Option& Option::group(const std::string& heading) const {
  option_->group(heading);
  return *this;
}

CommandLine::CommandLine(const std::string& description) : app_(std::make_shared<CLI::App>(description)) {
  app_->option_defaults()->always_capture_default();
}

void CommandLine::group(const std::string& heading) { app_->option_defaults()->group(heading); }

Option CommandLine::option(const std::string& name, Value value, const std::string& help, const Check& check) {
  CLI::Option* option = declare(*app_, name, value, help, check);
  if (option->get_items_expected_max() > 1) option->delimiter(',');
  return Option(option);
}

Option CommandLine::repeated(const std::string& name, std::vector<std::string>* values, const std::string& help) {
  return Option(declare(*app_, name, values, help, {})->allow_extra_args(false));
}

void CommandLine::flag(const std::string& name, bool* value, const std::string& help) {
  app_->add_flag(name, *value, help);
}

Option CommandLine::positional(const std::string& name, Value value, const std::string& help, const Check& check) {
  return Option(declare(*app_, name, value, help, check));
}

void CommandLine::remove(const std::vector<std::string>& names) {
  for (const std::string& name : names) app_->remove_option(app_->get_option(name));
}

CommandLine CommandLine::subcommand(const std::string& name, const std::string& description) {
  app_->require_subcommand(1);
  return CommandLine({app_, app_->add_subcommand(name, description)});
}

bool CommandLine::parsed() const { return app_->parsed(); }

void CommandLine::after_parsing(std::function<void()> action) { after_parsing_.push_back(std::move(action)); }

std::optional<int> CommandLine::parse(int argc, const char* const* argv) {
  try {
    app_->parse(argc, argv);
    for (const auto& action : after_parsing_) action();
    return {};
  } catch (const CLI::ParseError& e) { return app_->exit(e); } catch (const Error& e) {
    return app_->exit(CLI::ValidationError(e.what()));
  } catch (const Answered&) { return 0; }
}

std::string CommandLine::program() const { return app_->get_name(); }

std::vector<GivenOption> CommandLine::given() const {
  std::vector<GivenOption> given;
  for (const CLI::Option* option : std::as_const(*app_).get_options()) {
    if (option->count() == 0) continue;
    GivenOption g{option->get_name(), option->get_group(), {}, option->get_type_name().ends_with("FILE")};
    if (option->get_delimiter() != '\0') g.values = {fmt::format("{}", fmt::join(option->results(), ","))};
    else if (option->get_items_expected_max() > 0) g.values = option->results();
    given.push_back(std::move(g));
  }
  return given;
}

int guarded(const char* program, const std::function<int()>& body) {
  try {
    const int code = body();
    check(code != 0 || std::cout.flush().good(), "stdout cannot be written; is the disk full that it goes to?");
    return code;
  } catch (const std::exception& e) {
    fmt::print(stderr, "{}: {}\n", program, e.what());
    return 1;
  }
}

}  // namespace emograd::report
