// SPDX-License-Identifier: Apache-2.0
#include "core/models/layers/activation_recorder.h"
#include "core/models/vae/autoencoder_kl.h"
#include "core/models/vae/video_vae.h"
#include "core/verify/families.h"

#include <torch/torch.h>

#include <set>

namespace toca::verify {
namespace {

Result<void> runImageGroup(const ReferenceCase& reference, const checkpoint::Checkpoint& weights, CaseReport& report)
{
    const auto& json = reference.json();
    const auto config =
        models::AutoencoderKlConfig::fromJson(json.value("image_config", nlohmann::json::object()), "case.json");
    if (!config)
        return unexpected(config.error());
    auto vae = models::loadAutoencoderKl(*config, weights, torch::kFloat32, "image.");
    if (!vae)
        return unexpected(vae.error());
    const double scale = json.value("scaling_factor", config->scalingFactor);
    const models::ActivationRecorder recorder(**vae);
    if (reference.has("image/x")) {
        const auto posterior = (*vae)->encode(reference.vector("image/x"));
        report.check("image/mean", posterior.mean);
        report.check("image/logvar", posterior.logvar);
    }
    if (reference.has("image/z"))
        report.check("image/decoded", (*vae)->decode(reference.vector("image/z") / scale));
    for (const auto& [path, output] : recorder.outputs())
        report.check("image/act/" + path, output);
    return {};
}

void runVideoGroup(const ReferenceCase& reference, models::VideoVae& vae, const std::string& group, CaseReport& report)
{
    const auto vectorOrNone = [&](const std::string& name) {
        return reference.has(group + name) ? reference.vector(group + name) : torch::Tensor();
    };
    if (const auto x = vectorOrNone("/x"); x.defined()) {
        if (const auto noise = vectorOrNone("/noise_spatial"); noise.defined())
            if (const auto encoded = vae->encode(x, noise, vectorOrNone("/noise_temporal")))
                report.check(group + "/encoded", *encoded);
        if (const auto mean = vae->encode(x))
            report.check(group + "/encoded_mean", *mean);
        const auto spatial = vae->spatialMean(x);
        report.check(group + "/spatial_mean_scaled", spatial);
        const auto posterior = vae->temporalPosterior(spatial);
        report.check(group + "/temporal_mean", posterior.mean);
        report.check(group + "/temporal_logvar", posterior.logvar);
    }
    const auto z = vectorOrNone("/z"), decoded = vectorOrNone("/decoded");
    if (z.defined() && decoded.defined()) {
        const std::int64_t frames = decoded.size(2);
        if (const auto pixels = vae->decode(z, frames))
            report.check(group + "/decoded", *pixels);
        report.check(group + "/decoded_spatial_latent", vae->decodeTemporal(z, frames));
    }
}

} // namespace

Result<void> runVaeCase(const ReferenceCase& reference, CaseReport& report)
{
    const auto weights = reference.weights();
    if (!weights)
        return unexpected(weights.error());
    if (report.wants("image/"))
        if (auto ran = runImageGroup(reference, *weights, report); !ran)
            return ran;
    if (!reference.json().contains("video") || !report.wants("video"))
        return {};
    const auto& video = reference.json()["video"];
    // The published single-file layout: the parts' settings stand in one config.
    nlohmann::json json = video;
    auto config = models::VideoVaeConfig::fromJson(json, "case.json");
    if (!config)
        return unexpected(config.error());
    // As published: Open-Sora's own factor holds, whatever the spatial VAE's settings say.
    config->spatial.scalingFactor = reference.json().value("scaling_factor", config->spatial.scalingFactor);
    auto vae = models::loadVideoVae(*config, *weights, torch::kFloat32, "video.");
    if (!vae)
        return unexpected(vae.error());
    std::set<std::string> groups;
    for (const auto& tensor : reference.tensors())
        if (const auto slash = tensor.name.find('/'); slash != std::string::npos && tensor.name.starts_with("video"))
            groups.insert(tensor.name.substr(0, slash));
    for (const std::string& group : groups)
        if (report.wants(group + "/"))
            runVideoGroup(reference, *vae, group, report);
    return {};
}

} // namespace toca::verify
