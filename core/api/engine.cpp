// SPDX-License-Identifier: Apache-2.0
#include "core/api/engine.h"

#include "core/api/probe.h"
#include "core/api/sensitivity.h"
#include "core/api/version.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace toca {
namespace {

/// "0:02", "12:05", "1:02:03"; unknown and absurd times give "-:--".
std::string clockText(double seconds)
{
    if (!(seconds >= 0 && seconds < 1e7))
        return "-:--";
    const auto whole = static_cast<long>(std::ceil(seconds));
    char buffer[48];
    if (whole >= 3600)
        std::snprintf(buffer, sizeof buffer, "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
    else
        std::snprintf(buffer, sizeof buffer, "%ld:%02ld", whole / 60, whole % 60);
    return buffer;
}

} // namespace

const char* programVersion()
{
    return TOCA_VERSION;
}

Result<plan::SignalRecord> Engine::recordSignals(
    const GenerationRequest&, const plan::SignalOptions&, Observer&, std::stop_token)
{
    return unexpected(ErrorCode::Unsupported, "This engine records no signals.");
}

Result<SensitivityRecord> Engine::measureSensitivity(const SensitivityJob&, SensitivityObserver&, std::stop_token)
{
    return unexpected(ErrorCode::Unsupported, "This engine measures no sensitivity.");
}

Result<ProbeResult> Engine::probe(const ProbeRequest&, Observer&, std::stop_token)
{
    return unexpected(ErrorCode::Unsupported, "This engine cannot go back to a step.");
}

std::string progressText(const StepReport& report)
{
    const int done = report.step + 1;
    std::string text = "step " + std::to_string(done) + "/" + std::to_string(report.steps);
    if (report.denoisingSeconds > 0) {
        const double pace = done / report.denoisingSeconds;
        char buffer[32];
        // Below one step per second the time of a step reads better.
        if (pace >= 1)
            std::snprintf(buffer, sizeof buffer, "  %.1f it/s", std::min(pace, 1e6));
        else
            std::snprintf(buffer, sizeof buffer, "  %.1f s/it", std::min(1 / pace, 1e6));
        text += buffer;
    }
    return text + "  ETA " + clockText(report.etaSeconds);
}

} // namespace toca
