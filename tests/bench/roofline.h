// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/exec/stopwatch.h"
#include "core/models/layers/tapped_layers.h"

#include <ATen/Parallel.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <vector>

/// What the machine can do at most, measured with LibTorch and its threads.
namespace toca::bench {

/// FLOP/s of the best of several products, each the fastest of `rounds`: LibTorch's of square matrices and of an MLP's
/// sizes, and the packed layer's.
inline double peakFlops(torch::ScalarType type, int rounds = 4)
{
    struct Product {
        std::int64_t rows, in, out;
    };
    double best = 0;
    for (const Product product : {Product{2048, 2048, 2048}, Product{2048, 1152, 4608}}) {
        const auto x = torch::randn({product.rows, product.in}).to(type);
        models::Linear layer(product.in, product.out, /*hasBias=*/false);
        layer->weight.set_data((torch::randn({product.out, product.in}) / std::sqrt(double(product.in))).to(type));
        for (const bool isPacked : {false, true}) {
            if (isPacked)
                layer->pack();
            layer->forward(x);
            for (int round = 0; round < rounds; ++round) {
                const cache::Stopwatch watch(nullptr);
                layer->forward(x);
                const double flops = 2.0 * double(product.rows) * double(product.in) * double(product.out);
                best = std::max(best, flops / watch.elapsed());
            }
        }
    }
    return best;
}

/// Bytes per second of a[i] = b[i] + 3 c[i] over arrays of 256 MiB, the fastest of `rounds`. Counted as STREAM does:
/// two reads and a write, without the read that a write of a line costs beside it.
inline double triadBandwidth(int rounds = 4)
{
    constexpr std::int64_t kValues = std::int64_t{1} << 26, kGrain = 1 << 16;
    const auto b = torch::ones({kValues}), c = torch::ones({kValues});
    auto a = torch::zeros({kValues});
    float* const out = a.mutable_data_ptr<float>();
    const float *const x = b.const_data_ptr<float>(), *const y = c.const_data_ptr<float>();
    double best = 0;
    for (int round = 0; round < rounds; ++round) {
        const cache::Stopwatch watch(nullptr);
        at::parallel_for(0, kValues, kGrain, [&](std::int64_t first, std::int64_t last) {
            for (std::int64_t i = first; i < last; ++i)
                out[i] = x[i] + 3 * y[i];
        });
        best = std::max(best, 3.0 * sizeof(float) * double(kValues) / watch.elapsed());
    }
    return best;
}

} // namespace toca::bench
