#include "experiments/report/claims.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>

#include "experiments/protocol/trend.h"
#include "tensor/error.h"

namespace emograd::report {
using namespace protocol;
using nlohmann::json;

namespace {

/// What a classifier learnt from.
enum class Rows { real, with_one_set, with_all_sets, one_set, all_sets };

struct Learner {
  const char *augmenter, *classifier;
  Rows rows;
};

/// Nothing where the run has no such condition. "dnn" is the DNN of the run, also where that is Table II's large one.
const Contender* find(const Evidence& e, const Learner& learner) {
  if (!e.predictions) return nullptr;
  const auto& contenders = e.predictions->contenders;
  const bool small = std::any_of(contenders.begin(), contenders.end(),
                                 [](const Contender& c) { return c.condition.classifier == "dnn"; });
  const std::string classifier = learner.classifier == std::string("dnn") && !small ? "dnn-large" : learner.classifier;
  const bool alone = learner.rows == Rows::one_set || learner.rows == Rows::all_sets;
  const bool one = learner.rows == Rows::with_one_set || learner.rows == Rows::one_set;
  const Contender* found = nullptr;
  for (const Contender& c : contenders) {
    const Condition& has = c.condition;
    const bool real = has.augmenter == "none";
    if (has.classifier != classifier || (!real && has.mix.sets == 0) || real != (learner.rows == Rows::real)) continue;
    if (real) return &c;
    if (has.augmenter != learner.augmenter || has.mix.real == alone || (one && has.mix.sets != 1)) continue;
    if (found == nullptr || has.mix.sets > found->condition.mix.sets) found = &c;
  }
  return found;
}

constexpr double percent = 100;

/// Section V-E: "at least 800" for ADAN, 1500 for WADAN; it says nothing of the others.
const std::map<std::string, std::int64_t> published_epochs{{"adan", 800}, {"wadan", 1500}};

/// "ADAN 10 sets, 200 of the paper's 800 epochs", as far as they are known.
std::string training_of(const Evidence& e, const std::string& augmenter, std::int64_t sets) {
  const json::json_pointer at(fmt::format("/options/{}/epochs", augmenter));
  std::string out = sets > 0 ? fmt::format("{} {} sets", display_name(augmenter), sets) : display_name(augmenter);
  if (!e.config.contains(at)) return out;
  const auto epochs = e.config.at(at).get<std::int64_t>();
  const auto wanted = published_epochs.find(augmenter);
  const bool fewer = wanted != published_epochs.end() && epochs < wanted->second;
  return out + fmt::format(", {} {}epochs", epochs, fewer ? fmt::format("of the paper's {} ", wanted->second) : "");
}
std::string training_of(const Evidence& e, const Contender& c) {
  return training_of(e, c.condition.augmenter, c.condition.augmenter == "none" ? 0 : c.condition.mix.sets);
}

using Measure = std::function<std::optional<Estimate>(const Evidence&)>;

/// Of runs of these programs only.
Measure of(std::vector<std::string> programs, Measure measure) {
  return [programs = std::move(programs), measure = std::move(measure)](const Evidence& e) -> std::optional<Estimate> {
    if (std::find(programs.begin(), programs.end(), e.program()) == programs.end()) return {};
    return measure(e);
  };
}

/// UAR of `a` less that of `b`, in points.
Measure uar_change(const Learner& a, const Learner& b) {
  return [=](const Evidence& e) -> std::optional<Estimate> {
    const Contender *first = find(e, a), *second = find(e, b);
    if (first == nullptr || second == nullptr || first == second) return {};
    const std::vector<double> d = uar_differences(first->by_speaker, second->by_speaker);
    const Interval i = Bootstrap({first->by_speaker, second->by_speaker}).difference(0, 1, Score::uar);
    return Estimate{percent * std::accumulate(d.begin(), d.end(), 0.0),
                    {percent * i.low, percent * i.high},
                    fmt::format("{}; {}", training_of(e, *first), training_of(e, *second))};
  };
}

Estimate over_trainings(const std::vector<double>& values) { return {mean_sd(values).mean, mean_interval(values), ""}; }

/// More sets than the paper calls few.
const Contender* find_many(const Evidence& e, const Learner& learner) {
  const Contender* c = find(e, learner);
  return c != nullptr && c->condition.mix.sets > 5 ? c : nullptr;
}

/// UAR above that of guessing, in points.
Measure uar_above_chance(const Learner& a) {
  return [=](const Evidence& e) -> std::optional<Estimate> {
    const Contender* c = find_many(e, a);
    if (c == nullptr) return {};
    const double chance = percent / static_cast<double>(e.predictions->classes.size());
    const Interval i = Bootstrap({c->by_speaker}).interval(0, Score::uar);
    return Estimate{percent * mean_sd(score_per_seed(Score::uar, c->by_speaker)).mean - chance,
                    {percent * i.low - chance, percent * i.high - chance},
                    training_of(e, *c)};
  };
}

/// The best fold's UAR, in percent.
Measure perfect_folds(const Learner& a) {
  return [=](const Evidence& e) -> std::optional<Estimate> {
    const Contender* c = find_many(e, a);
    if (c == nullptr) return {};
    std::vector<double> best;  // fold's UAR, of every seed
    for (const auto& seed : c->by_fold) {
      double most = 0;
      for (const Confusion& fold : seed) most = std::max(most, percent * unweighted_average_recall(fold));
      best.push_back(most);
    }
    Estimate estimate = over_trainings(best);
    estimate.of = training_of(e, *c);
    return estimate;
  };
}

/// A number that the outcome of a unit holds, or nothing.
using OfUnit = std::function<std::optional<double>(const json& outcome)>;

/// Of every unit of the augmenter, by split and seed.
std::map<std::pair<std::string, json>, double> values_of(const Evidence& e, const std::string& augmenter,
                                                         const OfUnit& of_unit) {
  std::map<std::pair<std::string, json>, double> values;
  for (const auto& [name, outcome] : e.units)
    if (outcome.at("augmenter") == augmenter)
      if (const auto value = of_unit(outcome)) values[{outcome.at("split"), outcome.at("seed")}] = *value;
  return values;
}

Measure mean_of(const std::string& augmenter, const OfUnit& of_unit) {
  return [=](const Evidence& e) -> std::optional<Estimate> {
    std::map<std::string, std::vector<double>> by_split;
    for (const auto& [key, value] : values_of(e, augmenter, of_unit)) by_split[key.first].push_back(value);
    if (by_split.empty()) return {};
    Estimate estimate = over_trainings(fold_means(by_split));
    estimate.of = training_of(e, augmenter, 0);
    return estimate;
  };
}

/// That of `a` less that of `b` on the same split with the same seed.
Measure change_of(const std::string& a, const std::string& b, const OfUnit& of_unit) {
  return [=](const Evidence& e) -> std::optional<Estimate> {
    const auto first = values_of(e, a, of_unit), second = values_of(e, b, of_unit);
    std::map<std::string, std::vector<double>> differences;
    for (const auto& [key, value] : first)
      if (const auto other = second.find(key); other != second.end())
        differences[key.first].push_back(value - other->second);
    if (differences.empty()) return {};
    Estimate estimate = over_trainings(fold_means(differences));
    estimate.of = fmt::format("{}; {}", training_of(e, a, 0), training_of(e, b, 0));
    return estimate;
  };
}

/// Squared discrepancy of the rows from the real ones.
std::optional<double> discrepancy(const json& outcome) {
  return outcome.at("measured").at("features").at("unbiased").get<double>();
}

Trend trend_of(const json& outcome, const std::string& loss) {
  std::vector<double> epochs, values;
  for (const json& epoch : outcome.at("epochs")) {
    epochs.push_back(epoch.at("epoch"));
    values.push_back(epoch.at("losses").at(loss));
  }
  return trend(epochs, values);
}

/// By how much the loss has risen in its last tenth.
OfUnit rise_of(const std::string& loss) {
  return [=](const json& outcome) {
    const Trend t = trend_of(outcome, loss);
    return std::optional(t.last_tenth - t.first);
  };
}

/// What it rises by in a hundred epochs of the second half: after it has dropped, if it has.
OfUnit slope_of(const std::string& loss) {
  return [=](const json& outcome) { return std::optional(100 * trend_of(outcome, loss).slope); };
}

/// Its last tenth over its first value.
OfUnit left_of(const std::string& loss) {
  return [=](const json& outcome) {
    const Trend t = trend_of(outcome, loss);
    return std::optional(t.last_tenth / t.first);
  };
}

/// Of a latent_coverage (protocol/coverage.h): how many classes have no real row whose nearest synthetic one is theirs.
std::optional<double> classes_missed(const json& outcome) {
  if (!outcome.at("measured").contains("real")) return {};
  double missed = 0;
  for (const json& of_class : outcome.at("measured").at("real")) missed += of_class.at(1) == 0;
  return missed;
}

/// Of the same: the share of real rows whose nearest synthetic one is of their class, in percent, averaged over
/// classes.
std::optional<double> covered(const json& outcome) {
  if (!outcome.at("measured").contains("real")) return {};
  std::vector<double> shares;
  for (const json& of_class : outcome.at("measured").at("real"))
    shares.push_back(percent * of_class.at(1).get<double>() / of_class.at(0).get<double>());
  return mean_sd(shares).mean;
}

/// Of runs that have taken rows of some classes away.
Measure thinned(const Measure& measure) {
  return [=](const Evidence& e) -> std::optional<Estimate> {
    if (!e.config.contains(json::json_pointer("/data/thinned"))) return {};
    return measure(e);
  };
}

/// Of yi2020_space: the median over features of the Kolmogorov–Smirnov distance between real and synthetic values.
std::optional<double> feature_distance(const json& outcome) {
  return outcome.at("measured").at("spaces").at(0).at("ks").at("median").get<double>();
}

/// Of the same: the share of real rows whose nearest synthetic row is of their class, as in `covered`, of features.
std::optional<double> own_class(const json& outcome) {
  std::vector<double> shares;
  for (const json& of_class : outcome.at("measured").at("spaces").at(0).at("own"))
    if (!of_class.is_null()) shares.push_back(percent * of_class.get<double>());
  return mean_sd(shares).mean;
}

/// Median seconds of one over those of the other, with the least and the most that the repetitions allow.
Measure time_ratio(const std::string& a, const std::string& b) {
  return [=](const Evidence& e) -> std::optional<Estimate> {
    const auto first = e.units.find(a), second = e.units.find(b);
    if (first == e.units.end() || second == e.units.end()) return {};
    const auto seconds = [](const json& unit) { return unit.at("seconds").get<std::vector<double>>(); };
    const std::vector<double> x = seconds(first->second), y = seconds(second->second);
    return Estimate{quantile(x, 0.5) / quantile(y, 0.5),
                    {quantile(x, 0) / quantile(y, 1), quantile(x, 1) / quantile(y, 0)},
                    fmt::format("{} repetitions", x.size())};
  };
}

constexpr Range above{0}, below{.high = 0};
/// Our reading of words that the paper gives no number for, in points of UAR.
constexpr double competitive = 5, noticeable = 2, guessing = 10;
constexpr double vanished = 0.01;  // of a gradient's first norm

std::string in_words(const Learner& l) {
  const std::string name = display_name(l.augmenter), classifier = display_name(l.classifier);
  switch (l.rows) {
    case Rows::real: return classifier + " on real rows";
    case Rows::with_one_set: return fmt::format("{} with one set of {}", classifier, name);
    case Rows::with_all_sets: return fmt::format("{} with all sets of {}", classifier, name);
    case Rows::one_set: return fmt::format("{} on one set of {} alone", classifier, name);
    case Rows::all_sets: return fmt::format("{} on all sets of {} alone", classifier, name);
  }
  return "";
}

constexpr const char* imbalance = "yi2020_imbalance";
/// Their questions are the same, of real rows without rare classes.
const std::vector<std::string> comparing{"yi2020_table1", "yi2020_sweep"};

/// That `a` and `b` differ in UAR by so much.
Claim compared(std::string id, std::string where, std::string statement, std::string published, const Learner& a,
               const Learner& b, const Range& range, const std::string& program) {
  std::string models = a.augmenter;
  if (std::string(b.augmenter) != a.augmenter) models = fmt::format("{},{}", b.augmenter, a.augmenter);
  return {"yi2020/" + std::move(id),
          std::move(where),
          std::move(statement),
          std::move(published),
          fmt::format("UAR of {} less that of {}, in points", in_words(a), in_words(b)),
          range,
          fmt::format("{} --models {} --classifiers {}", program, models, a.classifier),
          of(program == imbalance ? std::vector{program} : comparing, uar_change(a, b))};
}

std::vector<Claim> claims_of_yi2020() {
  std::vector<Claim> list;
  const std::string table1 = "yi2020_table1", sweep = "yi2020_sweep", in_table = "Tables I and II, section V",
                    in_figure = "Fig. 6, section V-B";
  const auto real = [](const char* classifier) { return Learner{"none", classifier, Rows::real}; };
  const auto all = [](const char* augmenter, const char* classifier) {
    return Learner{augmenter, classifier, Rows::with_all_sets};
  };

  // Against real rows alone; the paper prints the UAR of real rows for IEMOCAP only.
  struct Gain {
    const char *augmenter, *classifier, *published;
  };
  for (const Gain& g : {Gain{"adan", "svm", "EmoDB: WA +0.94; IEMOCAP: WA +1.58, UAR +1.26"},
                        Gain{"adan", "dnn", "EmoDB: WA +3.36; IEMOCAP: WA −0.92, UAR +1.10"},
                        Gain{"wadan", "svm", "EmoDB: WA +1.31; IEMOCAP: WA +0.62, UAR +0.98"},
                        Gain{"wadan", "dnn", "EmoDB: WA +4.30; IEMOCAP: WA +2.45, UAR +1.65"}})
    list.push_back(compared(fmt::format("{}-{}", g.augmenter, g.classifier), in_table,
                            fmt::format("Rows of {} make the {} better than real rows alone", display_name(g.augmenter),
                                        display_name(g.classifier)),
                            g.published, all(g.augmenter, g.classifier), real(g.classifier), above, table1));
  list.push_back(compared("wadan-adan-svm", in_table, "WADAN improves the SVM further than ADAN",
                          "EmoDB: UAR +0.65; IEMOCAP: UAR −0.28", all("wadan", "svm"), all("adan", "svm"), above,
                          table1));
  list.push_back(compared("wadan-adan-dnn", in_table, "WADAN improves the DNN further than ADAN",
                          "EmoDB: UAR +0.51; IEMOCAP: UAR +0.55", all("wadan", "dnn"), all("adan", "dnn"), above,
                          table1));
  const auto one = [](const char* augmenter, const char* classifier) {
    return Learner{augmenter, classifier, Rows::with_one_set};
  };
  // Peaks of Figs. 6 and 7: ADAN's at ten sets, those of GANs and AAE at one, of SMOTE on EmoDB at nine.
  struct Rival {
    const char *augmenter, *of_adan, *of_wadan;
    bool one_set;
  };
  for (const Rival& r :
       {Rival{"duplicate", "EmoDB: UAR +1.84; IEMOCAP: +1.06 (peaks)", "EmoDB: UAR +2.35; IEMOCAP: +1.61 (peaks)",
              false},
        Rival{"noise", "EmoDB: UAR +1.95; IEMOCAP: +0.47 (peaks)", "EmoDB: UAR +2.46; IEMOCAP: +1.02 (peaks)", false},
        Rival{"smote", "EmoDB: UAR +1.22; IEMOCAP: +1.46 (peaks)", "EmoDB: UAR +1.73; IEMOCAP: +2.01 (peaks)", false},
        Rival{"gan", "EmoDB: UAR +4.20; IEMOCAP: +3.73", "EmoDB: UAR +4.71; IEMOCAP: +4.28", true},
        Rival{"cgan", "EmoDB: UAR +2.87; IEMOCAP: +2.18", "EmoDB: UAR +3.38; IEMOCAP: +2.73", true},
        Rival{"aae", "EmoDB: UAR +3.07; IEMOCAP: +1.95", "EmoDB: UAR +3.58; IEMOCAP: +2.50", true}})
    for (const auto& [model, published] : {std::pair{"adan", r.of_adan}, std::pair{"wadan", r.of_wadan}})
      list.push_back(compared(fmt::format("{}-{}", model, r.augmenter), in_table,
                              fmt::format("{}'s rows are worth more to the DNN than those of {}", display_name(model),
                                          display_name(r.augmenter)),
                              published, all(model, "dnn"),
                              r.one_set ? one(r.augmenter, "dnn") : all(r.augmenter, "dnn"), above,
                              r.one_set ? sweep + " --sets 1,10" : table1));
  list.push_back(compared(
      "cgan-gan", "Tables I and II, section V-C", "The cGAN's rows are worth more to the DNN than the GAN's",
      "EmoDB: UAR +1.33; IEMOCAP: +1.55", one("cgan", "dnn"), one("gan", "dnn"), above, sweep + " --sets 1,10"));
  for (const auto& [model, published] : {std::pair{"duplicate", "EmoDB: WA +1.87; IEMOCAP: WA +1.32, UAR +0.04"},
                                         std::pair{"noise", "EmoDB: WA +1.87; IEMOCAP: WA −0.04, UAR +0.63"}})
    list.push_back(compared(fmt::format("{}-dnn", model), "Tables I and II, section V-B",
                            fmt::format("Rows of {} make the DNN better than real rows alone", display_name(model)),
                            published, all(model, "dnn"), real("dnn"), above, table1));

  for (const char* augmenter : {"adan", "wadan"})
    list.push_back(compared(fmt::format("more-{}", augmenter), in_figure,
                            fmt::format("With more rows of {} the DNN becomes better", display_name(augmenter)), "",
                            all(augmenter, "dnn"), one(augmenter, "dnn"), above, sweep));
  list.push_back(compared("duplicate-svm", "Fig. 7, section V-C", "Copies of real rows do not change the linear SVM",
                          "no change", all("duplicate", "svm"), real("svm"), {-noticeable, noticeable}, sweep));
  for (const char* augmenter : {"gan", "cgan"}) {
    list.push_back(compared(fmt::format("more-{}", augmenter), in_figure,
                            fmt::format("With more rows of {} the DNN becomes worse", display_name(augmenter)), "",
                            all(augmenter, "dnn"), one(augmenter, "dnn"), below, sweep));
    list.push_back({fmt::format("yi2020/guessing-{}", augmenter),
                    in_figure,
                    fmt::format("With many rows of {} the DNN ends in guessing", display_name(augmenter)),
                    "",
                    fmt::format("UAR of DNN with all sets of {} above chance, in points; guessing: below {}",
                                display_name(augmenter), guessing),
                    {.high = guessing},
                    fmt::format("{} --models {} --classifiers dnn", sweep, augmenter),
                    of(comparing, uar_above_chance(all(augmenter, "dnn")))});
  }
  list.push_back(compared("more-aae", in_figure, "More rows of AAE bring no obvious gain", "", all("aae", "dnn"),
                          one("aae", "dnn"), {.high = noticeable}, sweep));
  list.push_back({"yi2020/perfect-fold",
                  "section V-B",
                  "With many rows of WADAN one of the folds reaches 100 % UAR (here: of the DNN)",
                  "100 %",
                  "Highest UAR of a fold, DNN with all sets of WADAN, in percent",
                  {.low = 99.999},
                  "yi2020_table1 --models wadan --classifiers dnn",
                  of(comparing, perfect_folds(all("wadan", "dnn")))});
  for (const char* augmenter : {"adan", "wadan"}) {
    const Learner alone{augmenter, "dnn", Rows::all_sets}, alone_one{augmenter, "dnn", Rows::one_set};
    list.push_back(compared(fmt::format("alone-{}", augmenter), "Fig. 8, section V-C",
                            fmt::format("A DNN that learns from rows of {} alone is competitive with one that learns "
                                        "from real rows (we read: less than {} points worse)",
                                        display_name(augmenter), competitive),
                            "", alone, real("dnn"), {.low = -competitive}, sweep));
    list.push_back(compared(fmt::format("more-alone-{}", augmenter), "Fig. 8, section V-C",
                            fmt::format("From more rows of {} alone a DNN learns better", display_name(augmenter)), "",
                            alone, alone_one, above, sweep));
  }

  const auto number = [&](const std::string& id, const char* where, std::string statement, const char* published,
                          std::string quantity, const Range& range, const std::string& program, const char* models,
                          const Measure& measure) {
    const std::string asks = *models == 0 ? program : fmt::format("{} --models {}", program, models);
    list.push_back({"yi2020/" + id, where, std::move(statement), published, std::move(quantity), range, asks,
                    of({program.substr(0, program.find(' '))}, measure)});
  };

  const std::string losses = "yi2020_losses --seeds 5";
  const auto rises = [&](const char* id, const char* panel, const char* model, const char* loss, const Range& range) {
    const char* who = *loss == 'G' ? "generator" : "discriminator";
    number(id, panel,
           fmt::format("The {}'s loss in {} {}", who, display_name(model), range.low == 0 ? "rises" : "falls"), "",
           fmt::format("Loss {} in the last tenth of the epochs less that of the first", loss), range, losses, model,
           mean_of(model, rise_of(loss)));
  };
  rises("gan-loss-g", "Fig. 3(b)", "gan", "G", above);
  rises("gan-loss-d", "Fig. 3(b)", "gan", "D", below);
  // "Increase", of curves that drop first: not above the first epoch, whose discriminator has learnt nothing.
  for (const auto& [model, panel] : {std::pair{"aae", "Fig. 3(d)"}, {"adan", "Fig. 3(e)"}, {"wadan", "Fig. 3(f)"}})
    number(fmt::format("{}-loss-d", model), panel,
           fmt::format("The discriminator's loss in {} rises, once it has dropped", display_name(model)), "",
           "Slope of the least-squares line through loss D in the second half of the epochs, per 100 epochs", above,
           losses, model, mean_of(model, slope_of("D")));
  number("cgan-loss-g", "Fig. 3(c)", "The generator's loss tends to flatten out in the cGAN, not in the GAN", "",
         "Slope of the least-squares line through loss G in the second half of the epochs, per 100 epochs: the cGAN's "
         "less the GAN's",
         below, losses, "gan,cgan", change_of("cgan", "gan", slope_of("G")));
  const auto vanishes = [&](const char* id, const char* panel, const char* model, bool claimed) {
    number(
        id, panel,
        fmt::format("The generator's gradient {} in {}", claimed ? "vanishes" : "does not vanish", display_name(model)),
        "",
        fmt::format("Norm of the gradient in the last tenth of the epochs over that of the first; vanished: below {}",
                    vanished),
        claimed ? Range{.high = vanished} : Range{.low = vanished}, losses, model, mean_of(model, left_of("grad_G")));
  };
  vanishes("gradient-gan", "Fig. 3(a)", "gan-saturating", true);
  vanishes("gradient-adan", "Fig. 3(e)", "adan", false);
  vanishes("gradient-wadan", "Fig. 3(f)", "wadan", false);

  const auto closer = [&](const char* id, const char* published, const char* a, const char* b, const char* models) {
    number(id, "section V-A",
           fmt::format("Rows of {} are closer to the real ones than those of {}", display_name(a), display_name(b)),
           published,
           fmt::format("Squared MMD (unbiased) from real rows: that of {} less that of {}", display_name(a),
                       display_name(b)),
           below, "yi2020_mmd", models, change_of(a, b, discrepancy));
  };
  closer("mmd-adan-aae", "0.0057 against 0.0244", "adan", "aae", "aae,adan");
  closer("mmd-wadan-aae", "0.0054 against 0.0244", "wadan", "aae", "aae,wadan");
  closer("mmd-wadan-adan", "0.0054 against 0.0057", "wadan", "adan", "adan,wadan");

  const std::string space = "yi2020_space --seeds 5";
  number("space-classes", "Fig. 4, section V-A", "ADAN's rows follow the real rows class by class, cGAN's do not", "",
         "Real rows whose nearest synthetic row is of their class, percent averaged over classes: ADAN's less cGAN's",
         above, space, "cgan,adan", change_of("adan", "cgan", own_class));
  number("space-features", "Fig. 5, section V-A",
         "Single features of ADAN's rows are distributed more like the real ones than those of AAE's", "one feature",
         "Median Kolmogorov–Smirnov distance of features from the real ones: ADAN's less AAE's", below, space,
         "aae,adan", change_of("adan", "aae", feature_distance));

  const std::string coverage = std::string(imbalance) + " --classifiers svm --sets 1";
  for (const auto& [id, statement, model, range] :
       {std::tuple{"imbalance-adan-misses", "Where some classes have few rows, ADAN misses some of them", "adan",
                   Range{.low = 0.5}},
        std::tuple{"imbalance-wadan-covers", "Where some classes have few rows, WADAN covers all of them", "wadan",
                   Range{.high = 0.5}}})
    number(id, "Fig. 9, section V-D", statement, "",
           "Classes without a real latent row whose nearest synthetic one is of the class, per fold", range, coverage,
           model, thinned(mean_of(model, classes_missed)));
  number("imbalance-coverage", "Fig. 9, section V-D",
         "Where some classes have few rows, WADAN covers the real rows better than ADAN", "",
         "Real latent rows whose nearest synthetic one is of their class, percent averaged over classes: WADAN's less "
         "ADAN's",
         above, coverage, "adan,wadan", thinned(change_of("wadan", "adan", covered)));
  list.push_back(compared(
      "imbalance-uar", "Fig. 10, section V-D",
      "Where some classes have few rows, WADAN is worth more to the DNN than ADAN (the paper's classifiers tell apart "
      "four well-filled classes, those of a run all classes unless it was asked to --classify some)",
      "", all("wadan", "dnn"), all("adan", "dnn"), above, imbalance));
  number("time", "Table III, section V-E", "An epoch of WADAN takes longer than one of ADAN", "2.2 times as long",
         "Seconds of a WADAN epoch of 400 rows over those of an ADAN epoch; least to most of the repetitions", {1},
         "yi2020_time --rows 400", "", time_ratio("WADAN-epoch-of-400-rows", "ADAN-epoch-of-400-rows"));
  return list;
}

std::string digits(double v) {
  const std::string text = std::abs(v) < 0.1 && v != 0 ? fmt::format("{:.2g}", v) : fmt::format("{:.2f}", v);
  return wide_minus(text);
}

std::string shown(const Estimate& e) {
  if (std::isnan(e.interval.low)) return digits(e.value) + " (of one training: no interval)";
  return fmt::format("{} [{}, {}]", digits(e.value), digits(e.interval.low), digits(e.interval.high));
}

std::string shown(const Range& r) {
  if (std::isinf(r.high)) return fmt::format("above {}", r.low);
  if (std::isinf(r.low)) return fmt::format("below {}", r.high);
  return fmt::format("between {} and {}", r.low, r.high);
}

std::string capitals(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

const char* verdict_of(const Finding& f) { return f.run.empty() ? "not examined" : name_of(f.verdict); }

std::string counts(const std::vector<Finding>& findings) {
  std::map<std::string, int> of;
  for (const Finding& f : findings) ++of[verdict_of(f)];
  std::string out;
  for (const char* verdict : {"reproduced", "not reproduced", "inconclusive", "not examined"})
    if (of[verdict] > 0) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", of[verdict], verdict);
  return out;
}

constexpr const char* rule =
    "The claim is that the number lies in the range; a claim is reproduced where its whole 95 % interval does, not "
    "reproduced where none of it does, and inconclusive otherwise. Intervals of UAR are bootstraps over speakers and "
    "seeds, as the tables of runs have them; of what is a number per training, Student's over folds or, of one fold, "
    "over seeds; of times, the least and the most. They are of one claim at a time: of twenty numbers that lie on the "
    "border of their range one will be judged by chance, more where speakers share a model. What fewer epochs than the "
    "paper's give is no judgement of the paper's.";

}  // namespace

Verdict judge(const Estimate& e, const Range& r) {
  if (e.interval.low > r.low && e.interval.high < r.high) return Verdict::reproduced;
  if (e.interval.high < r.low || e.interval.low > r.high) return Verdict::not_reproduced;
  return Verdict::inconclusive;
}

const char* name_of(Verdict v) {
  return v == Verdict::reproduced ? "reproduced" : v == Verdict::not_reproduced ? "not reproduced" : "inconclusive";
}

const std::vector<Claim>& known_claims() {
  static const std::vector<Claim> list = claims_of_yi2020();
  return list;
}

std::vector<Finding> examine(const std::vector<Claim>& claims, const std::vector<Evidence>& runs) {
  std::vector<Finding> findings;
  for (const Claim& claim : claims) {
    const std::size_t before = findings.size();
    for (const Evidence& run : runs)
      if (const auto estimate = reading(run.name, [&] { return claim.measure(run); }))
        findings.push_back({&claim, run.described(), *estimate, judge(*estimate, claim.range)});
    if (findings.size() == before) findings.push_back({&claim, ""});
  }
  return findings;
}

Table claims_table(const std::vector<Finding>& findings) {
  Table t{"Findings, one per claim and run that can tell: " + counts(findings),
          {{"Claim"}, {"verdict"}, {"here", {"", "low", "high"}}, {"claimed"}, {"in the paper"}, {"trained"}, {"run"}},
          {},
          {rule}};
  for (const Finding& f : findings) {
    const Claim& c = *f.claim;
    const Estimate& e = f.estimate;
    t.rows.push_back(
        {{fmt::format("{} ({})", c.statement, c.where)},
         {verdict_of(f)},
         f.run.empty() ? Table::Cell{"–"} : Table::Cell{shown(e), {e.value, e.interval.low, e.interval.high}},
         {shown(c.range)},
         {c.published.empty() ? "–" : c.published},
         {e.of.empty() ? "–" : e.of},
         {f.run.empty() ? "–" : f.run}});
  }
  return t;
}

Table quantities_table(const std::vector<Claim>& claims) {
  Table t{"What is measured for each claim, and by which run", {{"Claim"}, {"id"}, {"measured"}, {"run"}}, {}, {}};
  for (const Claim& c : claims) t.rows.push_back({{c.statement}, {c.id}, {c.quantity}, {c.asks + " --features …"}});
  return t;
}

std::string claims_text(const std::vector<Finding>& findings) {
  std::string out;
  const Claim* last = nullptr;
  for (const Finding& f : findings) {
    const Claim& c = *f.claim;
    if (&c != last)
      out += fmt::format("{}{} ({})\n  {}\n{}", last == nullptr ? "" : "\n", c.id, c.where, c.statement,
                         c.published.empty() ? "" : fmt::format("  In the paper: {}\n", c.published));
    last = &c;
    if (f.run.empty()) {
      out += fmt::format("  not examined; to do so: {} --features …\n", c.asks);
      continue;
    }
    out += fmt::format("  {}: {}; claimed: {}\n  {} ({}: {})\n", c.quantity, shown(f.estimate), shown(c.range),
                       capitals(verdict_of(f)), f.run, f.estimate.of);
  }
  return fmt::format("{}\n{}\n{}\n", out, counts(findings), rule);
}

}  // namespace emograd::report
