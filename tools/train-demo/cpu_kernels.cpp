// Three operations of the generator that PyTorch does slowly on a CPU, forward and backward.
//
// fir         t (maps, 2r+1, 2r+1), given as its four parities, one cell of zeros around it, filtered
//             by [1,3,3,1]/4 along both axes  ->  y (maps, 2r, 2r).   Parities: ee (r+1, r+1),
//             eo (r+1, r), oe (r, r+1), oo (r, r); the first letter is the row's.
// activation  y = lrelu_0.2(u d[n,c] + b[c]) sqrt(2), for u (N, C, pixels).
// scaling     y = x s[n,c], whose backward pass reads x and d_y once for both gradients.
//
// Plain loops that the compiler vectorises; one thread a map, so sums have a fixed order.
#include <cstdint>
#include <vector>

static const float outer = 0.25f, inner = 0.75f, gain = 1.41421356f, leak = 0.2f;

static void filter_row(const float* even, const float* odd, float* y, int r) {
  for (int i = 0; i < r; i++) {
    float before = i > 0 ? odd[i - 1] : 0.f, after = i + 1 < r ? odd[i + 1] : 0.f;
    y[2 * i] = outer * (before + even[i + 1]) + inner * (even[i] + odd[i]);
    y[2 * i + 1] = outer * (even[i] + after) + inner * (odd[i] + even[i + 1]);
  }
}

static void filter_row_adjoint(const float* g, float* even, float* odd, int r) {
  for (int i = 0; i <= r; i++) {
    float right = i < r ? inner * g[2 * i] + outer * g[2 * i + 1] : 0.f;
    float left = i > 0 ? outer * g[2 * i - 2] + inner * g[2 * i - 1] : 0.f;
    even[i] = left + right;
  }
  for (int i = 0; i < r; i++) {
    float before = i > 0 ? g[2 * i - 1] : 0.f, after = i + 1 < r ? g[2 * i + 2] : 0.f;
    odd[i] = outer * (before + after) + inner * (g[2 * i] + g[2 * i + 1]);
  }
}

static void filter_column(const float* a, const float* b, const float* c, const float* d, float* y,
                          int width) {
  for (int x = 0; x < width; x++) y[x] = outer * (a[x] + d[x]) + inner * (b[x] + c[x]);
}

extern "C" void fir_forward(const float* ee, const float* eo, const float* oe, const float* oo,
                            float* y, int64_t maps, int r) {
#pragma omp parallel
  {
    int width = 2 * r;
    std::vector<float> rows((2 * r + 3) * (int64_t)width, 0.f);  // zeros above and below stay
#pragma omp for
    for (int64_t m = 0; m < maps; m++) {
      for (int i = 0; i <= r; i++) {
        filter_row(ee + (m * (r + 1) + i) * (r + 1), eo + (m * (r + 1) + i) * r,
                   &rows[(2 * i + 1) * width], r);
      }
      for (int i = 0; i < r; i++) {
        filter_row(oe + (m * r + i) * (r + 1), oo + (m * r + i) * r, &rows[(2 * i + 2) * width], r);
      }
      for (int k = 0; k < width; k++) {
        const float* p = &rows[k * width];
        filter_column(p, p + width, p + 2 * width, p + 3 * width, y + (m * width + k) * width, width);
      }
    }
  }
}

extern "C" void fir_backward(const float* d_y, float* d_ee, float* d_eo, float* d_oe, float* d_oo,
                             int64_t maps, int r) {
#pragma omp parallel
  {
    int width = 2 * r;
    std::vector<float> zeros(width, 0.f), row(width);
#pragma omp for
    for (int64_t m = 0; m < maps; m++) {
      const float* g = d_y + m * width * width;
      auto at = [&](int k) { return k >= 0 && k < width ? g + k * width : zeros.data(); };
      for (int t = 0; t <= 2 * r; t++) {
        filter_column(at(t + 1), at(t), at(t - 1), at(t - 2), row.data(), width);
        int64_t i = t / 2;
        if (t % 2 == 0) {
          filter_row_adjoint(row.data(), d_ee + (m * (r + 1) + i) * (r + 1),
                             d_eo + (m * (r + 1) + i) * r, r);
        } else {
          filter_row_adjoint(row.data(), d_oe + (m * r + i) * (r + 1), d_oo + (m * r + i) * r, r);
        }
      }
    }
  }
}

extern "C" void activation_forward(const float* u, const float* d, const float* b, float* y,
                                   int64_t samples, int64_t channels, int64_t pixels) {
#pragma omp parallel for
  for (int64_t m = 0; m < samples * channels; m++) {
    float scale = d[m] * gain, bias = b[m % channels] * gain;
    const float* in = u + m * pixels;
    float* out = y + m * pixels;
    for (int64_t i = 0; i < pixels; i++) {
      float v = in[i] * scale + bias;
      out[i] = v < 0 ? v * leak : v;
    }
  }
}

// d_b is per sample and channel: the caller sums it over the samples.
extern "C" void activation_backward(const float* d_y, const float* y, const float* u, const float* d,
                                    float* d_u, float* d_d, float* d_b, int64_t maps,
                                    int64_t pixels) {
  const int64_t chunk = 256;
#pragma omp parallel for
  for (int64_t m = 0; m < maps; m++) {
    double sum_d = 0, sum_b = 0;
    for (int64_t first = m * pixels; first < (m + 1) * pixels; first += chunk) {
      int64_t end = first + chunk < (m + 1) * pixels ? first + chunk : (m + 1) * pixels;
      float part_d = 0, part_b = 0;
      for (int64_t i = first; i < end; i++) {
        float g = d_y[i] * (y[i] < 0 ? leak * gain : gain);
        part_d += g * u[i];
        part_b += g;
        d_u[i] = g * d[m];
      }
      sum_d += part_d;
      sum_b += part_b;
    }
    d_d[m] = (float)sum_d;
    d_b[m] = (float)sum_b;
  }
}

extern "C" void scaling_forward(const float* x, const float* s, float* y, int64_t maps,
                                int64_t pixels) {
#pragma omp parallel for
  for (int64_t m = 0; m < maps; m++) {
    for (int64_t i = m * pixels; i < (m + 1) * pixels; i++) y[i] = x[i] * s[m];
  }
}

extern "C" void scaling_backward(const float* d_y, const float* x, const float* s, float* d_x,
                                 float* d_s, int64_t maps, int64_t pixels) {
#pragma omp parallel for
  for (int64_t m = 0; m < maps; m++) {
    float sum = 0, scale = s[m];
    for (int64_t i = m * pixels; i < (m + 1) * pixels; i++) {
      sum += d_y[i] * x[i];
      d_x[i] = d_y[i] * scale;
    }
    d_s[m] = sum;
  }
}
