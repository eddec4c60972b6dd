#include <fmt/format.h>

#include <tuple>
#include <utility>

#include "experiments/report/measures.h"

/// The claims of yi2020, in the order of the paper's sections.
namespace emograd::report {
namespace {

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

}  // namespace

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
    list.push_back({"yi2020/" + id, where, std::move(statement), published, std::move(quantity), range, asks, measure});
  };
  // Every run that trains a model has its losses, at the paper's epochs, too.
  const std::vector<std::string> training{"yi2020_losses", "yi2020_table1", "yi2020_sweep"};

  const std::string losses = "yi2020_losses --seeds 5";
  const auto rises = [&](const char* id, const char* panel, const char* model, const char* loss, const Range& range) {
    const char* who = *loss == 'G' ? "generator" : "discriminator";
    number(id, panel,
           fmt::format("The {}'s loss in {} {}", who, display_name(model), range.low == 0 ? "rises" : "falls"), "",
           fmt::format("Loss {} in the last tenth of the epochs less that of the first", loss), range, losses, model,
           of(training, mean_of(model, rise_of(loss))));
  };
  rises("gan-loss-g", "Fig. 3(b)", "gan", "G", above);
  rises("gan-loss-d", "Fig. 3(b)", "gan", "D", below);
  // "Increase", of curves that drop first: not above the first epoch, whose discriminator has learnt nothing.
  for (const auto& [model, panel] : {std::pair{"aae", "Fig. 3(d)"}, {"adan", "Fig. 3(e)"}, {"wadan", "Fig. 3(f)"}})
    number(fmt::format("{}-loss-d", model), panel,
           fmt::format("The discriminator's loss in {} rises, once it has dropped", display_name(model)), "",
           "Slope of the least-squares line through loss D in the second half of the epochs, per 100 epochs", above,
           losses, model, of(training, mean_of(model, slope_of("D"))));
  number("cgan-loss-g", "Fig. 3(c)", "The generator's loss tends to flatten out in the cGAN, not in the GAN", "",
         "Slope of the least-squares line through loss G in the second half of the epochs, per 100 epochs: the cGAN's "
         "less the GAN's",
         below, losses, "gan,cgan", of(training, change_of("cgan", "gan", slope_of("G"))));
  const auto vanishes = [&](const char* id, const char* panel, const char* model, bool claimed) {
    number(
        id, panel,
        fmt::format("The generator's gradient {} in {}", claimed ? "vanishes" : "does not vanish", display_name(model)),
        "",
        fmt::format("Norm of the gradient in the last tenth of the epochs over that of the first; vanished: below {}",
                    vanished),
        claimed ? Range{.high = vanished} : Range{.low = vanished}, losses, model,
        of({"yi2020_losses"}, mean_of(model, left_of("grad_G"))));
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
           below, "yi2020_mmd", models, of({"yi2020_mmd"}, change_of(a, b, discrepancy)));
  };
  closer("mmd-adan-aae", "0.0057 against 0.0244", "adan", "aae", "aae,adan");
  closer("mmd-wadan-aae", "0.0054 against 0.0244", "wadan", "aae", "aae,wadan");
  closer("mmd-wadan-adan", "0.0054 against 0.0057", "wadan", "adan", "adan,wadan");

  const std::string space = "yi2020_space --seeds 5";
  number("space-classes", "Fig. 4, section V-A", "ADAN's rows follow the real rows class by class, cGAN's do not", "",
         "Real rows whose nearest synthetic row is of their class, percent averaged over classes: ADAN's less cGAN's",
         above, space, "cgan,adan", of({"yi2020_space"}, change_of("adan", "cgan", own_class)));
  number("space-features", "Fig. 5, section V-A",
         "Single features of ADAN's rows are distributed more like the real ones than those of AAE's", "one feature",
         "Median Kolmogorov–Smirnov distance of features from the real ones: ADAN's less AAE's", below, space,
         "aae,adan", of({"yi2020_space"}, change_of("adan", "aae", feature_distance)));

  const std::string coverage = std::string(imbalance) + " --classifiers svm --sets 1";
  for (const auto& [id, statement, model, range] :
       {std::tuple{"imbalance-adan-misses", "Where some classes have few rows, ADAN misses some of them", "adan",
                   Range{.low = 0.5}},
        std::tuple{"imbalance-wadan-covers", "Where some classes have few rows, WADAN covers all of them", "wadan",
                   Range{.high = 0.5}}})
    number(id, "Fig. 9, section V-D", statement, "",
           "Classes without a real latent row whose nearest synthetic one is of the class, per fold", range, coverage,
           model, of({imbalance}, thinned(mean_of(model, classes_missed))));
  number("imbalance-coverage", "Fig. 9, section V-D",
         "Where some classes have few rows, WADAN covers the real rows better than ADAN", "",
         "Real latent rows whose nearest synthetic one is of their class, percent averaged over classes: WADAN's less "
         "ADAN's",
         above, coverage, "adan,wadan", of({imbalance}, thinned(change_of("wadan", "adan", covered))));
  list.push_back(compared(
      "imbalance-uar", "Fig. 10, section V-D",
      "Where some classes have few rows, WADAN is worth more to the DNN than ADAN (the paper's classifiers tell apart "
      "four well-filled classes, those of a run all classes unless it was asked to --classify some)",
      "", all("wadan", "dnn"), all("adan", "dnn"), above, imbalance));
  number("time", "Table III, section V-E", "An epoch of WADAN takes longer than one of ADAN", "2.2 times as long",
         "Seconds of a WADAN epoch of 400 rows over those of an ADAN epoch; least to most of the repetitions", {1},
         "yi2020_time --rows 400", "",
         of({"yi2020_time"}, time_ratio("WADAN-epoch-of-400-rows", "ADAN-epoch-of-400-rows")));
  return list;
}

}  // namespace emograd::report
