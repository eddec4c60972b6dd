// report.html as a browser shows it: in headless Chromium, spoken to over its debugging pipe.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <numbers>
#include <optional>
#include <string>
#include <vector>

#include "audio/sound_file.h"
#include "experiments/report/page.h"
#include "experiments/report/palette.h"
#include "tensor/io/atomic_file.h"
#include "tensor/io/bytes.h"
#include "tests/run_program.h"
#include "tests/temporary_folder.h"

using namespace emograd;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

constexpr int patience_ms = 60'000;

/// Where Chromium is, if it is.
std::string chromium() {
  for (const char* path : {"/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"})
    if (fs::exists(path)) return path;
  MESSAGE("SKIPPED: Chromium was not found; this needs the package chromium");
  return "";
}

/// A browser with one empty tab. Commands and events are JSON, each ended by a NUL, on the child's descriptors 3 and 4.
class Browser {
 public:
  explicit Browser(const std::string& program) {
    int down[2], up[2];
    REQUIRE(::pipe2(down, O_CLOEXEC) == 0);
    REQUIRE(::pipe2(up, O_CLOEXEC) == 0);
    std::vector<std::string> command{program,
                                     "--headless",
                                     "--no-sandbox",  // root has none
                                     "--disable-gpu",
                                     "--disable-dev-shm-usage",
                                     "--no-first-run",
                                     "--disable-background-networking",
                                     "--disable-component-update",
                                     "--remote-debugging-pipe",
                                     "--user-data-dir=" + (home_ / "profile").string(),
                                     "about:blank"};
    std::vector<char*> arguments;
    for (std::string& a : command) arguments.push_back(a.data());
    arguments.push_back(nullptr);
    const std::string home = home_.path;
    child_ = ::fork();
    REQUIRE(child_ >= 0);
    if (child_ == 0) {
      ::setpgid(0, 0);
      ::setenv("HOME", home.c_str(), 1);
      // Moved out of the way first: one of them may be 3 or 4 itself.
      const int in = ::fcntl(down[0], F_DUPFD, 10), out = ::fcntl(up[1], F_DUPFD, 10),
                quiet = ::open("/dev/null", O_RDWR | O_CLOEXEC);
      for (const int fd : {0, 1, 2}) ::dup2(quiet, fd);
      if (::dup2(in, 3) < 0 || ::dup2(out, 4) < 0) ::_exit(126);
      ::close(in);
      ::close(out);
      ::execv(arguments[0], arguments.data());
      ::_exit(127);
    }
    ::close(down[0]);
    ::close(up[1]);
    to_ = down[1];
    from_ = up[0];
    const json target = call("Target.createTarget", {{"url", "about:blank"}});
    session_ = call("Target.attachToTarget", {{"targetId", target.at("targetId")}, {"flatten", true}}).at("sessionId");
    for (const char* domain : {"Page", "Runtime", "Log", "Network"}) call(std::string(domain) + ".enable");
  }
  ~Browser() {
    ::close(to_);
    ::close(from_);
    ::kill(-child_, SIGKILL);
    int status = 0;
    ::waitpid(child_, &status, 0);
  }
  Browser(const Browser&) = delete;
  Browser& operator=(const Browser&) = delete;

  json call(const std::string& method, const json& parameters = json::object()) {
    json message{{"id", ++id_}, {"method", method}, {"params", parameters}};
    if (!session_.empty()) message["sessionId"] = session_;
    const std::string text = message.dump() + '\0';
    for (std::size_t sent = 0; sent < text.size();) {
      const ssize_t n = ::write(to_, text.data() + sent, text.size() - sent);
      REQUIRE(n > 0);
      sent += static_cast<std::size_t>(n);
    }
    while (true) {
      const json answer = receive();
      if (answer.value("id", 0) != id_) {
        if (answer.contains("method")) events.push_back(answer);
        continue;
      }
      INFO(answer.dump());
      REQUIRE(answer.contains("result"));
      return answer.at("result");
    }
  }

  void open(const fs::path& page) {
    call("Page.navigate", {{"url", "file://" + page.string()}});
    while (evaluate("location.href + ' ' + document.readyState") != "file://" + page.string() + " complete") {}
  }
  json evaluate(const std::string& expression, bool promised = false) {
    const json r =
        call("Runtime.evaluate", {{"expression", expression}, {"returnByValue", true}, {"awaitPromise", promised}});
    INFO(r.dump());
    REQUIRE_FALSE(r.contains("exceptionDetails"));
    return r.at("result").value("value", json());
  }
  void screen(int width, const char* scheme) {
    call("Emulation.setDeviceMetricsOverride",
         {{"width", width}, {"height", 800}, {"deviceScaleFactor", 1}, {"mobile", false}});
    call("Emulation.setEmulatedMedia", {{"features", {{{"name", "prefers-color-scheme"}, {"value", scheme}}}}});
  }

  std::vector<json> events;

 private:
  json receive() {
    for (std::size_t end; (end = buffer_.find('\0')) == std::string::npos;) {
      pollfd p{from_, POLLIN, 0};
      REQUIRE(::poll(&p, 1, patience_ms) > 0);
      char part[65536];
      const ssize_t n = ::read(from_, part, sizeof part);
      REQUIRE(n > 0);
      buffer_.append(part, static_cast<std::size_t>(n));
    }
    const std::size_t end = buffer_.find('\0');
    const json message = json::parse(buffer_.substr(0, end));
    buffer_.erase(0, end + 1);
    return message;
  }

  TemporaryFolder home_;
  pid_t child_ = -1;
  int to_ = -1, from_ = -1, id_ = 0;
  std::string session_, buffer_;
};

/// What a reader would stumble over, as the browser has laid it out: {"overflow": […], "unnamed": […], …}, all empty,
/// and counts of what was looked at.
constexpr const char* inspection = R"js((() => {
  const wide = document.documentElement.clientWidth;
  const found = {overflow: [], unnamed: [], twice: [], faint: [], scroll: document.documentElement.scrollWidth - wide,
                 figures: 0, texts: 0, drawings: document.querySelectorAll('svg[role=img]').length};
  for (const e of document.body.querySelectorAll('*'))
    if (!e.closest('.scroll') && !e.closest('svg') && e.getBoundingClientRect().right > wide + 0.5)
      found.overflow.push(e.outerHTML.slice(0, 80));
  for (const f of document.querySelectorAll('figure:not(.table)')) {
    ++found.figures;
    const drawings = [...f.querySelectorAll('svg[role=img]')];
    const named = d => d.getAttribute('aria-labelledby').split(' ')
      .every(id => document.getElementById(id) && document.getElementById(id).textContent.trim());
    if (!drawings.length || !drawings.every(named) || !f.querySelector('details table'))
      found.unnamed.push(f.outerHTML.slice(0, 80));
  }
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  found.twice = ids.filter((id, i) => ids.indexOf(id) != i);

  const colour = text => {
    const c = text.match(/[\d.]+/g).map(Number);
    return {rgb: c.slice(0, 3), alpha: c.length > 3 ? c[3] : 1};
  };
  const light = rgb => {
    const [r, g, b] = rgb.map(v => v / 255).map(s => s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = e => {
    const layers = [];
    for (; e; e = e.parentElement) layers.push(colour(getComputedStyle(e).backgroundColor));
    let rgb = [255, 255, 255];
    for (const l of layers.reverse()) rgb = rgb.map((v, i) => l.alpha * l.rgb[i] + (1 - l.alpha) * v);
    return rgb;
  };
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || ['STYLE', 'title', 'desc'].includes(e.tagName)) continue;
    const style = getComputedStyle(e);
    const [a, b] = [light(colour(e.closest('svg') ? style.fill : style.color).rgb), light(ground(e))];
    ++found.texts;
    if ((Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5)
      found.faint.push(walk.currentNode.data.slice(0, 40) + ' in ' + e.outerHTML.slice(0, 80));
  }
  return found;
})())js";

/// No complaint in the console, no request but for the page, and nothing found by the inspection, at the width of a
/// small phone and of a desk, in light and dark.
void check_readable(Browser& browser, const fs::path& page, int figures) {
  const bool drawn = std::string(io::as_text(io::read_file(page))).find("No drawing") == std::string::npos;
  if (!drawn) MESSAGE("SKIPPED in part: gnuplot was not found; this needs the package gnuplot-nox");
  browser.events.clear();
  for (const char* scheme : {"light", "dark"})
    for (const int width : {360, 1280}) {
      CAPTURE(scheme);
      CAPTURE(width);
      browser.screen(width, scheme);
      browser.open(page);
      const json found = browser.evaluate(inspection);
      INFO(found.dump(2));
      CHECK(found.at("scroll") <= 0);
      for (const char* what : {"overflow", "twice", "faint"}) CHECK(found.at(what).empty());
      CHECK(found.at("figures") == figures);
      CHECK(found.at("texts") > 50);
      if (drawn) {
        CHECK(found.at("unnamed").empty());
        CHECK(found.at("drawings") >= figures);
      }
      const report::Rgb ground = (scheme[0] == 'd' ? report::dark : report::light).background;
      CHECK(browser.evaluate("getComputedStyle(document.body).backgroundColor") ==
            fmt::format("rgb({}, {}, {})", ground.r, ground.g, ground.b));
    }
  int requests = 0;
  for (const json& event : browser.events) {
    const std::string method = event.at("method");
    CAPTURE(event.dump());
    CHECK(method != "Log.entryAdded");
    CHECK(method != "Runtime.consoleAPICalled");
    CHECK(method != "Runtime.exceptionThrown");
    if (method != "Network.requestWillBeSent") continue;
    ++requests;
    const std::string url = event.at("params").at("request").at("url");
    CHECK((url == "file://" + page.string() || url.starts_with("data:")));
  }
  CHECK(requests >= 4);  // the page itself: what is not there is not what is not seen
}

}  // namespace

TEST_CASE("browser: report.html of a run, with names made to break it") {
  const std::string program = chromium();
  if (program.empty()) return;
  const TemporaryFolder folder;
  const std::string classes[] = {"<script>console.error('x')</script>", "\"; system(\"\"touch x\"\"); '", "'onload='x",
                                 "a_very_long_name_of_a_class_that_has_no_place_to_break_anywhere_in_it"};
  std::string rows = "name;a;b;c\n", labels = "name,label,speaker\n";
  for (int i = 0; i < 48; ++i) {
    rows += fmt::format("u{};{};{};{}\n", i, i * 37 % 101, i * 53 % 97, i * 71 % 89);
    std::string quoted = classes[i % 4];
    for (std::size_t at = 0; (at = quoted.find('"', at)) != std::string::npos; at += 2) quoted.insert(at, "\"");
    labels += fmt::format("u{},\"{}\",<b>{}\n", i, quoted, i / 16);
  }
  write_file(folder / "rows.csv", io::as_bytes(rows));
  write_file(folder / "labels.csv", io::as_bytes(labels));
  const Finished run = run_table1({"--features",  folder / "rows.csv",
                                   "--labels",    folder / "labels.csv",
                                   "--models",    "none,smote,adan",
                                   "--seeds",     "2",
                                   "--epochs",    "3",
                                   "--batch",     "512",
                                   "--sets",      "1",
                                   "--dnn-steps", "2",
                                   "--threads",   "1",
                                   "--out",       folder / "run"});
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  Browser browser(program);
  check_readable(browser, folder / "run" / "report.html", 2);
}

TEST_CASE("browser: report.html with clouds of real and synthetic rows") {
  const std::string program = chromium();
  if (program.empty()) return;
  const TemporaryFolder folder;
  const Finished run =
      run_program("yi2020_space",
                  resumable_run("--models noise,adan --epochs 2 --batch 512 --perplexity 5 --iterations 10 --rows 30",
                                folder / "run", "1"));
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  Browser browser(program);
  // Features and latent vectors by two projections, a histogram, losses.
  check_readable(browser, folder / "run" / "report.html", 2 * 2 + 1 + 1);
}

TEST_CASE("browser: the page of a sound file, which can be played") {
  const std::string program = chromium();
  if (program.empty()) return;
  const TemporaryFolder folder;
  std::vector<float> x;  // 140 Hz with harmonics, swelling
  for (int i = 0; i < 24000; ++i) {
    double sum = 0;
    for (int k = 1; k <= 20; ++k) sum += std::sin(2 * std::numbers::pi * 140 * k * i / 16000) / k;
    x.push_back(static_cast<float>(0.3 * i / 24000 * sum));
  }
  audio::write_wav(folder / "a <voice>.wav", x, 16000);
  const Finished run = run_program("listen", {folder / "a <voice>.wav", "--out", folder / "page.html"});
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  Browser browser(program);
  check_readable(browser, folder / "page.html", 1);
  // The sound has been read as far as its length, and the picture behind the drawing is one.
  browser.evaluate(
      "new Promise(done => { const a = document.querySelector('audio');"
      " a.readyState >= 1 ? done() : a.addEventListener('loadedmetadata', done); })",
      true);
  CHECK(browser.evaluate("document.querySelector('audio').duration") == 1.5);
  const json size = browser.evaluate(
      "new Promise(done => { const i = new Image(); i.onload = () => done([i.width, i.height]);"
      " i.onerror = () => done([]); i.src = document.querySelector('mask image').href.baseVal; })",
      true);
  CHECK(size == json{750, 96});
}

TEST_CASE("browser: every part of a page, and what the test is to find when it is there") {
  const std::string program = chromium();
  if (program.empty()) return;
  using namespace report;
  Series curve{.name = "first"}, other{.name = "second"};
  for (int i = 0; i < 30; ++i)
    for (Series* s : {&curve, &other}) {
      s->x.push_back(i);
      s->y.push_back(s == &curve ? i * i : 900 - 20 * i);
    }
  const Series cloud{.name = "anger, real", .x = {1, 2, 3}, .y = {3, 1, 2}},
      drawn{.name = "anger, synthetic", .x = {2, 3, 4}, .y = {2, 1, 3}, .style = 0, .hollow = true};
  Page page{"Every part", std::string(80, 'x'), {Note{"Note"}, Facts{{{"a", "`b`"}, {"c", "d"}}}}, {}};
  page.sections.push_back(
      {"Figures",
       {Figure{"Lines", "Caption", {{.x_label = "epoch", .y_label = "loss", .series = {curve, other}}}},
        Figure{"Points", "Caption", {{.kind = Plot::Kind::points, .series = {cloud, drawn}}}},
        Figure{
            "Histograms",
            "Caption",
            {{.kind = Plot::Kind::histogram, .title = "one", .series = {{.name = "real", .x = {0, 1, 2}, .y = {3, 4}}}},
             {.kind = Plot::Kind::histogram, .title = "two", .series = {{.name = "real", .x = {0, 1}, .y = {3}}}}}},
        Figure{"Bars",
               "Caption",
               {{.kind = Plot::Kind::bars,
                 .series = {{.name = "SVM", .y = {1, -2}}, {.name = "DNN", .y = {2, 1}, .low = {1, 0}, .high = {3, 2}}},
                 .categories = {"anger", "a name as long as no screen of a phone can show it in one line"}}}}}});
  std::vector<std::string> wide(30, "wide cell");
  page.sections.push_back(
      {"Tables",
       {HtmlTable{{wide, wide}, "Caption", {{}, {1, -1, 0.5}}}, Tables{{{{wide, wide}}, {{{"x"}, {"1"}}}}},
        Folded{"More", {{wide, wide}}}, Listing{std::string(200, 'x')}, Text{"A `word`."}}});
  const TemporaryFolder folder;
  const std::string good = html(page);
  write_file(folder / "page.html", io::as_bytes(good));
  Browser browser(program);
  check_readable(browser, folder / "page.html", 4);

  // Each defect, alone, and where it must show.
  const auto with = [&](const std::string& defect) {
    write_file(folder / "page.html", io::as_bytes(good + defect));
    browser.events.clear();
    browser.screen(360, "dark");
    browser.open(folder / "page.html");
    return browser.evaluate(inspection);
  };
  CHECK(with("<div style='width:400px'>x</div>").at("scroll") > 0);
  CHECK(with("<div style='width:400px'>x</div>").at("overflow").size() == 1);
  CHECK(with("<p style='color:#333'>x</p>").at("faint").size() == 1);
  CHECK(with("<figure>x</figure>").at("unnamed").size() == 1);
  CHECK(with("<p id='figure-1'>x</p>").at("twice").size() == 1);
  const auto seen = [&](const char* method) {
    return std::any_of(browser.events.begin(), browser.events.end(),
                       [&](const json& event) { return event.at("method") == method; });
  };
  with("");
  CHECK_FALSE(seen("Log.entryAdded"));
  with("<img src='https://example.org/x.png'><script>console.error('x')</script>");
  CHECK(seen("Log.entryAdded"));  // the policy refuses both
}
