// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/policies/ebcache_run.h"

namespace toca::cache {

torch::Tensor EbCacheRun::onPrediction(const EvaluationView& view, torch::Tensor prediction, FeatureStore&)
{
    if (m_noiseScale == 1.0)
        return prediction;
    const std::int64_t channels = view.latent.size(1), all = prediction.size(1);
    if (channels >= all)
        return prediction / m_noiseScale;
    return torch::cat(
        {prediction.narrow(1, 0, channels) / m_noiseScale, prediction.narrow(1, channels, all - channels)}, 1);
}

} // namespace toca::cache
