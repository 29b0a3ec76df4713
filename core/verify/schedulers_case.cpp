// SPDX-License-Identifier: Apache-2.0
#include "core/models/layers/embedders.h"
#include "core/models/layers/patches.h"
#include "core/models/stdit3/embedders.h"
#include "core/schedulers/rectified_flow.h"
#include "core/verify/dpm_case.h"
#include "core/verify/families.h"
#include "core/verify/iddpm_case.h"
#include "core/verify/plan_case.h"

#include <torch/torch.h>

#include <cmath>
#include <regex>

namespace toca::verify {
namespace {

/// The toy model that case.json writes out: velocities of the conditional and the unconditional rows.
torch::Tensor toyPrediction(const torch::Tensor& z, const torch::Tensor& t)
{
    const auto share = (t / 1000.0).view({-1, 1, 1, 1, 1});
    const auto conditional = 0.5 * z.sin() + share - z;
    const auto unconditional = 0.25 * z.cos() - 0.5 * z;
    const auto velocity = torch::cat({conditional, unconditional});
    return torch::cat({velocity, 7 * velocity}, 1);
}

void runRectifiedFlow(const ReferenceCase& reference, const nlohmann::json& entry, CaseReport& report)
{
    const std::string name = entry.at("name");
    if (!report.wants(name + "/"))
        return;
    schedulers::RectifiedFlowOptions options;
    options.steps = entry.at("steps");
    options.discreteTimesteps = entry.at("discrete");
    options.transformTimesteps = entry.at("transform");
    const auto timesteps = schedulers::rectifiedFlowTimesteps(
        options, entry.at("height"), entry.at("width"), entry.at("num_frames").get<std::int64_t>());
    report.check(name + "/t", torch::tensor(timesteps));
    if (!reference.has("rflow/toy_z"))
        return;
    auto z = reference.vector("rflow/toy_z");
    schedulers::RectifiedFlowSampler sampler(timesteps, options.timesteps);
    const schedulers::Guidance guidance{entry.at("cfg_scale").get<double>(), z.size(1)};
    for (int step = 0; step < options.steps; ++step)
        z = sampler.step(step, z, schedulers::guided(toyPrediction(z, sampler.timestep(step)), guidance, true));
    report.check(name + "/toy", z);
}

void runEmbeddings(const ReferenceCase& reference, CaseReport& report)
{
    static const std::regex sinusoid("embed/sin(\\d+)"), position("embed/pos2d_(\\d+)x(\\d+)_scale([0-9.]+)"),
        square("embed/pos_(dit|pixart)_(\\d+)(?:_lewei([0-9.]+))?");
    for (const auto& tensor : reference.tensors()) {
        std::smatch match;
        if (std::regex_match(tensor.name, match, sinusoid) && reference.has("embed/t")) {
            report.check(tensor.name, models::timestepEmbedding(reference.vector("embed/t"), std::stoll(match[1])));
        } else if (std::regex_match(tensor.name, match, position)) {
            const std::int64_t rows = std::stoll(match[1]), columns = std::stoll(match[2]);
            const auto base = static_cast<std::int64_t>(std::nearbyint(std::sqrt(static_cast<double>(rows * columns))));
            report.check(tensor.name,
                models::positionEmbedding2d(
                    reference.vector(tensor.name).size(2), rows, columns, std::stod(match[3]), base, torch::kCPU));
        } else if (std::regex_match(tensor.name, match, square)) {
            const std::int64_t side = std::stoll(match[2]);
            std::vector<float> divisors;
            if (match[3].matched)
                divisors.push_back(std::stof(match[3]));
            const auto embedded =
                models::sinCosPositionEmbedding(reference.vector(tensor.name).size(1), side, side, divisors, divisors);
            report.check(tensor.name, embedded.squeeze(0));
        }
    }
}

} // namespace

Result<void> runSchedulersCase(const ReferenceCase& reference, CaseReport& report)
{
    const auto info = reference.json().value("info", nlohmann::json::object());
    for (const auto& entry : info.value("rflow", nlohmann::json::array()))
        runRectifiedFlow(reference, entry, report);
    if (auto ran = runDpmSolver(reference, report); !ran)
        return ran;
    if (auto ran = runIddpm(reference, report); !ran)
        return ran;
    if (report.wants("embed/"))
        runEmbeddings(reference, report);
    for (const auto& entry : info.value("plans", nlohmann::json::array()))
        if (auto ran = runPlanCase(entry, report); !ran)
            return ran;
    return {};
}

} // namespace toca::verify
