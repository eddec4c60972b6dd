#include "models/yi2020/as_coded.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "tensor/error.h"

namespace emograd::yi2020 {

const std::vector<Departure>& departures() {
  static const std::vector<Departure> all{
      // ---- the networks
      {"max-scaling", "features are z-normalised (IV-B)",
       "and then divided by each feature's largest |x| in the training fold; generated rows are multiplied by it",
       [](AdanConfig& c) { c.max_scaling = true; }},
      {"tanh-latents", "the last layers of E and G are linear (IV-D: ReLU \"except for the last layer\")",
       "they end in tanh", [](AdanConfig& c) { c.tanh_latents = true; }},
      {"tanh-features", "the last layer of R is linear", "it ends in tanh",
       [](AdanConfig& c) { c.tanh_features = true; }},
      {"leaky-relu", "ReLU in hidden layers (IV-D)", "leaky ReLU, its slope 0.2 below 0",
       [](AdanConfig& c) { c.slope = 0.2; }},
      {"untrained-norm", "no batch normalisation",
       "one after every hidden activation of E and R that is never told that it trains: a learnt gain and bias",
       [](AdanConfig& c) { c.untrained_norm = true; }},
      {"classifier-400", "100 neurons in each hidden layer of C (IV-D)", "400",
       [](AdanConfig& c) {
         c.classifier_hidden = {400, 400};
       }},
      // ---- the losses
      {"half-discriminator", "L_D is the sum of two errors (10)", "half of it",
       [](AdanConfig& c) { c.half_discriminator_loss = !c.wasserstein; }},
      {"mean-reconstruction", "the squared norm of x − R(E(x)) (12, 13)", "its mean over dimensions",
       [](AdanConfig& c) { c.mean_reconstruction = true; }},
      {"no-class-weights", "n_m/n_k on the classification error (IV-D)",
       "none, unless asked for; then rounded down to whole numbers", [](AdanConfig& c) { c.class_weights = false; }},
      {"penalty-power", "p = 5 (IV-D) for the power of the gradient's norm (17)",
       "the fifth power of its square: p = 10",
       [](AdanConfig& c) {
         if (c.wasserstein) c.p = 10;
       }},
      {"penalised-generator", "L_G has no gradient penalty (18)",
       "L_G is −L_D and the classification error, so G raises the penalty at points that depend on it",
       [](AdanConfig& c) { c.penalised_generator = c.wasserstein; }},
      {"alpha", "α = 1 for EmoDB and IEMOCAP's improvised sessions (IV-D)", "WADAN: 0.1 with every corpus; ADAN: 1",
       [](AdanConfig& c) {
         if (c.wasserstein) c.alpha = 0.1;
       }},
      // ---- the training
      {"discriminator-twice", "D is updated once per iteration (Algorithm 1, line 8)", "twice, with the same rows",
       [](AdanConfig& c) { c.discriminator_updates = 2; }},
      {"simultaneous", "C, R, E and G are updated one after the other (Algorithm 1)",
       "ADAN: all four at once, WADAN: R and E at once, each by the others' earlier weights",
       [](AdanConfig& c) { c.simultaneous = true; }},
      {"batch-labels", "labels for G are sampled (Algorithm 1, line 4)", "they are those of the batch of real rows",
       [](AdanConfig& c) { c.batch_labels = true; }},
      {"constant-mu", "μ is sampled in every iteration (Algorithm 1, line 5)",
       "once, as the graph is built: the same m numbers through all of training",
       [](AdanConfig& c) { c.constant_mu = c.wasserstein; }},
      {"drop-last", "nothing on the end of an epoch; here its last batch may be smaller",
       "rows that fill no batch wait", [](AdanConfig& c) { c.drop_last = true; }},
      {"early-eps", "Adam, of which only the rate is given (IV-D); here Kingma and Ba's algorithm 1",
       "TensorFlow's: ε is added to √v before v's bias is corrected", [](AdanConfig& c) { c.early_eps = true; }},
      {"early-stop", "\"at least 800\" epochs for EmoDB, no rule for the end (V-E)",
       "ADAN ends after epoch 201 in the fifth epoch whose mean D(h) and mean D(ĥ) both are within 0.01 of ½, not "
       "counting those more than two epochs after the one before, and after 1500 epochs at the latest",
       [](AdanConfig& c) {
         if (c.wasserstein) return;
         c.early_stop = true;
         c.epochs = 1500;
       }},
      // ---- the classifiers
      {.name = "svm-kernel",
       .paper = "linear kernels (IV-D)",
       .program = "the RBF kernel with C = 10 and γ = 1/F",
       .svm =
           [](SvmConfig& c) {
             c.kernel = SvmKernel::rbf;
             c.gamma = SvmGamma::automatic;
             c.C = 10;
           }},
      {.name = "dnn-tanh",
       .paper = "ReLU in the DNN (IV-D)",
       .program = "tanh",
       .dnn = [](DnnConfig& c) { c.tanh = true; }},
      {.name = "dnn-batch-norm",
       .paper = "no batch normalisation in the DNN",
       .program = "one after the first layer's activation and one before the second's",
       .dnn = [](DnnConfig& c) { c.batch_norm = true; }},
      {.name = "dnn-dropout",
       .paper = "no dropout in the DNN",
       .program = "probability 0.5 after every hidden layer",
       .dnn = [](DnnConfig& c) { c.dropout = 0.5; }},
      {.name = "dnn-l2",
       .paper = "\"L2 regularization\" of no given weight (V-B); here 0.001/2 ‖θ‖² of all parameters",
       .program = "0.1 ‖W‖² of the weights above the first layer",
       .dnn =
           [](DnnConfig& c) {
             c.l2 = 0.1;
             c.upper_l2 = true;
           }},
      {.name = "dnn-adam",
       .paper = "Adam's rate is 0.0001 (IV-D); here ε = 1e-8, Kingma and Ba's",
       .program = "Keras's defaults: rate 0.001, ε = 1e-7, added before v's bias is corrected",
       .dnn =
           [](DnnConfig& c) {
             c.lr = 1e-3;
             c.eps = 1e-7;
             c.early_eps = true;
           }},
      {.name = "dnn-epochs",
       .paper = "no length given; here 1000 steps of 128 rows, whatever the number of rows",
       .program = "20 epochs in batches of 50: more rows are more steps",
       .dnn =
           [](DnnConfig& c) {
             c.epochs = 20;
             c.batch = 50;
           }},
  };
  return all;
}

std::vector<std::string> departures_named(const std::vector<std::string>& names) {
  const auto asked = [&](const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  std::vector<std::string> known, chosen;
  for (const Departure& d : departures()) {
    known.emplace_back(d.name);
    if (asked(d.name) || asked("all")) chosen.emplace_back(d.name);
  }
  for (const std::string& name : names)
    check(name == "all" || std::find(known.begin(), known.end(), name) != known.end(),
          "'{}' is no departure of the authors' program; there are {}, and all", name,
          fmt::format("{}", fmt::join(known, ", ")));
  return chosen;
}

namespace {

template <class Config>
Config with(Config config, const std::vector<std::string>& names, void (*Departure::*change)(Config&)) {
  for (const Departure& d : departures())
    if (d.*change && std::find(names.begin(), names.end(), d.name) != names.end()) (d.*change)(config);
  return config;
}

}  // namespace

AdanConfig as_coded(AdanConfig config, const std::vector<std::string>& names) {
  return with(std::move(config), names, &Departure::adan);
}
DnnConfig as_coded(DnnConfig config, const std::vector<std::string>& names) {
  return with(std::move(config), names, &Departure::dnn);
}
SvmConfig as_coded(SvmConfig config, const std::vector<std::string>& names) {
  return with(std::move(config), names, &Departure::svm);
}

}  // namespace emograd::yi2020
