// SPDX-License-Identifier: Apache-2.0
#include "core/verify/plan_case.h"

#include "cache/plan/policies/published_steps.h"
#include "core/verify/toca_settings.h"

#include <torch/torch.h>

namespace toca::verify {
namespace {

using plan::Action;
using plan::ModuleKind;

/// What an entry's name says: "dit_toca_ddim50", "pixart_sched_linear", "opensora_duca", "taylor_50_i4".
struct Method {
    std::string family;
    std::string name; ///< of our policy; "" = unknown
};

Method methodOf(const std::string& entry)
{
    const auto has = [&](const char* word) { return entry.find(word) != std::string::npos; };
    if (entry.starts_with("taylor"))
        return {"dit", "taylorseer"};
    // Its FORA is ToCa with a fresh ratio of 0: selections of no token are counted.
    const std::string name = has("duca") ? "duca" : has("taylor") ? "taylorseer" : "toca";
    if (entry.starts_with("dit_"))
        return {"dit", name};
    if (entry.starts_with("pixart_"))
        return {"pixart", name};
    return {"stdit3", entry.starts_with("opensora_") ? name : ""};
}

plan::Geometry geometryOf(const std::string& family, std::int64_t tokens, std::int64_t depth)
{
    plan::Geometry geometry;
    geometry.family = family;
    geometry.grid = {1, 1, tokens};
    geometry.hiddenSize = geometry.mlpHiddenSize = geometry.patchInputs = geometry.patchOutputs = 4;
    geometry.crossAttention = family != "dit";
    for (std::int64_t layer = 0; layer < depth; ++layer) {
        if (family != "stdit3") {
            geometry.layers.push_back(plan::LayerKind::Joint);
            continue;
        }
        geometry.layers.push_back(plan::LayerKind::Spatial);
        geometry.layers.push_back(plan::LayerKind::Temporal);
    }
    return geometry;
}

std::int32_t selectedTokens(const plan::PlannedModule& module)
{
    return module.action == Action::Subset ? module.tokens : -1;
}

/// Types and counts of each kind of block and module; Open-Sora's are the same in every layer.
void checkModules(const plan::Plan& plan, const std::string& name, CaseReport& report)
{
    const int steps = plan.evaluationCount();
    auto type = torch::zeros({steps, 2, 3}, torch::kUInt8);
    auto count = torch::zeros({steps, 2, 2}, torch::kInt32);
    for (int step = 0; step < steps; ++step)
        for (int block = 0; block < 2; ++block)
            for (const auto module : plan::kAllModules) {
                const auto& planned = plan.at(step, block, module);
                const int index = static_cast<int>(module);
                // "ToCa" is also what the published code calls a module that is reused.
                const auto published =
                    planned.action == Action::Reuse ? plan::PublishedType::Toca : plan::publishedType(planned);
                type[step][block][index] = static_cast<int>(published);
                if (index > 0)
                    count[step][block][index - 1] = selectedTokens(planned);
            }
    report.check(name + "/type", type);
    report.check(name + "/topk", count);
}

void checkLayers(const plan::Policy& policy, const plan::Plan& plan, const std::string& name, CaseReport& report)
{
    const int steps = plan.evaluationCount(), layers = plan.layerCount();
    std::vector<ModuleKind> modules{ModuleKind::Mlp};
    if (plan.geometry().crossAttention)
        modules.insert(modules.begin(), ModuleKind::CrossAttention);
    auto type = torch::zeros({steps, layers}, torch::kUInt8);
    auto count = torch::zeros({steps, layers, static_cast<std::int64_t>(modules.size())}, torch::kInt32);
    auto types = type.accessor<std::uint8_t, 2>();
    auto counts = count.accessor<std::int32_t, 3>();
    for (int step = 0; step < steps; ++step)
        for (int layer = 0; layer < layers; ++layer) {
            types[step][layer] = static_cast<std::uint8_t>(plan::publishedType(plan, step, layer));
            for (std::size_t i = 0; i < modules.size(); ++i)
                counts[step][layer][static_cast<std::int64_t>(i)] = selectedTokens(plan.at(step, layer, modules[i]));
        }
    report.check(name + "/type", type);
    report.check(name + "/topk", count);
    if (const auto cycles = plan::publishedCycles(policy, plan.geometry(), plan.schedule()); !cycles.empty())
        report.check(name + "/cycle", torch::tensor(cycles).view({steps, layers}));
}

/// TaylorSeer decides once for a whole step: 0 full, 4 forecast.
void checkForecasts(const plan::Plan& plan, const std::string& name, CaseReport& report)
{
    auto type = torch::zeros({plan.evaluationCount()}, torch::kUInt8);
    for (int step = 0; step < plan.evaluationCount(); ++step)
        if (plan.at(step, 0, ModuleKind::SelfAttention).action != Action::Full)
            type[step] = static_cast<int>(plan::PublishedType::Taylor);
    report.check(name + "/type", type);
}

} // namespace

Result<void> runPlanCase(const nlohmann::json& entry, CaseReport& report)
{
    const std::string own = entry.value("name", ""), name = "plan/" + own;
    const Method method = methodOf(own);
    if (method.name.empty() || !report.wants(name + "/"))
        return {};
    const bool isTaylor = method.name == "taylorseer";
    const auto policy =
        makeCasePolicy(method.name, method.family, entry.value("settings", isTaylor ? entry : nlohmann::json::object()),
            entry.value("cal_thresholds", nlohmann::json::object()));
    if (!policy)
        return unexpected(policy.error());
    // Open-Sora's layers and TaylorSeer's are all alike.
    const std::int64_t depth = method.family == "stdit3" || isTaylor ? 1 : entry.value("depth", std::int64_t{28});
    const std::int64_t steps = entry.at("steps"), tokens = entry.value("tokens", std::int64_t{1});
    if (steps < 1 || steps > 10000 || depth < 1 || depth > 1000 || tokens < 1 || tokens > 100000000)
        return unexpected(ErrorCode::BadFormat, "case.json: the sizes of the plan '" + own + "' are out of range.");
    const auto plan =
        (*policy)->plan(geometryOf(method.family, tokens, depth), plan::uniformSchedule("", static_cast<int>(steps)));
    if (!plan)
        return unexpected(plan.error());
    if (isTaylor)
        checkForecasts(*plan, name, report);
    else if (method.family == "stdit3")
        checkModules(*plan, name, report);
    else
        checkLayers(**policy, *plan, name, report);
    return {};
}

} // namespace toca::verify
