// SPDX-License-Identifier: Apache-2.0
#include "core/api/run_result.h"

namespace toca {
namespace {

double quotient(double baseline, double run)
{
    return baseline > 0 && run > 0 ? baseline / run : 1;
}

double countedFlops(const RunResult& run)
{
    return run.trace ? run.trace->flops() : run.plan.totalFlops();
}

} // namespace

const char* stageName(Stage stage)
{
    switch (stage) {
    case Stage::Loading:
        return "loading model";
    case Stage::EncodingText:
        return "encoding text";
    case Stage::EncodingCondition:
        return "encoding condition";
    case Stage::Denoising:
        return "denoising";
    case Stage::Decoding:
        return "decoding";
    case Stage::Done:
        return "done";
    }
    return "";
}

Gains gains(const RunResult& run, const RunResult& baseline)
{
    return gains(figuresOf(run), figuresOf(baseline));
}

RunFigures figuresOf(const RunResult& run)
{
    return {countedFlops(run), run.times.denoising, run.times.total(), run.trace ? run.trace->peakCacheBytes() : 0};
}

Gains gains(const RunFigures& run, const RunFigures& baseline)
{
    return {quotient(baseline.flops, run.flops), quotient(baseline.denoising, run.denoising),
        quotient(baseline.total, run.total)};
}

Reference referenceOf(RunResult run)
{
    const RunFigures figures = figuresOf(run);
    return {figures, std::move(run.clip), std::move(run.latent)};
}

} // namespace toca
