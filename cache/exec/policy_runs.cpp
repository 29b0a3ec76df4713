// SPDX-License-Identifier: Apache-2.0
// The run state of each registered policy. A policy whose plan says everything needs no line here.
#include "cache/exec/policies/dbcache_run.h"
#include "cache/exec/policies/duca_run.h"
#include "cache/exec/policies/easycache_run.h"
#include "cache/exec/policies/magcache_run.h"
#include "cache/exec/policies/taylorseer_run.h"
#include "cache/exec/policies/teacache_run.h"
#include "cache/exec/policies/toca_run.h"
#include "cache/plan/policies/duca_policy.h"
#include "cache/plan/policies/taylorseer_policy.h"
#include "cache/plan/policies/toca_policy.h"

namespace toca::cache {

std::unique_ptr<PolicyRun> startPolicy(
    const plan::Policy& policy, const plan::Plan& plan, const PolicyRunOptions& options)
{
    auto shared = std::make_shared<const plan::Plan>(plan);
    if (const auto* toca = dynamic_cast<const plan::TocaPolicy*>(&policy))
        return std::make_unique<TocaRun>(std::move(shared), toca->options(), options);
    if (const auto* teaCache = dynamic_cast<const plan::TeaCachePolicy*>(&policy))
        return std::make_unique<TeaCacheRun>(plan, teaCache->options());
    if (const auto* dbCache = dynamic_cast<const plan::DbCachePolicy*>(&policy))
        return std::make_unique<DbCacheRun>(plan, dbCache->options());
    if (const auto* magCache = dynamic_cast<const plan::MagCachePolicy*>(&policy))
        return std::make_unique<MagCacheRun>(plan, magCache->options());
    if (const auto* easyCache = dynamic_cast<const plan::EasyCachePolicy*>(&policy))
        return std::make_unique<EasyCacheRun>(plan, easyCache->options());
    if (const auto* duca = dynamic_cast<const plan::DucaPolicy*>(&policy))
        return std::make_unique<DucaRun>(std::move(shared), duca->options(), options);
    if (const auto* taylor = dynamic_cast<const plan::TaylorseerPolicy*>(&policy)) {
        if (taylor->isLight())
            return std::make_unique<TaylorseerLightRun>(std::move(shared), taylor->order());
        return std::make_unique<TaylorseerRun>(std::move(shared), taylor->order());
    }
    return std::make_unique<PlannedRun>(std::move(shared));
}

} // namespace toca::cache
