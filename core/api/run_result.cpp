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
    return {quotient(countedFlops(baseline), countedFlops(run)),
        quotient(baseline.times.denoising, run.times.denoising), quotient(baseline.times.total(), run.times.total())};
}

} // namespace toca
