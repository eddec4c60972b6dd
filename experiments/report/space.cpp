#include "experiments/report/space.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>

#include "autograd/ops/index.h"
#include "autograd/ops/random.h"
#include "autograd/ops/shape.h"
#include "experiments/protocol/likeness.h"
#include "experiments/protocol/projection.h"
#include "experiments/protocol/statistics.h"
#include "experiments/report/results_page.h"
#include "tensor/error.h"

namespace emograd::report {

using nlohmann::json;
using protocol::Augmenter, protocol::LabelledRows, protocol::TrainingFold;

namespace {

using Doubles = std::vector<double>;

struct Feature {
  std::string name;
  std::int64_t column;  // of the table
};

std::vector<Feature> features_of(const SpaceOptions& o, const protocol::Data& data) {
  const auto& names = data.table.features;
  // Those that the first fold keeps; pictures are of that one.
  const std::vector<std::int64_t> kept =
      protocol::fit_scaler(data.scaling, protocol::take(data.table, data.splits.at(0).train).x, data.table.x)
          .kept.to_vector<std::int64_t>();
  if (o.features.empty()) {
    Rng rng{o.feature_seed};
    const std::int64_t column = kept[static_cast<std::size_t>(integers({1}, std::ssize(kept), rng).item())];
    return {{names[static_cast<std::size_t>(column)], column}};
  }
  std::vector<Feature> out;
  for (const std::string& name : o.features) {
    const std::int64_t column = std::find(names.begin(), names.end(), name) - names.begin();
    check(column < std::ssize(names), "--feature: there is no feature '{}'; the first of {} is '{}'", name,
          names.size(), names[0]);
    check(std::binary_search(kept.begin(), kept.end(), column),
          "--feature: '{}' is the same in all training rows, so that models do not see it; name another", name);
    check(std::count(o.features.begin(), o.features.end(), name) == 1, "--feature names '{}' twice", name);
    out.push_back({name, column});
  }
  return out;
}

/// Which rows of the fold a picture shows, ascending: the same whatever the model.
std::vector<std::int64_t> rows_shown(std::int64_t n, std::int64_t most) {
  Rng rng{0};
  std::vector<std::int64_t> rows = permutation(n, rng).to_vector<std::int64_t>();
  rows.resize(static_cast<std::size_t>(std::min(n, most)));
  std::sort(rows.begin(), rows.end());
  return rows;
}

/// Points of (N, 2), first the real ones, as many as the synthetic ones.
json points_of(const Tensor& y) {
  const Doubles flat = y.to_vector<double>();
  json real = json::array(), synthetic = json::array();
  for (std::size_t i = 0; i < flat.size(); i += 2)
    (i < flat.size() / 2 ? real : synthetic).push_back({flat[i], flat[i + 1]});
  return {{"real", real}, {"synthetic", synthetic}};
}

/// JSON has no NaN.
json or_null(const Doubles& values) {
  json list = json::array();
  for (const double v : values) list.push_back(std::isnan(v) ? json() : json(v));
  return list;
}

json measure_space(const SpaceOptions& o, const char* name, const LabelledRows& real, const LabelledRows& synthetic,
                   std::int64_t classes) {
  const Doubles ks = protocol::ks_distances(real.x, synthetic.x);
  const protocol::Neighbours n = protocol::neighbours(real, synthetic, classes);
  json out{{"name", name},
           {"ks", {{"median", protocol::quantile(ks, 0.5)}, {"q90", protocol::quantile(ks, 0.9)}}},
           {"own", or_null(n.own)},
           {"own_real", or_null(n.own_real)},
           {"same_kind_real", or_null(n.same_kind_real)},
           {"same_kind_synthetic", or_null(n.same_kind_synthetic)},
           {"projections", json::object()}};
  const std::vector<std::int64_t> rows = rows_shown(real.x.dim(0), o.rows);
  const Tensor index = from_values<std::int64_t>({std::ssize(rows)}, rows),
               shown = cat({index_select(real.x, 0, index), index_select(synthetic.x, 0, index)}, 0);
  for (const std::string& projection : o.projections) {
    json& to = out["projections"][projection];
    if (projection == "pca") {
      const protocol::Pca pca = protocol::pca(shown);
      to = points_of(pca.y);
      to["variance_share"] = pca.variance_share;
    } else {
      to = points_of(protocol::tsne(shown, {.perplexity = o.perplexity, .iterations = o.iterations}));
    }
  }
  return out;
}

json measure(const SpaceOptions& o, const std::vector<Feature>& features, const TrainingFold& fold,
             const Augmenter& augmenter, Rng rng) {
  Rng sampling = protocol::stream(rng, "set"), latent_sampling = sampling;  // latent vectors of the same draws
  const LabelledRows synthetic = augmenter.sample(1, sampling);
  json out{{"spaces", json::array()},
           {"rows", rows_shown(fold.rows.x.dim(0), o.rows)},
           {"synthetic_labels", synthetic.labels.to_vector<std::int64_t>()},
           {"values", json::object()}};
  out["spaces"].push_back(measure_space(o, "features", fold.rows, synthetic, fold.classes));
  if (const auto latent = augmenter.latents(latent_sampling))
    out["spaces"].push_back(
        measure_space(o, "latent", {latent->real, latent->labels}, {latent->generated, latent->labels}, fold.classes));
  const std::vector<std::int64_t> kept = fold.features.to_vector<std::int64_t>();
  for (const Feature& f : features) {
    const std::int64_t at = std::find(kept.begin(), kept.end(), f.column) - kept.begin();
    if (at == std::ssize(kept)) continue;  // it does not vary in this fold
    const auto values = [&](const Tensor& x) { return packed(slice(x, 1, at, at + 1)).to_vector<float>(); };
    out["values"][f.name] = {{"real", values(fold.rows.x)}, {"synthetic", values(synthetic.x)}};
  }
  return out;
}

/// The same back again.
Doubles shares(const json& list) {
  Doubles out;
  for (const json& v : list) out.push_back(v.is_null() ? std::numeric_limits<double>::quiet_NaN() : v.get<double>());
  return out;
}

/// In percent, over the classes that have one.
double mean_share(Doubles values) {
  std::erase_if(values, [](double v) { return std::isnan(v); });
  return values.empty() ? std::numeric_limits<double>::quiet_NaN() : 100 * protocol::mean_sd(values).mean;
}

/// Model and space, in the order of the run.
using Key = std::pair<std::string, std::string>;
Key key_of(const json& outcome, const json& space) {
  return {outcome.at("augmenter").get<std::string>(), space.at("name").get<std::string>()};
}
std::vector<Key> keys_of(const Summary& summary) {
  std::vector<Key> keys;
  for (const json& outcome : summary.outcomes())
    for (const json& space : outcome.at("measured").at("spaces"))
      if (std::find(keys.begin(), keys.end(), key_of(outcome, space)) == keys.end())
        keys.push_back(key_of(outcome, space));
  return keys;
}
std::string title_of(const Key& key) { return fmt::format("{}, {}", display_name(key.first), key.second); }

/// A value of every fold, averaged over seeds; of every seed where there is one fold.
Doubles over_units(const Summary& summary, const Key& key, const std::function<double(const json& space)>& value) {
  std::map<std::string, Doubles> by_fold;
  for (const json& outcome : summary.outcomes())
    for (const json& space : outcome.at("measured").at("spaces"))
      if (key_of(outcome, space) == key)
        if (const double v = value(space); !std::isnan(v)) by_fold[outcome.at("split")].push_back(v);
  return protocol::fold_means(by_fold);
}

/// By class, the share of rows next to their kind that is expected if both kinds are of one distribution.
Doubles expected(const Summary& summary) {
  std::vector<std::int64_t> sizes(summary.classes().size(), 0);
  for (const std::int64_t k : labels_of(summary.table(), summary.split(summary.outcomes().at(0).at("split")).train))
    ++sizes[static_cast<std::size_t>(k)];
  Doubles out;
  for (const std::int64_t n : sizes)
    out.push_back(n > 1 ? protocol::expected_same_kind(n, n) : std::numeric_limits<double>::quiet_NaN());
  return out;
}

/// A column per class, with the means of one share or, beside each other, several.
Table by_class(const Summary& summary, const std::string& caption,
               const std::vector<std::pair<std::string, std::string>>& shares_and_suffixes) {
  Table t{caption, {}, {}, {}};
  t.columns.push_back({"Rows of"});
  for (const std::string& name : summary.classes()) {
    t.columns.push_back({name});
    for (const auto& [share, suffix] : shares_and_suffixes) t.columns.back().numbers.push_back(suffix);
  }
  for (const Key& key : keys_of(summary)) {
    t.rows.push_back({{title_of(key)}});
    for (std::size_t k = 0; k < summary.classes().size(); ++k) {
      Table::Cell c;
      for (const auto& entry : shares_and_suffixes) {
        const std::string& share = entry.first;
        const Doubles values =
            over_units(summary, key, [&](const json& space) { return 100 * shares(space.at(share))[k]; });
        const double mean = values.empty() ? std::numeric_limits<double>::quiet_NaN() : protocol::mean_sd(values).mean;
        c.text += fmt::format("{}{}", c.text.empty() ? "" : " / ", values.empty() ? "–" : fmt::format("{:.1f}", mean));
        c.numbers.push_back(mean);
      }
      t.rows.back().push_back(c);
    }
  }
  return t;
}

/// Rows of a kind in a picture, by class.
struct Row {
  std::string name;
  std::int64_t label;
  bool synthetic;
  double x, y;
};

std::vector<Row> rows_of(const Summary& summary, const json& outcome, const json& projection) {
  const json& measured = outcome.at("measured");
  const auto shown = measured.at("rows").get<std::vector<std::int64_t>>();
  const std::vector<std::int64_t>& train = summary.split(outcome.at("split")).train;
  const std::vector<std::int64_t> labels = labels_of(summary.table(), train);
  std::vector<Row> rows;
  for (const bool synthetic : {false, true})
    for (std::size_t i = 0; i < shown.size(); ++i) {
      const auto at = static_cast<std::size_t>(shown[i]);
      const json& point = projection.at(synthetic ? "synthetic" : "real")[i];
      rows.push_back({synthetic ? std::to_string(shown[i]) : summary.table().ids[static_cast<std::size_t>(train[at])],
                      synthetic ? measured.at("synthetic_labels")[at].get<std::int64_t>() : labels[at], synthetic,
                      point[0], point[1]});
    }
  return rows;
}

/// The first outcome of every model.
std::vector<const json*> first_units(const Summary& summary) {
  std::vector<const json*> units;
  for (const json& outcome : summary.outcomes())
    if (std::none_of(units.begin(), units.end(),
                     [&](const json* u) { return u->at("augmenter") == outcome.at("augmenter"); }))
      units.push_back(&outcome);
  return units;
}

Plot scatter(const Summary& summary, const json& outcome, const std::string& name, const json& projection) {
  Plot p{.kind = Plot::Kind::points, .title = display_name(outcome.at("augmenter")), .same_scale = true};
  for (const bool synthetic : {false, true})
    for (std::size_t k = 0; k < summary.classes().size(); ++k)
      p.series.push_back({.name = fmt::format("{}, {}", summary.classes()[k], synthetic ? "synthetic" : "real"),
                          .style = k,
                          .hollow = synthetic});
  for (const Row& row : rows_of(summary, outcome, projection)) {
    Series& s = p.series[static_cast<std::size_t>(row.label) + (row.synthetic ? summary.classes().size() : 0)];
    s.x.push_back(row.x);
    s.y.push_back(row.y);
  }
  const auto axis = [&](std::size_t i) {
    return name == "tsne" ? fmt::format("t-SNE {}", i + 1)
                          : fmt::format("component {} ({:.1f} % of the variance)", i + 1,
                                        100 * projection.at("variance_share")[i].get<double>());
  };
  p.x_label = axis(0);
  p.y_label = axis(1);
  return p;
}

/// The pictures of a space by one projection; nothing where no model has the space.
void add_scatters(Section& section, const Summary& summary, const SpaceOptions& o, const std::string& space,
                  const std::string& projection) {
  const bool tsne = projection == "tsne";
  Figure f{fmt::format("{}, by {}", space == "features" ? "Features" : "Latent vectors",
                       tsne ? "t-SNE" : "principal components"),
           tsne ? fmt::format("Perplexity {}, {} iterations. Neighbours stay neighbours; distances between clusters, "
                              "and how large clusters are, tell nothing.",
                              o.perplexity, o.iterations)
                : "The two directions in which real and synthetic rows together vary most.",
           {}};
  f.caption += " Filled marks: real rows; open marks: synthetic rows.";
  for (const json* outcome : first_units(summary))
    for (const json& s : outcome->at("measured").at("spaces"))
      if (s.at("name") == space)
        f.panels.push_back(scatter(summary, *outcome, projection, s.at("projections").at(projection)));
  if (!f.panels.empty()) section.parts.push_back(std::move(f));
}

/// Bins of the real values, with as many more of the same width on either side as synthetic values need, up to the
/// width of them all.
Doubles bins(const Doubles& real, const std::vector<Doubles>& synthetic) {
  const Doubles edges = protocol::histogram_edges(real);
  double least = edges.front(), largest = edges.back();
  for (const Doubles& values : synthetic)
    for (const double v : values) {
      least = std::min(least, v);
      largest = std::max(largest, v);
    }
  const double count = static_cast<double>(edges.size() - 1), width = (edges.back() - edges.front()) / count;
  const auto more = [&](double distance) { return std::min(std::ceil(distance / width), count); };
  const double before = more(edges.front() - least), after = more(largest - edges.back());
  Doubles out;
  for (double i = before; i > 0; --i) out.push_back(edges.front() - i * width);
  out.insert(out.end(), edges.begin(), edges.end());
  for (double i = 1; i <= after; ++i) out.push_back(edges.back() + i * width);
  return out;
}

void add_histogram(Section& section, const Summary& summary, const std::string& feature) {
  std::vector<const json*> units;
  std::vector<Doubles> synthetic;
  Doubles real;
  for (const json* outcome : first_units(summary)) {
    const json& values = outcome->at("measured").at("values").at(feature);
    units.push_back(outcome);
    synthetic.push_back(values.at("synthetic").get<Doubles>());
    real = values.at("real").get<Doubles>();  // of all models: they have the fold in common
  }
  const Doubles edges = bins(real, synthetic);
  Figure f{feature, "", {}, true};
  std::string outside;
  for (std::size_t i = 0; i < units.size(); ++i) {
    const std::string model = display_name(units[i]->at("augmenter"));
    const auto beyond = std::count_if(synthetic[i].begin(), synthetic[i].end(),
                                      [&](double v) { return v < edges.front() || v > edges.back(); });
    if (beyond > 0) outside += fmt::format("{}{} of {}", outside.empty() ? "" : ", ", beyond, model);
    f.panels.push_back(
        {.kind = Plot::Kind::histogram,
         .title = fmt::format("{}, KS distance {:.2f}", model, protocol::ks_distance(real, synthetic[i])),
         .x_label = "scaled value",
         .y_label = "rows",
         .series = {{.name = "real", .x = edges, .y = protocol::histogram_counts(real, edges)},
                    {.name = "synthetic", .x = edges, .y = protocol::histogram_counts(synthetic[i], edges)}}});
  }
  f.caption = fmt::format(
      "Values as models see them, scaled on the training rows; how far both kinds are apart is their two-sample "
      "Kolmogorov–Smirnov (KS) distance. Bins by the Freedman–Diaconis rule from the {} real "
      "values.{}",
      real.size(), outside.empty() ? "" : fmt::format(" Synthetic values outside: {}.", outside));
  section.parts.push_back(std::move(f));
}

}  // namespace

void to_json(json& j, const SpaceOptions& o) {
  j = {{"projections", o.projections}, {"perplexity", o.perplexity},    {"iterations", o.iterations}, {"rows", o.rows},
       {"features", o.features},       {"feature_seed", o.feature_seed}};
}

protocol::Measure space_measure(const SpaceOptions& o, const protocol::Data& data) {
  const bool tsne = std::find(o.projections.begin(), o.projections.end(), "tsne") != o.projections.end();
  for (const protocol::Split& split : data.splits) {
    const std::int64_t shown = 2 * std::min(std::ssize(split.train), o.rows);
    check(!tsne || o.perplexity < static_cast<double>(shown - 1),
          "--perplexity {} needs more rows than the {} that a picture has; ask for less", o.perplexity, shown);
  }
  return [o, features = features_of(o, data)](const TrainingFold& fold, const Augmenter& augmenter, Rng rng) {
    return measure(o, features, fold, augmenter, rng);
  };
}

std::vector<Table> space_tables(const Summary& summary) {
  struct Column {
    const char *title, *share;
  };
  constexpr Column of_classes[] = {{"real next to real (%)", "same_kind_real"},
                                   {"synthetic next to synthetic (%)", "same_kind_synthetic"},
                                   {"own class nearest (%)", "own"},
                                   {"own class among real rows (%)", "own_real"}};
  Table all{"Real rows and one synthetic set of as many" + spread(summary), {}, {}, {}};
  all.columns.push_back({"Rows of"});
  for (const char* title : {"KS distance, median", "KS distance, 90 %"}) all.columns.push_back({title, {"", "sd"}});
  for (const Column& c : of_classes) all.columns.push_back({c.title, {"", "sd"}});
  for (const Key& key : keys_of(summary)) {
    all.rows.push_back({{title_of(key)}});
    for (const char* which : {"median", "q90"})
      all.rows.back().push_back(mean_cell(
          over_units(summary, key, [&](const json& space) { return space.at("ks").at(which).get<double>(); }), 3));
    for (const Column& c : of_classes)
      all.rows.back().push_back(mean_cell(
          over_units(summary, key, [&](const json& space) { return mean_share(shares(space.at(c.share))); }), 1));
  }
  all.notes = {
      "“KS distance”: two-sample Kolmogorov–Smirnov distance of each feature, or of each dimension of the latent "
      "space; its median and 90 % quantile over them.",
      fmt::format(
          "“real next to real”, “synthetic next to synthetic”: of each class the share of real (synthetic) rows whose "
          "nearest other row of the class, real or synthetic, is real (synthetic), averaged over classes. If both were "
          "of one distribution, both would be about {:.1f}. Apart from each other: 100 and 100; copies: 0 and 0; "
          "synthetic rows crowded amid the real ones: 0 and 100; strewn around them: 100 and 0.",
          mean_share(expected(summary))),
      "“own class nearest”: of each class the share of real rows whose nearest synthetic row was made for it, averaged "
      "over classes; “own class among real rows”: the same with their nearest other real row.",
      "Distances are Euclidean. Real rows are training rows: nothing here is about other speakers."};
  return {all,
          by_class(summary, "Real rows of the class next to real ones / synthetic ones next to synthetic ones (%)",
                   {{"same_kind_real", "real next to real"}, {"same_kind_synthetic", "synthetic next to synthetic"}}),
          by_class(summary, "Real rows of the class whose nearest synthetic row was made for it (%)",
                   {{"own", "own class nearest"}})};
}

CsvTable space_csv(const Summary& summary) {
  CsvTable csv;
  csv.name = "space.csv";
  csv.columns = {"model", "seed", "split", "space", "projection", "row", "kind", "class", "x", "y"};
  for (const json& outcome : summary.outcomes())
    for (const json& space : outcome.at("measured").at("spaces"))
      for (const auto& [projection, points] : space.at("projections").items())
        for (const Row& row : rows_of(summary, outcome, points)) {
          std::vector<std::string> cells{outcome.at("augmenter"),
                                         std::to_string(outcome.at("seed").get<std::uint64_t>()),
                                         outcome.at("split"),
                                         space.at("name"),
                                         projection,
                                         row.name,
                                         row.synthetic ? "synthetic" : "real",
                                         summary.classes()[static_cast<std::size_t>(row.label)],
                                         fmt::format("{}", row.x),
                                         fmt::format("{}", row.y)};
          csv.add_row(cells);
        }
  return summary.labelled(std::move(csv));
}

std::vector<Section> space_sections(const Summary& summary, const SpaceOptions& o) {
  Section result{"Result", {}}, classes{"Class by class", {}}, rows{"Where rows lie", {}},
      single{"Single features", {}};
  const std::vector<Table> tables = space_tables(summary);
  result.parts.push_back(HtmlTable{texts(tables[0]), tables[0].caption});  // its notes are long: below it
  for (const std::string& note : tables[0].notes) result.parts.push_back(Text{note});
  for (std::size_t i = 1; i < tables.size(); ++i) classes.parts.push_back(as_html(tables[i]));
  const json& first = summary.outcomes().at(0);
  rows.parts.push_back(Text{fmt::format(
      "The pictures are of seed {}, split `{}`. Real and synthetic rows of a picture were projected together; the "
      "coordinates, of all seeds and folds, are in `space.csv`.",
      first.at("seed").get<std::uint64_t>(), first.at("split").get<std::string>())});
  for (const std::string& projection : o.projections)
    for (const char* space : {"features", "latent"}) add_scatters(rows, summary, o, space, projection);
  for (const auto& [feature, values] : first.at("measured").at("values").items())
    add_histogram(single, summary, feature);
  return {result, classes, rows, single, loss_section(summary)};
}

}  // namespace emograd::report
