// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/policies/fastercache_run.h"

#include <torch/torch.h>

namespace toca::cache {

using plan::Action;
using plan::ModuleKind;

namespace {

std::string nameOf(const char* what, const plan::Site& site)
{
    return std::string("fastercache.") + what + "." + std::string(plan::streamName(site.stream)) + "."
        + std::to_string(site.layer);
}

constexpr const char* kDifference = "fastercache.difference";

/// The rows of a stored output that this evaluation carries; they begin alike.
RowTable firstRows(const RowTable& stored, std::int64_t rows)
{
    return stored.of({0, rows});
}

} // namespace

torch::Tensor scaledFrequencies(const torch::Tensor& difference, double low, double high)
{
    if (low == high)
        return low == 1.0 ? difference : difference * low;
    const std::int64_t height = difference.size(-2), width = difference.size(-1);
    const double radius = static_cast<double>(std::min(height, width) / 5);
    const auto options = torch::TensorOptions(difference.device()).dtype(torch::kFloat32);
    const auto y = torch::fft::fftfreq(height, 1.0 / static_cast<double>(height), options).unsqueeze(1);
    const auto x = torch::fft::rfftfreq(width, 1.0 / static_cast<double>(width), options).unsqueeze(0);
    // The frequencies are whole numbers; half a unit more keeps the comparison clear of rounding.
    const auto isLow = y * y + x * x <= radius * radius + 0.5;
    const auto scale = torch::where(isLow, low, high).to(torch::kFloat32);
    const auto spectrum = torch::fft::rfft2(difference.to(torch::kFloat32)) * scale;
    return torch::fft::irfft2(spectrum, std::vector<std::int64_t>{height, width}).to(difference.scalar_type());
}

ModuleAction FasterCacheRun::onModule(const plan::Site& site, const Evidence& evidence)
{
    if (plan().at(site.evaluation, site.layer, site.module).action != Action::Forecast)
        return ModuleAction::full(false); // what is needed later is kept in `afterModule`
    const std::int64_t rows = evidence.rows().count;
    FeatureStore& store = evidence.features();
    const RowTable last = firstRows(store.namedRows(nameOf("last", site)), rows);
    const RowTable& before = store.namedRows(nameOf("before", site));
    const double weight = m_steps[static_cast<std::size_t>(site.evaluation)].weight;
    if (!before.isDefined() || weight == 0)
        return ModuleAction::forecastAs(last.features());
    // last + w (last - before)
    const RowTable previous = firstRows(before, rows);
    if (last.isCoded())
        return ModuleAction::forecastAs(
            ModuleOutput(std::vector<WeightedRows>{{last, 1 + weight}, {previous, -weight}}).features());
    return ModuleAction::forecastAs(torch::lerp(previous.features(), last.features(), 1 + weight));
}

void FasterCacheRun::afterModule(const plan::Site& site, RowRange, const torch::Tensor& output, FeatureStore& store)
{
    if (site.module != ModuleKind::SelfAttention || !m_steps[static_cast<std::size_t>(site.evaluation)].storesAttention)
        return;
    const std::string last = nameOf("last", site);
    std::swap(store.namedRows(last), store.namedRows(nameOf("before", site))); // its memory takes the new one
    store.setNamedRows(last, site.module, output);
}

torch::Tensor FasterCacheRun::onPrediction(const EvaluationView& view, torch::Tensor prediction, FeatureStore& store)
{
    const plan::FasterCacheStep& step = m_steps[static_cast<std::size_t>(view.evaluation)];
    if (!step.storesDifference && !step.isConditionalOnly)
        return prediction;
    const std::int64_t prompts = plan().geometry().prompts;
    const torch::Tensor conditional = prediction.narrow(0, 0, prompts);
    if (step.storesDifference) {
        store.named(kDifference) = prediction.narrow(0, prompts, prompts) - conditional;
        return prediction;
    }
    // The transform is linear: scaling the difference's spectrum is what the published code does with both spectra.
    return torch::cat(
        {conditional, conditional + scaledFrequencies(store.named(kDifference), step.lowScale, step.highScale)});
}

} // namespace toca::cache
