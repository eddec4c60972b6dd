#pragma once

#include <array>
#include <cstdint>

#include "tensor/tensor.h"

/// Rows of many columns in a plane, to be looked at. The same bits for any number of threads.
namespace emograd::protocol {

/// The two directions along which rows vary most: an honest view, as from afar, that may hide much.
struct Pca {
  Tensor y;                              // (N, 2) f64, centred; each axis' largest magnitude is above 0
  std::array<double, 2> variance_share;  // of the variance of all columns; 0 where nothing varies
};
/// Of rows (N, F), f32 or f64, computed in f64 from their (N, N) products, by subspace iteration. Error where there is
/// no row or a value is not finite.
Pca pca(const Tensor& x);

/// t-distributed stochastic neighbour embedding (van der Maaten and Hinton, "Visualizing data using t-SNE", JMLR 9,
/// 2008; yi2020's [51]), exact: neighbours stay neighbours, while distances between clusters and the sizes of clusters
/// tell nothing.
struct TsneConfig {
  double perplexity = 30;  // effective number of a row's neighbours; the paper has 5 to 50
  std::int64_t iterations = 1000;
  /// Of the gradient, on which each coordinate has a gain of its own.
  double learning_rate = 100;
  double exaggeration = 4;  // of the probabilities, at first
  std::int64_t exaggerated = 50;
  double momentum = 0.5, later_momentum = 0.8;
  std::int64_t later = 250;  // the first iteration with the later momentum
};

/// Its p_ij = (p_j|i + p_i|j)/2N of rows (N, F): (N, N) f64, symmetric, of sum 1. p_·|i is Gaussian with such a width
/// that its perplexity is the one asked for; a row with more equals than that is nearest to all of them alike. Error
/// unless 1 ≤ perplexity < N − 1, and where a value is not finite.
Tensor neighbour_probabilities(const Tensor& x, double perplexity);

/// Kullback-Leibler divergence of p from q, q_ij ∝ 1/(1 + ‖y_i − y_j‖²).
struct Divergence {
  double value = 0;
  Tensor gradient;  // (N, 2) f64, by y
};
Divergence divergence(const Tensor& p, const Tensor& y);  // (N, N) and (N, 2), f64

/// (N, 2) f64: where descent from the rows' principal components ends, scaled to the deviation 0.01 from which the
/// paper draws its start. Nothing is drawn: equal rows give equal maps.
Tensor tsne(const Tensor& x, const TsneConfig& = {});

}  // namespace emograd::protocol
