// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/policies/toca_policy.h"

namespace toca::plan {

/// DuCa (arXiv 2412.18911; reference README section 10): full steps, then in turn ToCa's partial ("conservative") steps
/// and "aggressive" ones, whose layers are skipped: the stored output of the last layer takes their place. With the
/// refresh rule per-module (Open-Sora) each module has its own type, and aggressive modules add nothing.
class DucaPolicy final : public TokenwisePolicy {
public:
    using TokenwisePolicy::TokenwisePolicy;
    std::string_view name() const override { return "duca"; }
    Result<Plan> plan(const Geometry& geometry, const SamplerSchedule& schedule) const override;
};

/// True when no module of the layer is entered.
bool isLayerSkipped(const Plan& plan, int evaluation, int layer);

/// Layers whose output DuCa keeps for the steps at which they are skipped: the last one of a kind (STDiT3: spatial and
/// temporal), where something reads it: a layer after it that runs, or the final layer. In order.
std::vector<int> keptLayers(const Plan& plan);

PolicyEntry ducaPolicyEntry();

} // namespace toca::plan
