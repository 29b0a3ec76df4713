// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/ops/row_moves.h"

#include "cache/exec/ops/kernel_calls.h"
#include "kernels/row_moves.h"

#include <ATen/Parallel.h>

namespace toca::cache {
namespace {

/// Moves of fewer bytes than this are not worth a second thread.
constexpr std::int64_t kBytesPerThread = 1 << 16;

/// The raw kernels write through pointers: not where gradients flow, and only on contiguous rows.
bool hasKernel(const torch::Tensor& table, const torch::Tensor& packed, const torch::Tensor& ids)
{
    const bool gradients = torch::GradMode::is_enabled() && (table.requires_grad() || packed.requires_grad());
    return runsKernels(table) && !gradients && table.is_contiguous() && packed.is_contiguous() && ids.is_contiguous()
        && table.element_size() * table.size(2) % 2 == 0;
}

kernels::RowMove moveOf(const torch::Tensor& table, const torch::Tensor& packed, const torch::Tensor& ids)
{
    kernels::RowMove move;
    move.table = table.data_ptr();
    move.packed = packed.data_ptr();
    move.ids = ids.const_data_ptr<std::int64_t>();
    move.batches = table.size(0);
    move.chosen = ids.size(1);
    move.tokens = table.size(1);
    move.rowBytes = table.size(2) * table.element_size();
    move.idRows = ids.size(0);
    return move;
}

template <class OnCpu>
void inParts(const kernels::RowMove& move, const OnCpu& onCpu)
{
    const std::int64_t rowsPerThread =
        std::max<std::int64_t>(1, kBytesPerThread / std::max<std::int64_t>(1, move.rowBytes));
    at::parallel_for(0, move.rows(), rowsPerThread, [&](std::int64_t first, std::int64_t last) { onCpu(first, last); });
}

} // namespace

torch::Tensor gatherRows(const torch::Tensor& x, const torch::Tensor& ids)
{
    TORCH_CHECK(
        x.dim() == 3 && ids.dim() == 2 && ids.size(0) == x.size(0), "gatherRows: x ", x.sizes(), ", ids ", ids.sizes());
    auto packed = torch::empty({x.size(0), ids.size(1), x.size(2)}, x.options());
    if (!hasKernel(x, packed, ids))
        return x.gather(1, ids.unsqueeze(-1).expand({-1, -1, x.size(2)}));
    const auto move = moveOf(x, packed, ids);
    if (!onDevice(x, [&](auto* stream) { return kernels::gatherRowsCuda(move, stream); }))
        inParts(move, [&](std::int64_t first, std::int64_t last) { kernels::gatherRows(move, first, last); });
    return packed;
}

void scatterRows(torch::Tensor& x, const torch::Tensor& ids, const torch::Tensor& rows)
{
    TORCH_CHECK(x.dim() == 3 && ids.dim() == 2 && ids.size(0) == x.size(0) && rows.size(1) == ids.size(1),
        "scatterRows: x ", x.sizes(), ", ids ", ids.sizes(), ", rows ", rows.sizes());
    const auto packed = rows.contiguous();
    if (!hasKernel(x, packed, ids) || packed.scalar_type() != x.scalar_type()) {
        x.scatter_(1, ids.unsqueeze(-1).expand({-1, -1, x.size(2)}), packed.to(x.scalar_type()));
        return;
    }
    const auto move = moveOf(x, packed, ids);
    if (!onDevice(x, [&](auto* stream) { return kernels::scatterRowsCuda(move, stream); }))
        inParts(move, [&](std::int64_t first, std::int64_t last) { kernels::scatterRows(move, first, last); });
}

} // namespace toca::cache
