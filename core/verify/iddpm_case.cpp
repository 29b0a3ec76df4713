// SPDX-License-Identifier: Apache-2.0
#include "core/verify/iddpm_case.h"

#include "core/schedulers/ddim.h"
#include "core/schedulers/ddpm.h"
#include "core/schedulers/respacing.h"

#include <torch/torch.h>

namespace toca::verify {
namespace {

using Tables = std::shared_ptr<const schedulers::GaussianDiffusion>;

/// The toy model that case.json writes out: [noise | variance].
torch::Tensor toyPrediction(const torch::Tensor& x, const torch::Tensor& t)
{
    return torch::cat({0.8 * x.sin() + 0.1 * t / 1000.0, (0.5 * x).tanh()}, 1);
}

schedulers::StepNoise storedNoise(const ReferenceCase& reference, const std::string& name)
{
    if (!reference.has(name))
        return {};
    return [noise = reference.vector(name)](int evaluation, const torch::Tensor&) { return noise[evaluation]; };
}

torch::Tensor toyRun(const ReferenceCase& reference, schedulers::Sampler& sampler)
{
    auto x = reference.vector("iddpm/toy_x");
    for (int evaluation = 0; evaluation < sampler.schedule().steps; ++evaluation)
        x = sampler.step(evaluation, x, toyPrediction(x, sampler.timestep(evaluation)));
    return x;
}

void runToys(const ReferenceCase& reference, const Tables& tables, const std::string& name, CaseReport& report)
{
    const std::string ddim = name + "/ddim_eta";
    for (const auto& tensor : reference.tensors()) {
        if (!tensor.name.starts_with(ddim) || tensor.name.ends_with("_noise") || !report.wants(tensor.name))
            continue;
        schedulers::DdimSampler sampler(tables, std::stod(tensor.name.substr(ddim.size())), torch::kCPU,
            storedNoise(reference, tensor.name + "_noise"));
        report.check(tensor.name, toyRun(reference, sampler));
    }
    if (report.wants(name + "/ddpm")) {
        schedulers::DdpmSampler sampler(tables, storedNoise(reference, name + "/ddpm_noise"));
        report.check(name + "/ddpm", toyRun(reference, sampler));
    }
}

} // namespace

Result<void> runIddpm(const ReferenceCase& reference, CaseReport& report)
{
    const auto info = reference.json().value("info", nlohmann::json::object());
    for (const auto& entry : info.value("iddpm", nlohmann::json::array())) {
        const std::string name = entry.value("name", "");
        if (!report.wants(name + "/"))
            continue;
        const int whole = entry.value("diffusion_steps", 1000);
        const auto kept = schedulers::keptTimesteps(whole, entry.value("respacing", ""));
        if (!kept)
            return unexpected(kept.error());
        const auto tables = std::make_shared<const schedulers::GaussianDiffusion>(
            schedulers::respacedDiffusion(schedulers::linearBetas(whole), *kept));
        report.check(name + "/timestep_map", torch::tensor(std::vector<std::int64_t>(kept->begin(), kept->end())));
        const std::pair<const char*, const std::vector<double>*> columns[] = {
            {"betas", &tables->betas},
            {"alphas_cumprod", &tables->alphasCumprod},
            {"alphas_cumprod_prev", &tables->alphasCumprodPrev},
            {"posterior_variance", &tables->posteriorVariance},
            {"posterior_log_variance_clipped", &tables->posteriorLogVarianceClipped},
            {"posterior_mean_coef1", &tables->posteriorMeanCoef1},
            {"posterior_mean_coef2", &tables->posteriorMeanCoef2},
            {"sqrt_recip_alphas_cumprod", &tables->sqrtRecipAlphasCumprod},
            {"sqrt_recipm1_alphas_cumprod", &tables->sqrtRecipm1AlphasCumprod},
        };
        for (const auto& [column, values] : columns)
            report.check(name + "/" + column, torch::tensor(*values, torch::kFloat64));
        if (reference.has("iddpm/toy_x"))
            runToys(reference, tables, name, report);
    }
    return {};
}

} // namespace toca::verify
