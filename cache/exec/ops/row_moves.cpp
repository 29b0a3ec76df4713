// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/ops/row_moves.h"

#include "kernels/row_moves.h"

#include <ATen/Parallel.h>

namespace toca::cache {
namespace {

/// Moves of fewer bytes than this are not worth a second thread.
constexpr std::int64_t kBytesPerThread = 1 << 16;

/// The raw kernels write through pointers: not where gradients flow, and only on contiguous rows on the CPU or, where
/// it was compiled in, on the GPU's default stream.
bool hasKernel(const torch::Tensor& table, const torch::Tensor& packed, const torch::Tensor& ids)
{
    const bool gradients = torch::GradMode::is_enabled() && (table.requires_grad() || packed.requires_grad());
#ifdef TOCA_HAS_CUDA
    const bool device = table.is_cpu() || table.is_cuda();
#else
    const bool device = table.is_cpu();
#endif
    return device && !gradients && table.is_contiguous() && packed.is_contiguous() && ids.is_contiguous()
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

template <class OnCpu, class OnCuda>
void run(const kernels::RowMove& move, bool isCpu, OnCpu&& onCpu, OnCuda&& onCuda)
{
    if (!isCpu) {
        const int error = onCuda();
        TORCH_CHECK(error == 0, "row move: CUDA error ", error);
        return;
    }
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
    run(
        move, x.is_cpu(), [&](std::int64_t first, std::int64_t last) { kernels::gatherRows(move, first, last); },
        [&] {
#ifdef TOCA_HAS_CUDA
            return kernels::gatherRowsCuda(move, nullptr);
#else
            return -1;
#endif
        });
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
    run(
        move, x.is_cpu(), [&](std::int64_t first, std::int64_t last) { kernels::scatterRows(move, first, last); },
        [&] {
#ifdef TOCA_HAS_CUDA
            return kernels::scatterRowsCuda(move, nullptr);
#else
            return -1;
#endif
        });
}

} // namespace toca::cache
