#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "autograd/ops/pointwise.h"
#include "autograd/ops/random.h"
#include "autograd/ops/shape.h"
#include "experiments/protocol/data.h"
#include "experiments/protocol/leak_check.h"
#include "experiments/protocol/metrics.h"
#include "experiments/protocol/scaler.h"
#include "experiments/protocol/splits.h"
#include "experiments/protocol/synthetic_table.h"
#include "experiments/protocol/table_files.h"
#include "experiments/protocol/validation.h"
#include "experiments/report/progress.h"
#include "experiments/report/run_folder.h"
#include "experiments/report/summary.h"
#include "experiments/report/text_table.h"
#include "tensor/error.h"
#include "tensor/io/atomic_file.h"
#include "tensor/io/csv.h"
#include "tensor/io/npy.h"
#include "tests/temporary_folder.h"

using namespace emograd;
using namespace emograd::protocol;
namespace fs = std::filesystem;

namespace {

const std::vector<std::string> emodb_names{"03a01Fa", "03a01Wb", "08a02Wa", "08b03Fc"};

FeatureTable small_table(Tensor x = tensor({{1, 2}, {3, 4}, {5, 6}, {7, 9}})) {
  std::vector<Annotation> annotations;
  for (const std::string& id : emodb_names) annotations.push_back(parse_emodb_name(id));
  return make_table("small", std::move(x), {"a", "b"}, emodb_names, annotations);
}

}  // namespace

TEST_CASE("metrics by hand: 3 classes, 10 utterances") {
  // class 0: 4 utterances, 3 right; class 1: 4, 2 right; class 2: 2, 2 right
  Confusion c(3);
  c.add({0, 0, 0, 0, 1, 1, 1, 1, 2, 2}, {0, 0, 0, 1, 1, 1, 2, 2, 2, 2});
  CHECK(c.total() == 10);
  CHECK(c.count(1, 2) == 2);
  CHECK(weighted_accuracy(c) == doctest::Approx(0.7));
  CHECK(unweighted_average_recall(c) == doctest::Approx((0.75 + 0.5 + 1) / 3));
  // F1: 2·3/(4 + 3), 2·2/(4 + 3), 2·2/(2 + 4)
  CHECK(macro_f1(c) == doctest::Approx((6.0 / 7 + 4.0 / 7 + 4.0 / 6) / 3));
  CHECK(recalls(c) == std::vector<double>{0.75, 0.5, 1});
}

TEST_CASE("metrics: classes without utterances, no predictions, bad indices, mean and deviation") {
  Confusion c(3);
  c.add({0, 0, 1}, {0, 2, 1});
  CHECK(unweighted_average_recall(c) == doctest::Approx(0.75));
  CHECK(macro_f1(c) == doctest::Approx((2.0 / 3 + 1) / 2));
  CHECK(std::isnan(recalls(c)[2]));
  CHECK_THROWS_AS(weighted_accuracy(Confusion(2)), Error);
  CHECK_THROWS_WITH_AS(c.add(3, 0), doctest::Contains("class 3"), Error);
  CHECK_THROWS_AS(c.add({0}, {0, 1}), Error);
  CHECK(mean_sd({1, 2, 3, 4}).mean == doctest::Approx(2.5));
  CHECK(mean_sd({1, 2, 3, 4}).sd == doctest::Approx(std::sqrt(5.0 / 3)));
  CHECK(mean_sd({7}).sd == 0);
}

TEST_CASE("scaler: training rows get mean 0 and variance 1, constant features go") {
  Rng rng{1};
  const Tensor varying = normal({50, 3}, rng) * 100.0 + 5.0;
  const Tensor x = packed(cat({full({50, 1}, 0.1), varying, full({50, 1}, 1e30)}, 1));
  const Scaler s = Scaler::fit(x);
  CHECK(s.kept.to_vector<std::int64_t>() == std::vector<std::int64_t>{1, 2, 3});
  const std::vector<double> z = s(x).to_vector<double>();
  for (std::size_t j = 0; j < 3; ++j) {
    double sum = 0, squares = 0;
    for (std::size_t i = 0; i < 50; ++i) sum += z[3 * i + j], squares += z[3 * i + j] * z[3 * i + j];
    CHECK(sum / 50 == doctest::Approx(0).epsilon(1e-5));
    CHECK(squares / 50 == doctest::Approx(1).epsilon(1e-5));
  }
  CHECK_THROWS_WITH_AS(Scaler::fit(ones({4, 2})), doctest::Contains("none of the 2 features varies"), Error);
}

TEST_CASE("scaler: the largest magnitude of the training fold becomes 1; the corpus counts only where asked") {
  Rng rng{2};
  const Tensor corpus = packed(cat({full({30, 1}, 4), normal({30, 3}, rng) * 10.0 + 5.0}, 1));
  const Tensor train = packed(slice(corpus, 0, 0, 20));
  const auto rows = [](const Tensor& x) { return x.to_vector<double>(); };
  CHECK(rows(fit_scaler({}, train, corpus)(corpus)) == rows(Scaler::fit(train)(corpus)));
  const Scaler whole = fit_scaler({.whole_corpus = true}, train, corpus);
  CHECK(rows(whole(corpus)) == rows(Scaler::fit(corpus)(corpus)));

  for (const bool whole_corpus : {false, true}) {
    const Tensor z = (whole_corpus ? whole : Scaler::fit(train))(corpus);
    const Scaler s = fit_scaler({.whole_corpus = whole_corpus, .max_abs = true}, train, corpus);
    const std::vector<double> plain = rows(z), scaled = rows(s(corpus));
    for (std::size_t j = 0; j < 3; ++j) {
      double largest = 0, after = 0;
      for (std::size_t i = 0; i < 20; ++i) {
        largest = std::max(largest, std::abs(plain[3 * i + j]));
        after = std::max(after, std::abs(scaled[3 * i + j]));
      }
      CHECK(after == doctest::Approx(1).epsilon(1e-6));
      for (std::size_t i = 0; i < 30; ++i)
        CHECK(scaled[3 * i + j] == doctest::Approx(plain[3 * i + j] / largest).epsilon(1e-6));
    }
  }
  // Feature 0 is the corpus's mean throughout the training fold: there is nothing to divide by.
  const Tensor centred = tensor({{0, 1}, {0, 2}, {-1, 3}, {1, 4}}), first = packed(slice(centred, 0, 0, 2));
  CHECK(fit_scaler({.whole_corpus = true, .max_abs = true}, first, centred).kept.to_vector<std::int64_t>() ==
        std::vector<std::int64_t>{1});
}

TEST_CASE("EmoDB names") {
  CHECK(parse_emodb_name("03a01Fa").speaker == "03");
  CHECK(parse_emodb_name("03a01Fa").label == "happiness");
  for (const auto& [id, label] : std::vector<std::pair<std::string, std::string>>{{"16b10Wa", "anger"},
                                                                                  {"16b10Lb", "boredom"},
                                                                                  {"16b10Ec", "disgust"},
                                                                                  {"16b10Ad", "fear"},
                                                                                  {"16b10Te", "sadness"},
                                                                                  {"16b10Nf", "neutral"}})
    CHECK(parse_emodb_name(id).label == label);
  for (const char* id : {"", "03a01F", "xxa01Fa", "03a01Xa", "Ses01F_impro01_F000"})
    CHECK_THROWS_WITH_AS(parse_emodb_name(id), doctest::Contains("--labels"), Error);
}

TEST_CASE("feature tables: what is refused, and by which name") {
  CHECK(small_table().classes == std::vector<std::string>{"anger", "happiness"});
  CHECK(small_table().labels.to_vector<std::int64_t>() == std::vector<std::int64_t>{1, 0, 0, 1});
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH_AS(small_table(tensor({{1, 2}, {3, 4}, {5, nan}, {7, 8}})),
                       doctest::Contains("feature 'b' (column 2) of utterance '08a02Wa' (row 3) is nan"), Error);
  CHECK_THROWS_WITH_AS(small_table(tensor({{1, 2}, {3, 4}})),
                       doctest::Contains("2 rows of features, 4 utterance names"), Error);
  CHECK_THROWS_WITH_AS(small_table(ones({4, 3})), doctest::Contains("3 columns, 2 feature names"), Error);

  FeatureTable t = small_table();
  t.ids[3] = t.ids[0];
  CHECK_THROWS_WITH_AS(check_table(t), doctest::Contains("'03a01Fa' comes twice, in rows 1 and 4"), Error);
  t = small_table();
  t.sessions.pop_back();
  CHECK_THROWS_WITH_AS(check_table(t), doctest::Contains("4 speakers, 3 sessions"), Error);
  t = small_table();
  t.speakers.assign(4, "03");
  CHECK_THROWS_WITH_AS(check_table(t), doctest::Contains("all utterances are by speaker '03'"), Error);
  t = small_table();
  t.classes.push_back("fear");
  CHECK_THROWS_WITH_AS(check_table(t), doctest::Contains("class 'fear' has no utterance"), Error);
  t = small_table();
  t.classes.pop_back();
  CHECK_THROWS_AS(check_table(t), Error);
}

TEST_CASE("feature tables: the hash sees every part but the source") {
  const std::string hash = table_hash(small_table());
  CHECK(hash.size() == 16);
  FeatureTable t = small_table();
  t.source = "elsewhere";
  CHECK(table_hash(t) == hash);
  t.speakers[1] = "09";
  CHECK(table_hash(t) != hash);
  CHECK(table_hash(with_altered_rows(small_table(), {2})) != hash);
  t = small_table();
  t.sessions[3] = "1";
  CHECK(table_hash(t) != hash);
}

TEST_CASE("npy tables") {
  const TemporaryFolder folder;
  const Tensor x = tensor({{1, 2}, {3, 4}, {5, 6}, {7, 9}}, DType::f64);
  write_npy(folder / "x.npy", x);
  const fs::path names = folder.file("names.txt", "a\nb\n");
  const fs::path files = folder.file("files.txt", "03a01Fa.wav\r\nwav/03a01Wb.wav\n08a02Wa\n08b03Fc.wav");
  const FeatureTable t = read_feature_table({folder / "x.npy", names, files, {}});
  CHECK(t.ids == emodb_names);
  CHECK(t.features == std::vector<std::string>{"a", "b"});
  CHECK(table_hash(t) == table_hash(small_table()));
  CHECK(read_feature_table({folder / "x.npy", {}, files, {}}).features == std::vector<std::string>{"0", "1"});

  CHECK_THROWS_WITH_AS(read_feature_table({folder / "x.npy", names, {}, {}}), doctest::Contains("--files"), Error);
  CHECK_THROWS_WITH_AS(read_feature_table({folder / "x.npy", names, folder.file("few.txt", "03a01Fa\n"), {}}),
                       doctest::Contains("4 rows, but few.txt lists 1 utterances"), Error);
  CHECK_THROWS_WITH_AS(read_feature_table({folder / "x.npy", files, files, {}}),
                       doctest::Contains("2 columns, but files.txt lists 4 names"), Error);
  CHECK_THROWS_WITH_AS(read_feature_table({folder / "x.npy", names, folder.file("bad.txt", "\xff\n"), {}}),
                       doctest::Contains("is not UTF-8"), FileError);
  fs::create_directory(folder / "made");
  for (const auto& [from, to] :
       {std::pair{"x.npy", "features.npy"}, {"names.txt", "names.txt"}, {"files.txt", "files.txt"}})
    fs::copy_file(folder / from, folder / "made" / to);
  const FeatureTable made = read_feature_table({folder / "made", {}, {}, {}});
  CHECK(made.source == "made");
  CHECK(table_hash(made) == table_hash(t));
  CHECK(read_feature_table({fs::path((folder / "made").string() + "/"), {}, {}, {}}).source == "made");
  CHECK_THROWS_WITH_AS(read_feature_table({folder / "made", names, {}, {}}),
                       doctest::Contains("a folder names its rows"), Error);
  CHECK_THROWS_AS(read_feature_table({folder / "absent.npy", names, files, {}}), FileError);
}

TEST_CASE("openSMILE CSV tables, labels from a file") {
  const TemporaryFolder folder;
  const fs::path csv = folder.file(
      "x.csv", "name;frameTime;a;b;class\n'u1';0.0;1;2;?\n'u2';0.0;3;4;?\n'u3';0.0;5;6;?\n'u4';0.0;7;9e0;?\n");
  const fs::path labels =
      folder.file("l.csv", "speaker,name,label\n03,u1,happy\n03,u2.wav,angry\n08,u3,angry\n08,u4,happy\n");
  const FeatureTable t = read_feature_table({csv, {}, {}, labels});
  CHECK(t.features == std::vector<std::string>{"a", "b"});
  CHECK(t.classes == std::vector<std::string>{"angry", "happy"});
  CHECK(t.speakers == std::vector<std::string>{"03", "03", "08", "08"});
  CHECK(bitwise_equal(t.x, small_table().x));

  CHECK_THROWS_WITH_AS(read_feature_table({csv, {}, {}, {}}), doctest::Contains("'u1' is not an EmoDB name"), Error);
  CHECK_THROWS_WITH_AS(read_feature_table({csv, {}, {}, folder.file("m.csv", "name,label,speaker\nu1,happy,03\n")}),
                       doctest::Contains("utterance 'u2' has no line in m.csv"), Error);
  CHECK_THROWS_WITH_AS(read_feature_table({csv, {}, {}, folder.file("n.csv", "name,label,speaker\nu1,,03\n")}),
                       doctest::Contains("line 2: 'u1' lacks a label"), FileError);
  CHECK_THROWS_WITH_AS(read_feature_table({csv, {}, {}, folder.file("t.csv", "name,label,speaker\nu1,a,1\nu1,a,1\n")}),
                       doctest::Contains("line 3: 'u1' comes twice"), FileError);
  CHECK_THROWS_WITH_AS(read_feature_table({csv, {}, {}, folder.file("b.csv", "name,label,speaker\nu1,\xff,1\n")}),
                       doctest::Contains("line 2 is not UTF-8"), FileError);
  CHECK_THROWS_WITH_AS(read_feature_table({folder.file("c.csv", "name;a\n\xff;1\n"), {}, {}, labels}),
                       doctest::Contains("the utterance name '\\xff' is not UTF-8"), Error);
  CHECK(t.sessions == std::vector<std::string>(4));
  const fs::path with_sessions =
      folder.file("s.csv", "name,label,speaker,session\nu1,happy,03,1\nu2,angry,03,1\nu3,angry,08,\nu4,happy,08,2\n");
  CHECK(read_feature_table({csv, {}, {}, with_sessions}).sessions == std::vector<std::string>{"1", "1", "", "2"});
  CHECK_THROWS_WITH_AS(read_feature_table({csv, csv, {}, labels}), doctest::Contains("are for .npy"), Error);
  CHECK_THROWS_AS(read_feature_table({folder.file("r.csv", "name;a;b\nu1;1\n"), {}, {}, labels}), FileError);  // ragged
}

TEST_CASE("ARFF tables: the same as CSV, under any name") {
  const TemporaryFolder folder;
  const std::string head =
      "@relation smile\n@attribute name string\n@attribute frameTime numeric\n@attribute a numeric\n"
      "@attribute b numeric\n";
  const fs::path labels =
      folder.file("l.csv", "name,label,speaker\nu1,happy,03\nu2,angry,03\nu3,angry,08\nu4,happy,08\n");
  const fs::path csv = folder.file("x.csv", "name;a;b\nu1;1;2\nu2;3;4\nu3;5;6\nu4;7;9\n");
  const std::string hash = table_hash(read_feature_table({csv, {}, {}, labels}));
  const std::string rows = "'C:\\corpus\\u1.wav',0.0,1,2,?\n'x/u2.wav',0.0,3,4,0\nu3,0.0,5,6.0,?\nu4,0.0,7,9e0,NULL\n";
  for (const char* name : {"x.arff", "x.txt"})
    for (const char* target : {"class numeric", "class {0,1,2,3}", "emotion unknown", "emotion {happy, angry}"}) {
      const fs::path arff = folder.file(name, head + "@attribute " + target + "\n@data\n" + rows);
      const FeatureTable t = read_feature_table({arff, {}, {}, labels});
      CHECK(t.features == std::vector<std::string>{"a", "b"});
      CHECK(table_hash(t) == hash);
    }
  const auto read = [&](const std::string& text) {
    read_feature_table({folder.file("bad.arff", text), {}, {}, labels});
  };
  CHECK_THROWS_WITH_AS(read(head + "@data\nu1,0,1,?\n"), doctest::Contains("line 7, value 4 (b) is missing (?)"),
                       FileError);
  CHECK_THROWS_WITH_AS(read("@relation r\n@attribute a numeric\n@data\n1\n"),
                       doctest::Contains("the first attribute is 'a', numeric; it must be the name of the utterance"),
                       FileError);
  CHECK_THROWS_WITH_AS(read(head + "@attribute c string\n@attribute d numeric\n@data\nu1,0,1,2,x,3\n"),
                       doctest::Contains("value 5 (c) is of type string, not numeric"), FileError);
  CHECK_THROWS_WITH_AS(read("@data\n"), doctest::Contains("declares no @attribute"), FileError);
  CHECK_THROWS_WITH_AS(read(head + "@data\n"), doctest::Contains("0 utterances and 2 features"), Error);
}

TEST_CASE("leave-one-speaker-out: every row is tested once, by models that never heard its speaker") {
  const FeatureTable t = synthetic_table({.speakers = 4, .classes = 3, .utterances = 2, .features = 5}, Rng{1});
  CHECK(t.source.find("synthetic") != std::string::npos);
  CHECK(t.ids[0].find("synthetic") != std::string::npos);
  CHECK(table_hash(t) ==
        table_hash(synthetic_table({.speakers = 4, .classes = 3, .utterances = 2, .features = 5}, Rng{1})));
  const std::vector<Split> splits = leave_one_speaker_out(t);
  REQUIRE(splits.size() == 4);
  std::multiset<std::int64_t> tested;
  for (const Split& s : splits) {
    tested.insert(s.test.begin(), s.test.end());
    CHECK(s.train.size() + s.test.size() == 24);
    for (const std::int64_t row : s.train) CHECK(t.speakers[static_cast<std::size_t>(row)] != s.name);
  }
  CHECK(tested.size() == 24);
  CHECK(std::set(tested.begin(), tested.end()).size() == 24);

  Split bad = splits[0];
  bad.train.push_back(bad.test[0]);
  CHECK_THROWS_WITH_AS(check_split(t, bad), doctest::Contains("used twice"), Error);
  bad = splits[0];
  bad.test.pop_back();
  bad.train.push_back(splits[0].test.back());
  CHECK_THROWS_WITH_AS(check_split(t, bad), doctest::Contains("in training and test"), Error);
  bad = {"empty", {}, splits[0].test};
  CHECK_THROWS_WITH_AS(check_split(t, bad), doctest::Contains("no training rows"), Error);
}

TEST_CASE("altered copies have their originals' labels, train with them, and are neither tested nor validated on") {
  CHECK(original_of("03a01Fa_aug12") == "03a01Fa");
  for (const char* none : {"03a01Fa", "03a01Fa_aug", "aug1", "_augx1", "x_aug1b", ""}) CHECK(original_of(none) == "");

  const TemporaryFolder folder;
  const std::string names[]{"03a01Fa", "03a01Wb",      "03a01Fa_aug1", "08a02Wa",
                            "08b03Fc", "08b03Fc_aug1", "09a01Fa",      "09a01Wa"};
  std::string csv = "name;a\n";
  for (std::size_t i = 0; i < std::size(names); ++i) csv += names[i] + ';' + std::to_string(i) + '\n';
  const FeatureTable t = read_feature_table({folder.file("x.csv", csv), {}, {}, {}});
  CHECK(t.speakers[5] == "08");
  CHECK(labels_of(t, {2, 5}) == labels_of(t, {0, 4}));
  CHECK(altered_copies(t) == std::vector<bool>{false, false, true, false, false, true, false, false});
  const std::vector<Split> splits = leave_one_speaker_out(t);
  REQUIRE(splits.size() == 3);
  CHECK(splits[1].test == std::vector<std::int64_t>{3, 4});
  CHECK(splits[1].train == std::vector<std::int64_t>{0, 1, 2, 6, 7});
  CHECK(splits[2].train == std::vector<std::int64_t>{0, 1, 2, 3, 4, 5});
  const Split validated = with_validation(t, splits[2], 1);
  CHECK(validated.validation == std::vector<std::int64_t>{0, 1});
  CHECK(validated.train == std::vector<std::int64_t>{3, 4, 5});
  const std::string said = describe(make_data(t, folds_by_speaker(t), {}));
  CAPTURE(said);
  CHECK(said.find("altered copies, which train and are never tested: 2\n") != std::string::npos);
  CHECK(said.find("In every training set") == std::string::npos);

  // A name alone makes no copy; what labels say of one is asked first, and must not tear it from its original.
  const fs::path some = folder.file("y.csv", "name;a\nu;1\nu_aug1;2\nv_aug1;3\nw;4\n");
  const auto labelled = [&](const std::string& lines) {
    return read_feature_table({some, {}, {}, folder.file("l.csv", "name,label,speaker\n" + lines)});
  };
  const FeatureTable own = labelled("u,a,1\nv_aug1,b,1\nw,a,2\n");
  CHECK(altered_copies(own) == std::vector<bool>{false, true, false, false});
  CHECK(labels_of(own, {1}) == labels_of(own, {0}));
  CHECK_ERROR(labelled("u,a,1\nu_aug1,a,2\nv_aug1,b,1\nw,b,2\n"),
              "'u_aug1' is by speaker '2', but 'u', of which it is a copy, by '1'");
}

TEST_CASE("a class of one speaker cannot be learnt without that speaker") {
  FeatureTable t = small_table();
  t.classes = {"anger", "fear"};
  t.labels = from_values<std::int64_t>({4}, std::vector<std::int64_t>{0, 0, 0, 1});
  CHECK_THROWS_WITH_AS(leave_one_speaker_out(t),
                       doctest::Contains("class 'fear' is spoken by the left-out speakers only"), Error);
}

TEST_CASE("text tables align by code points") {
  CHECK(report::text_table({{"Methods", "UAR (%)"}, {"a", "81.00 ± 1.20"}, {}, {"bb", "7"}}) ==
        "Methods       UAR (%)\n---------------------\na        81.00 ± 1.20\n---------------------\nbb                "
        "  7\n");
  CHECK(report::duration(75) == "1:15");
  CHECK(report::duration(4000) == "1:06:40");
}

TEST_CASE("run folders: one run at a time, and only the same run goes on") {
  const TemporaryFolder folder;
  const nlohmann::json config{{"options", {{"sets", 10}, {"adan", {{"epochs", 800}}}}}};
  nlohmann::json other = config;
  other["options"]["adan"]["epochs"] = 150;
  {
    report::RunFolder run(folder / "run", config, false);
    CHECK_FALSE(run.finished("u").has_value());
    run.finish("u", {{"x", 0.1}});
    CHECK(run.finished("u").value() == nlohmann::json{{"x", 0.1}});
    CHECK_THROWS_WITH_AS(report::RunFolder(folder / "run", config, true), doctest::Contains("another run is using"),
                         FileError);
  }
  CHECK_THROWS_WITH_AS(report::RunFolder(folder / "run", config, false), doctest::Contains("--resume"), FileError);
  CHECK_THROWS_WITH_AS(report::RunFolder(folder / "run", other, true),
                       doctest::Contains("options/adan/epochs is 800 there, 150 here"), FileError);
  other = config;
  other["build"]["emograd"] = "0.1.0";
  CHECK_THROWS_WITH_AS(report::RunFolder(folder / "run", other, true),
                       doctest::Contains("was made by emograd of unknown version, this is 0.1.0:"), FileError);
  for (const char* left : {"run/.emograd-1-0.tmp", "run/units/.emograd-1-1.tmp"}) folder.file(left, "of a killed run");
  CHECK(report::RunFolder(folder / "run", config, true).finished("u").has_value());
  for (const char* left : {"run/.emograd-1-0.tmp", "run/units/.emograd-1-1.tmp"})
    CHECK_FALSE(fs::exists(folder / left));

  fs::create_directory(folder / "foreign");
  folder.file("foreign/notes.txt", "mine");
  CHECK_THROWS_WITH_AS(report::RunFolder(folder / "foreign", config, true), doctest::Contains("no run folder"),
                       FileError);
  CHECK_THROWS_AS(report::RunFolder(folder.file("file", "x"), config, false), FileError);
}

TEST_CASE("run folders: a line that was cut off is not gone on with") {
  const TemporaryFolder folder;
  const nlohmann::json config{{"options", {{"sets", 10}}}}, line{{"unit", "u"}, {"seconds", 1}};
  const auto text = [&](const char* file) { return content(folder / "run" / file); };
  { report::RunFolder(folder / "run", config, false).timing(line); }
  const std::string whole = text("timing.jsonl");
  for (const std::string& before : {whole, std::string()}) {
    folder.file("run/timing.jsonl", before + whole.substr(0, 7));
    folder.file("run/metrics.jsonl", "{\"epo");
    {
      report::RunFolder run(folder / "run", config, true);
      run.timing(line);
      run.metric(line);
    }
    CHECK(text("timing.jsonl") == before + whole);
    CHECK(text("metrics.jsonl") == whole);
  }
}

TEST_CASE("summary: splits are pooled per seed, seeds are averaged") {
  const FeatureTable t = small_table();
  const std::vector<Split> splits = leave_one_speaker_out(t);  // truth: 03 → happiness, anger; 08 → anger, happiness
  report::Summary summary(t, splits);
  const auto outcome = [](int seed, const char* split, std::vector<int> labels) {
    return nlohmann::json{
        {"augmenter", "adan"},
        {"seed", seed},
        {"split", split},
        {"epochs", {{{"epoch", 1}, {"losses", {{"C", 0.5}}}}}},
        {"predictions",
         {{{"classifier", "svm"}, {"sets", 10}, {"real", true}, {"labels", labels}, {"unconverged", 0}}}}};
  };
  for (const auto& o :
       {outcome(0, "03", {1, 0}), outcome(0, "08", {0, 0}), outcome(1, "03", {0, 0}), outcome(1, "08", {0, 0})})
    summary.add(o);
  const report::Comparison& comparison = summary.comparison();
  CHECK(comparison.scores.rows.at(0).at(1).text.starts_with("62.50 ± 17.68 ["));  // 75 and 50
  CHECK(report::as_text(comparison.seeds).find("75.00") != std::string::npos);
  const auto& happiness = comparison.confusions.at(0).rows.at(1);
  CHECK(happiness[0].text == "happiness");
  CHECK(happiness[1].text == "3");
  CHECK(happiness[2].text == "1");
  CHECK(happiness[3].text.starts_with("25.00 ["));
  CHECK(summary.unconverged() == "");
  nlohmann::json stopped = outcome(2, "03", {1, 0});
  stopped["predictions"][0]["unconverged"] = 2;
  report::Summary with_stopped(t, splits);
  for (const char* augmenter : {"none", "adan"}) {
    stopped["augmenter"] = augmenter;
    with_stopped.add(stopped);
  }
  with_stopped.add(outcome(2, "08", {1, 0}));
  CHECK(with_stopped.unconverged() ==
        "Machines that stopped at the limit of iterations, unconverged: 2 of none + SVM, 2 of ADAN + SVM\n");
  const std::string csv = format_csv(summary.predictions());
  CHECK(
      csv.starts_with("seed;split;id;speaker;truth;augmenter;classifier;sets;real;prediction\n"
                      "0;03;03a01Fa;03;happiness;adan;svm;10;yes;happiness\n"));
  CHECK(std::count(csv.begin(), csv.end(), '\n') == 9);
  // The file alone gives the same tables.
  CHECK(report::compare(report::read_predictions(parse_csv(io::as_bytes(csv), "predictions.csv"))).text() ==
        comparison.text());
  CHECK(summary.conditions() == std::vector<report::Condition>{{"adan", "svm", {10, true}}});
  CHECK(summary.confusions_of({"adan", "svm", {10, true}}).at(0).count(0, 0) == 2);
  const auto lines = summary.metric_lines(outcome(0, "08", {0, 0}));
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].at("epoch") == 1);
  CHECK(lines[1] == nlohmann::json{{"augmenter", "adan"},
                                   {"seed", 0},
                                   {"split", "08"},
                                   {"classifier", "svm"},
                                   {"sets", 10},
                                   {"real", true},
                                   {"wa", 0.5},
                                   {"uar", 0.5}});
}

TEST_CASE("summary: mixes of one augmenter's rows are conditions of their own, and are named where there are several") {
  const FeatureTable t = small_table();
  const std::vector<Split> splits = leave_one_speaker_out(t);  // truth: 03 → happiness, anger
  report::Summary summary(t, splits);
  const auto prediction = [](int sets, bool real, std::vector<int> labels) {
    return nlohmann::json{
        {"classifier", "svm"}, {"sets", sets}, {"real", real}, {"labels", labels}, {"unconverged", sets}};
  };
  nlohmann::json outcome{{"augmenter", "none"},
                         {"seed", 0},
                         {"split", "03"},
                         {"epochs", nlohmann::json::array()},
                         {"predictions", nlohmann::json::array({prediction(0, true, {1, 0})})}};
  summary.add(outcome);
  CHECK(summary.comparison().scores.rows.at(0).at(0).text == "none + SVM");  // as yet there is one mix of each
  outcome["augmenter"] = "adan";
  outcome["predictions"] = {prediction(1, true, {1, 1}), prediction(1, false, {0, 1})};
  summary.add(outcome);
  const auto& rows = summary.comparison().scores.rows;
  REQUIRE(rows.size() == 3);
  const char* expected[][2] = {
      {"none + SVM, real", "100.00 ["}, {"ADAN + SVM, real + 1 set", "50.00 ["}, {"ADAN + SVM, 1 set", "0.00 ["}};
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(rows[i][0].text == expected[i][0]);
    CHECK(rows[i][1].text.starts_with(expected[i][1]));
  }
  CHECK(summary.unconverged().find("unconverged: 1 of ADAN + SVM, real + 1 set, 1 of ADAN + SVM, 1 set\n") !=
        std::string::npos);
  const std::string csv = format_csv(summary.predictions());
  CHECK(
      csv.starts_with("seed;split;id;speaker;truth;augmenter;classifier;sets;real;prediction\n"
                      "0;03;03a01Fa;03;happiness;none;svm;0;yes;happiness\n"));
  CHECK(csv.ends_with("0;03;03a01Wb;03;anger;adan;svm;1;no;happiness\n"));
  CHECK(summary.metric_lines(outcome).size() == 2);
}
