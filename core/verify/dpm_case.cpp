// SPDX-License-Identifier: Apache-2.0
#include "core/verify/dpm_case.h"

#include <torch/torch.h>

namespace toca::verify {
namespace {

/// The toy model that case.json writes out, guided. @param t the model's time
torch::Tensor toyNoise(const torch::Tensor& x, double t, double guidance)
{
    const auto unconditional = 0.9 * x.sin() + 0.05 * t / 1000.0;
    const auto conditional = 0.8 * (x + 0.1).sin() + 0.1 * t / 1000.0;
    return unconditional + guidance * (conditional - unconditional);
}

void runEntry(const ReferenceCase& reference, const nlohmann::json& entry, const schedulers::DpmSolverOptions& options,
    CaseReport& report)
{
    const std::string name = entry.at("name").get<std::string>() + "/";
    schedulers::DpmSolver solver(options);
    const auto& table = solver.table();
    report.check(name + "t", table.time);
    report.check(name + "model_t", table.modelTime);
    report.check(name + "alpha", table.alpha);
    report.check(name + "sigma", table.sigma);
    report.check(name + "lambda", table.lambda);
    if (!reference.has("dpm/toy_x"))
        return;
    auto x = reference.vector("dpm/toy_x");
    std::vector<torch::Tensor> latents{x};
    for (int step = 0; step < options.steps; ++step) {
        const double t = solver.timestep(step).item<double>();
        x = solver.step(step, x, toyNoise(x, t, entry.value("cfg_scale", 1.0)));
        latents.push_back(x);
    }
    report.check(name + "toy_x", torch::stack(latents));
    report.check(name + "toy", x);
}

} // namespace

Result<schedulers::DpmSolverOptions> dpmSolverSettings(const nlohmann::json& settings)
{
    const std::pair<const char*, const char*> only[] = {
        {"noise_schedule", "linear 1000"},
        {"solver_type", "dpmsolver"},
        {"method", "multistep"},
        {"algorithm_type", "dpmsolver++"},
    };
    for (const auto& [key, value] : only)
        if (const std::string given = settings.value(key, value); given != value)
            return unexpected(ErrorCode::Unsupported,
                "case.json: '" + std::string(key) + "' is '" + given + "'; only '" + value + "' is supported.");
    schedulers::DpmSolverOptions options;
    options.steps = settings.value("steps", options.steps);
    options.order = settings.value("order", options.order);
    options.lowerOrderFinal = settings.value("lower_order_final", true);
    const std::string spacing = settings.value("skip_type", "time_uniform");
    if (spacing == "logSNR")
        options.spacing = schedulers::TimeSpacing::LogSnr;
    else if (spacing == "time_quadratic")
        options.spacing = schedulers::TimeSpacing::Quadratic;
    else if (spacing != "time_uniform")
        return unexpected(ErrorCode::Unsupported,
            "case.json: 'skip_type' is '" + spacing + "'; known are time_uniform, logSNR and time_quadratic.");
    return options;
}

Result<void> runDpmSolver(const ReferenceCase& reference, CaseReport& report)
{
    if (report.wants("dpm/log_alpha_array") || report.wants("dpm/t_array")) {
        const schedulers::DpmSolverOptions options;
        const schedulers::DiscreteNoiseSchedule noise(options.timesteps, options.betaStart, options.betaEnd);
        report.check("dpm/log_alpha_array", torch::tensor(noise.logAlphas()));
        report.check("dpm/t_array", torch::tensor(noise.times()));
    }
    const auto info = reference.json().value("info", nlohmann::json::object());
    for (const auto& entry : info.value("dpm", nlohmann::json::array())) {
        if (!report.wants(entry.value("name", "") + "/"))
            continue;
        const auto options = dpmSolverSettings(entry);
        if (!options)
            return unexpected(options.error());
        runEntry(reference, entry, *options, report);
    }
    return {};
}

} // namespace toca::verify
