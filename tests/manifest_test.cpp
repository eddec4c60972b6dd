#include "experiments/protocol/manifest.h"

#include <doctest/doctest.h>
#include <xxhash.h>

#include <functional>
#include <string>

#include "autograd/ops/pointwise.h"
#include "experiments/protocol/synthetic_table.h"
#include "tests/temporary_folder.h"

using namespace emograd;
using namespace emograd::protocol;
using nlohmann::json;

namespace {

FeatureTable small_table() {
  return synthetic_table({.speakers = 3, .classes = 2, .utterances = 1, .features = 2}, Rng{1});
}

/// With the hash that belongs to what it says.
json sealed(json manifest) {
  manifest.erase("xxhash64");
  const std::string text = manifest.dump();
  manifest["xxhash64"] = fmt::format("{:016x}", XXH64(text.data(), text.size(), 0));
  return manifest;
}

}  // namespace

TEST_CASE("manifest: what it says, and that it reads back") {
  FeatureTable t = small_table();
  t.sessions[2] = "s";
  const Folds folds = folds_by_speaker(t);
  const json m = manifest_of(t, folds);
  CHECK(m == sealed(m));
  CHECK(m.at("format") == "emograd folds");
  CHECK(m.at("version") == 1);
  CHECK(m.at("protocol") == "leave-one-speaker-out");
  CHECK(m.at("table") == json{{"xxhash64", table_hash(t)},
                              {"rows", 6},
                              {"features", 2},
                              {"classes", {"synthetic 0", "synthetic 1"}},
                              {"speakers", 3}});
  CHECK(m.at("rows").size() == 6);
  CHECK(m.at("rows")[1] ==
        json{{"id", "synthetic-00-1-0"}, {"speaker", "00"}, {"label", "synthetic 1"}, {"fold", "00"}});
  CHECK(m.at("rows")[2].at("session") == "s");

  const TemporaryFolder folder;
  const auto path = folder.file("folds", manifest_text(m));
  const Folds back = read_manifest(path, t);
  CHECK(back.protocol == folds.protocol);
  CHECK(back.of_row == folds.of_row);
  CHECK(manifest_of(t, back) == m);
  t.source = "elsewhere";
  CHECK(manifest_of(t, back) == m);
}

TEST_CASE("manifest: refused for another table, naming what differs") {
  const FeatureTable t = small_table();
  const TemporaryFolder folder;
  const auto path = folder.file("folds", manifest_text(manifest_of(t, folds_by_speaker(t))));
  const auto error_with = [&](const std::function<void(FeatureTable&)>& change) {
    FeatureTable other = t;
    change(other);
    return error_of([&] { read_manifest(path, other); });
  };
  const auto more = synthetic_table({.speakers = 4, .classes = 2, .utterances = 1, .features = 2}, Rng{1});
  CHECK(error_with([&](FeatureTable& o) { o = more; }).find("is of 6 utterances, but synthetic table") !=
        std::string::npos);
  const std::string speaker = error_with([](FeatureTable& o) { o.speakers[3] = "02"; });
  CHECK(speaker.starts_with(path.string()));
  CHECK(speaker.find("row 4 is {\"id\":\"synthetic-01-1-0\",\"label\":\"synthetic 1\",\"speaker\":\"01\"} there, but "
                     "{\"id\":\"synthetic-01-1-0\",\"label\":\"synthetic 1\",\"speaker\":\"02\"} in") !=
        std::string::npos);
  CHECK(error_with([](FeatureTable& o) { o.ids[0] = "x"; }).find("row 1 is") != std::string::npos);
  CHECK(error_with([](FeatureTable& o) { o.sessions[5] = "s"; }).find("row 6 is") != std::string::npos);
  CHECK(error_with([](FeatureTable& o) { o.classes[1] = "joy"; }).find("row 2 is") != std::string::npos);
  CHECK(error_with([](FeatureTable& o) { o.x = packed(o.x + 1.0); }).find("for other features of these utterances") !=
        std::string::npos);
}

TEST_CASE("manifest: what is no manifest, of another version, changed, or mixes speakers is refused") {
  const FeatureTable t = small_table();
  const json m = manifest_of(t, folds_by_speaker(t));
  const TemporaryFolder folder;
  const auto error_with = [&](const std::function<void(json&)>& change, bool seal = true) {
    json changed = m;
    change(changed);
    return error_of([&] { read_manifest(folder.file("folds", (seal ? sealed(changed) : changed).dump()), t); });
  };
  const auto says = [](const std::string& error, const char* part) {
    INFO(error);
    CHECK(error.find(part) != std::string::npos);
  };
  CHECK(error_with([](json&) {}).empty());
  says(error_with([](json& j) { j["rows"][0]["fold"] = "01"; }, false), "was changed after it was written");
  says(error_with([](json& j) { j["rows"][0]["fold"] = "01"; }), "speaker '00' is in fold '01' and in fold '00'");
  says(error_with([](json& j) { j["version"] = 2; }), "is of version 2, this program reads version 1");
  says(error_with([](json& j) { j["format"] = "else"; }), "is no manifest of folds");
  says(error_with([](json& j) { j["format"] = 5; }), "is no manifest of folds");
  for (const char* part : {"version", "protocol", "table", "rows"})
    says(error_with([&](json& j) { j.erase(part); }), "is no manifest of folds");
  says(error_with([](json& j) { j["rows"] = "none"; }), "is of 1 utterances");
  says(error_with([](json& j) { j["rows"][3] = 7; }), "is no manifest of folds");
  says(error_with([](json& j) { j["rows"][3]["fold"] = 7; }), "is no manifest of folds");
  says(error_with([](json& j) { j["rows"].erase(5); }), "is of 5 utterances");
  for (const char* text : {"", "{", "[1]", "name,fold\n"})
    CHECK(error_of([&] { read_manifest(folder.file("folds", text), t); }).find("its JSON is") != std::string::npos);
}

TEST_CASE("fold lists: a line per utterance, in any order") {
  const FeatureTable t = small_table();
  const TemporaryFolder folder;
  const auto list = [](const std::string& last) {
    return "fold,name\n2,synthetic-02-0-0.wav\n2,synthetic-02-1-0\n1,x/synthetic-01-0-0\n1,synthetic-01-1-0\n"
           ",synthetic-00-0-0\n" +
           last;
  };
  const Folds folds = read_fold_list(folder.file("folds", list(",synthetic-00-1-0\n")), t);
  CHECK(folds.protocol == "fixed list");
  CHECK(folds.of_row == std::vector<std::string>{"", "", "1", "1", "2", "2"});
  const auto error_with = [&](const std::string& last) {
    return error_of([&] { read_fold_list(folder.file("folds", list(last)), t); });
  };
  CHECK(error_with("").find("has no line for utterance 'synthetic-00-1-0'") != std::string::npos);
  CHECK(error_with("1,synthetic-00-1-0\n").find("speaker '00' is in no fold and in fold '1'") != std::string::npos);
  CHECK(error_with(",unknown\n").find("line 7: there is no utterance 'unknown' in synthetic") != std::string::npos);
  CHECK(error_with(",synthetic-00-0-0\n").find("line 7: 'synthetic-00-0-0' comes twice") != std::string::npos);
  CHECK(error_with("\xff,synthetic-00-1-0\n").find("line 7 is not UTF-8") != std::string::npos);
  CHECK(error_of([&] { read_fold_list(folder.file("folds", "name,split\nu,1\n"), t); }).find("has no column 'fold'") !=
        std::string::npos);
}
