// SPDX-License-Identifier: Apache-2.0
// The run state of each registered policy. A policy whose plan says everything needs no line here.
#include "cache/exec/policies/clusca_run.h"
#include "cache/exec/policies/dbcache_run.h"
#include "cache/exec/policies/deltadit_run.h"
#include "cache/exec/policies/duca_run.h"
#include "cache/exec/policies/easycache_run.h"
#include "cache/exec/policies/ebcache_run.h"
#include "cache/exec/policies/fastercache_run.h"
#include "cache/exec/policies/magcache_run.h"
#include "cache/exec/policies/schedule_run.h"
#include "cache/exec/policies/speca_run.h"
#include "cache/exec/policies/taylorseer_run.h"
#include "cache/exec/policies/teacache_run.h"
#include "cache/exec/policies/toca_run.h"
#include "cache/plan/policies/deltadit_policy.h"
#include "cache/plan/policies/duca_policy.h"
#include "cache/plan/policies/ebcache_policy.h"
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
    if (const auto* ebCache = dynamic_cast<const plan::EbCachePolicy*>(&policy))
        return std::make_unique<EbCacheRun>(std::move(shared), ebCache->noiseScale());
    if (dynamic_cast<const plan::DeltaDitPolicy*>(&policy))
        return std::make_unique<DeltaDitRun>(std::move(shared));
    if (const auto* fasterCache = dynamic_cast<const plan::FasterCachePolicy*>(&policy)) {
        auto steps = fasterCache->steps(plan.geometry(), plan.schedule());
        return std::make_unique<FasterCacheRun>(std::move(shared), std::move(steps));
    }
    if (const auto* speca = dynamic_cast<const plan::SpecaPolicy*>(&policy))
        return std::make_unique<SpecaRun>(plan, speca->options());
    if (const auto* clusca = dynamic_cast<const plan::CluscaPolicy*>(&policy))
        return std::make_unique<CluscaRun>(std::move(shared), clusca->options());
    if (const auto* duca = dynamic_cast<const plan::DucaPolicy*>(&policy))
        return std::make_unique<DucaRun>(std::move(shared), duca->options(), options);
    if (const auto* schedule = dynamic_cast<const plan::SchedulePolicy*>(&policy))
        return std::make_unique<ScheduleRun>(std::move(shared), *schedule, options);
    if (const auto* taylor = dynamic_cast<const plan::TaylorseerPolicy*>(&policy)) {
        if (taylor->isLight())
            return std::make_unique<TaylorseerLightRun>(std::move(shared), taylor->order());
        return std::make_unique<TaylorseerRun>(std::move(shared), taylor->order());
    }
    return std::make_unique<PlannedRun>(std::move(shared));
}

} // namespace toca::cache
