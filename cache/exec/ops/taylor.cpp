// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/ops/taylor.h"

#include <algorithm>

namespace toca::cache {

std::vector<torch::Tensor> renewedDerivatives(
    const std::vector<torch::Tensor>& old, const torch::Tensor& output, double distance, int order)
{
    std::vector<torch::Tensor> next{output};
    for (std::size_t i = 0; i < static_cast<std::size_t>(order) && i < old.size(); ++i)
        next.push_back((next[i] - old[i]) / distance);
    return next;
}

torch::Tensor taylorSum(const std::vector<torch::Tensor>& derivatives, double distance, int order)
{
    torch::Tensor sum = derivatives.front();
    double coefficient = 1.0;
    const auto count = std::min(derivatives.size(), static_cast<std::size_t>(order) + 1);
    for (std::size_t i = 1; i < count; ++i) {
        coefficient *= distance / static_cast<double>(i);
        if (i == 1)
            sum = sum.add(derivatives[i], coefficient); // a new tensor: the derivatives stay
        else
            sum.add_(derivatives[i], coefficient);
    }
    return sum;
}

} // namespace toca::cache
