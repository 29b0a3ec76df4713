// SPDX-License-Identifier: Apache-2.0
#include "core/engine/vae_round_trip.h"

#include "core/engine/guarded.h"
#include "core/engine/make_engine.h"
#include "core/engine/pipeline.h"

#include <torch/torch.h>

namespace toca {

struct VaeRoundTrip::Model {
    std::unique_ptr<engine::Pipeline> pipeline;
};

VaeRoundTrip::VaeRoundTrip(std::unique_ptr<Model> model)
    : m_model(std::move(model))
{
}

VaeRoundTrip::VaeRoundTrip(VaeRoundTrip&&) noexcept = default;
VaeRoundTrip& VaeRoundTrip::operator=(VaeRoundTrip&&) noexcept = default;
VaeRoundTrip::~VaeRoundTrip() = default;

Result<VaeRoundTrip> VaeRoundTrip::open(const std::string& modelPath)
{
    return engine::guarded([&]() -> Result<VaeRoundTrip> {
        const std::string path = modelFolderOf(modelPath);
        auto pipeline = engine::openPipeline(path);
        if (!pipeline)
            return unexpected(pipeline.error());
        const torch::InferenceMode inference;
        if (auto loaded = (*pipeline)->load([] { return true; }); !loaded)
            return unexpected(loaded.error());
        auto model = std::make_unique<Model>();
        model->pipeline = std::move(*pipeline);
        return VaeRoundTrip(std::move(model));
    });
}

Result<Clip> VaeRoundTrip::roundTrip(const Clip& clip, const GenerationRequest& request, std::stop_token stop)
{
    return engine::guarded([&]() -> Result<Clip> {
        const torch::InferenceMode inference;
        engine::Pipeline& pipeline = *m_model->pipeline;
        const auto latent = pipeline.encode(clip, request, [&] { return !stop.stop_requested(); });
        if (!latent)
            return unexpected(latent.error());
        return pipeline.decode(*latent, request, [&](int, int) { return !stop.stop_requested(); }, {});
    });
}

} // namespace toca
