// SPDX-License-Identifier: Apache-2.0
#include "core/engine/denoising.h"
#include "core/engine/video_model.h"
#include "core/models/stdit3/stdit3_denoiser.h"
#include "core/models/vae/frames.h"
#include "core/schedulers/rectified_flow.h"
#include "core/verify/families.h"

#include <torch/torch.h>

namespace toca::verify {

Result<void> runPipelineCase(const ReferenceCase& reference, CaseReport& report)
{
    const auto& json = reference.json();
    auto folder = engine::ModelFolder::open((reference.folder() / json.value("model", "..")).lexically_normal());
    if (!folder)
        return unexpected(folder.error());
    engine::VideoModel model(*folder, torch::kCPU);
    for (const auto load : {&engine::VideoModel::loadTokenizer, &engine::VideoModel::loadTextEncoder,
             &engine::VideoModel::loadTransformer, &engine::VideoModel::loadVae})
        if (auto loaded = (model.*load)(); !loaded)
            return loaded;

    for (const auto& entry : json.value("cases", nlohmann::json::array())) {
        const std::string name = entry.at("name").get<std::string>() + "/";
        if (!report.wants(name))
            continue;
        const auto text = model.encode({entry.at("prompt").get<std::string>()});
        report.check(name + "token_ids", text.ids);
        report.check(name + "mask", text.mask);
        report.check(name + "text_embeddings", text.features.squeeze(1), text.mask);

        const auto noise = reference.vector(name + "noise");
        const std::int64_t height = noise.size(3) * model.vae()->spatialDownsample();
        const std::int64_t width = noise.size(4) * model.vae()->spatialDownsample();
        const std::int64_t frames =
            reference.has(name + "frames") ? reference.vector(name + "frames").size(0) : folder->frames;
        const auto timesteps = schedulers::rectifiedFlowTimesteps(
            folder->sampler, static_cast<double>(height), static_cast<double>(width), frames);
        report.check(name + "timesteps", torch::tensor(timesteps));

        engine::DenoisingInput input;
        input.noise = noise;
        const auto null =
            model.transformer()->nullEmbedding().to(torch::kFloat32).view({1, 1, text.features.size(2), -1});
        input.conditions.text = torch::cat({text.features, null});
        input.conditions.mask = text.mask;
        input.conditions.fps = torch::full({1}, folder->fps, torch::kFloat32);
        input.conditions.height = torch::full({1}, height, torch::kFloat32);
        input.conditions.width = torch::full({1}, width, torch::kFloat32);
        input.guidance = {folder->guidanceScale, noise.size(1)};
        schedulers::RectifiedFlowSampler sampler(timesteps, folder->sampler.timesteps);
        models::Stdit3Denoiser denoiser(model.transformer());
        const auto kept = text.mask.sum().item<std::int64_t>();
        auto session = cache::CachingSession::uncached(folder->transformer.geometry(
            noise.size(2), noise.size(3), noise.size(4), kept, /*prompts=*/1, /*guidanceRows=*/2));
        const auto latent = engine::denoise(denoiser, sampler, input, session, [&](const engine::DenoisingStep& done) {
            report.check(name + "velocity_step" + std::to_string(done.step), done.guided.narrow(1, 0, noise.size(1)));
        });
        report.check(name + "latents", latent);
        if (!report.wants(name + "frames"))
            continue;
        const auto decoded = model.vae()->decode(latent, frames);
        if (!decoded)
            return unexpected(decoded.error());
        std::vector<torch::Tensor> pictures;
        for (const Frame& frame : models::framesToRgb8(*decoded))
            pictures.push_back(torch::tensor(frame.rgb, torch::kUInt8).view({frame.height, frame.width, 3}));
        report.check(name + "frames", torch::stack(pictures));
    }
    return {};
}

} // namespace toca::verify
