// Fused optimiser steps over whole parameter trees, registered as ordinary operators of the library `mice`.
// They return new tensors: nothing that a caller holds changes.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>
#include <torch/library.h>

#include <cmath>

// One body, compiled for three instruction sets and chosen at load time.
#define MICE_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))

namespace {

struct AdamRates {
  double step, beta1, beta2, epsilon, decay, coupledDecay, secondScale;
};

#define ADAM_KERNEL(NAME, T)                                                                                       \
  MICE_CLONES void NAME(int64_t n, const T* __restrict p, const T* __restrict g, const T* __restrict m,            \
                        const T* __restrict v, T* __restrict p2, T* __restrict m2, T* __restrict v2,               \
                        const AdamRates& r) {                                                                      \
    const T step = r.step, b1 = r.beta1, c1 = 1 - r.beta1, b2 = r.beta2, c2 = 1 - r.beta2, eps = r.epsilon;        \
    const T keep = 1 - r.decay, coupled = r.coupledDecay, scale = r.secondScale;                                   \
    for (int64_t i = 0; i < n; i++) {                                                                              \
      const T gradient = g[i] + coupled * p[i];                                                                    \
      const T first = b1 * m[i] + c1 * gradient;                                                                   \
      const T second = b2 * v[i] + c2 * gradient * gradient;                                                       \
      m2[i] = first;                                                                                               \
      v2[i] = second;                                                                                              \
      p2[i] = keep * p[i] - step * first / (std::sqrt(second) * scale + eps);                                      \
    }                                                                                                              \
  }
ADAM_KERNEL(adamFloat, float)
ADAM_KERNEL(adamDouble, double)

template <class T, class Kernel>
void adamOver(Kernel kernel, const at::Tensor& p, const at::Tensor& g, const at::Tensor& m, const at::Tensor& v,
              at::Tensor& p2, at::Tensor& m2, at::Tensor& v2, const AdamRates& rates) {
  const T *pp = p.data_ptr<T>(), *gp = g.data_ptr<T>(), *mp = m.data_ptr<T>(), *vp = v.data_ptr<T>();
  T *p2p = p2.data_ptr<T>(), *m2p = m2.data_ptr<T>(), *v2p = v2.data_ptr<T>();
  at::parallel_for(0, p.numel(), 65536, [&](int64_t a, int64_t b) {
    kernel(b - a, pp + a, gp + a, mp + a, vp + a, p2p + a, m2p + a, v2p + a, rates);
  });
}

// One step of Adam (coupled weight decay) or AdamW (decoupled); returns parameters, first and second moments, each list
// as long as the given one. `step` counts from 1.
std::vector<at::Tensor> adam(at::TensorList parameters, at::TensorList gradients, at::TensorList first,
                             at::TensorList second, int64_t step, double learningRate, double beta1, double beta2,
                             double epsilon, double weightDecay, bool decoupled) {
  const size_t n = parameters.size();
  TORCH_CHECK(gradients.size() == n && first.size() == n && second.size() == n, "lists of different lengths");
  c10::NoGradGuard noGrad;
  const double correction1 = 1 - std::pow(beta1, step), correction2 = 1 - std::pow(beta2, step);
  const AdamRates rates{learningRate / correction1, beta1, beta2, epsilon, decoupled ? learningRate * weightDecay : 0.0,
                        decoupled ? 0.0 : weightDecay, 1 / std::sqrt(correction2)};
  std::vector<at::Tensor> result(3 * n);
  for (size_t i = 0; i < n; i++) {
    const auto &p = parameters[i], &g = gradients[i], &m = first[i], &v = second[i];
    TORCH_CHECK(p.sizes() == g.sizes() && p.sizes() == m.sizes() && p.sizes() == v.sizes(), "parameter ", i, " is ",
                p.sizes(), ", its gradient ", g.sizes(), ", its moments ", m.sizes(), " and ", v.sizes());
    const bool sameType = p.scalar_type() == g.scalar_type() && p.scalar_type() == m.scalar_type() &&
                          p.scalar_type() == v.scalar_type();
    TORCH_CHECK(sameType, "parameter ", i, " and its gradient or moments differ in element type");
    const bool fused = p.is_cpu() && (p.scalar_type() == at::kFloat || p.scalar_type() == at::kDouble);
    if (fused) {
      const auto pc = p.contiguous(), gc = g.contiguous(), mc = m.contiguous(), vc = v.contiguous();
      auto p2 = at::empty_like(pc), m2 = at::empty_like(pc), v2 = at::empty_like(pc);
      if (p.scalar_type() == at::kFloat)
        adamOver<float>(adamFloat, pc, gc, mc, vc, p2, m2, v2, rates);
      else
        adamOver<double>(adamDouble, pc, gc, mc, vc, p2, m2, v2, rates);
      result[i] = p2, result[n + i] = m2, result[2 * n + i] = v2;
    } else {
      const auto gradient = rates.coupledDecay == 0 ? g : g + rates.coupledDecay * p;
      result[n + i] = m * beta1 + gradient * (1 - beta1);
      result[2 * n + i] = v * beta2 + gradient * gradient * (1 - beta2);
      const auto divisor = result[2 * n + i].sqrt() * rates.secondScale + epsilon;
      result[i] = p * (1 - rates.decay) - rates.step * result[n + i] / divisor;
    }
  }
  return result;
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(mice, library) {
  library.def(
      "adam(Tensor[] parameters, Tensor[] gradients, Tensor[] first, Tensor[] second, int step, float learning_rate, "
      "float beta1, float beta2, float epsilon, float weight_decay, bool decoupled) -> Tensor[]",
      &adam);
}
