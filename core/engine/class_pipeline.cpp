// SPDX-License-Identifier: Apache-2.0
#include "core/engine/class_pipeline.h"

#include "core/checkpoint/json_config.h"
#include "core/engine/checkpoint_sizes.h"
#include "core/engine/request_checks.h"
#include "core/models/dit/dit_layouts.h"
#include "core/schedulers/ddim.h"
#include "core/schedulers/ddpm.h"
#include "core/schedulers/respacing.h"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/torch.h>

namespace toca::engine {
namespace {

namespace fs = std::filesystem;

// facebookresearch/DiT: the process that every published model was trained with.
constexpr int kTrainingTimesteps = 1000;
// ToCa's published setting for DiT (arXiv 2410.05317).
constexpr int kDefaultSteps = 50;
constexpr double kDefaultGuidance = 1.5;

/// Names of the classes: "id2label" of a diffusers model_index.json.
Result<std::vector<std::string>> readClassNames(const fs::path& path, std::int64_t classes)
{
    std::error_code error;
    const fs::path folder = fs::is_directory(path, error) ? path : path.parent_path();
    const fs::path file = folder / "model_index.json";
    std::vector<std::string> names;
    if (!fs::exists(file, error))
        return names;
    auto json = checkpoint::readJsonFile(file);
    if (!json)
        return unexpected(json.error());
    const auto labels = json->is_object() ? json->find("id2label") : json->end();
    if (labels == json->end() || !labels->is_object())
        return names;
    for (std::int64_t i = 0; i < classes; ++i) {
        const auto label = labels->find(std::to_string(i));
        if (label == labels->end() || !label->is_string())
            return std::vector<std::string>{}; // half a list would name the wrong classes
        names.push_back(sanitizedPrompt(label->get<std::string>()));
    }
    return names;
}

/// Noise of ancestral steps: its own stream, so that the start noise does not depend on the sampler.
schedulers::StepNoise seededNoise(std::uint64_t seed)
{
    auto generator = at::detail::createCPUGenerator(seed ^ 0x9e3779b97f4a7c15ULL);
    return [generator](int, const torch::Tensor& like) mutable {
        return torch::randn(like.sizes(), generator, torch::kFloat32).to(like.device());
    };
}

} // namespace

ClassPipeline::ClassPipeline(fs::path path, PictureVae vae, FoundPart transformer, models::DitConfig config)
    : PicturePipeline(std::move(path), std::move(vae))
    , m_transformer(std::move(transformer))
    , m_config(config)
{
}

Result<std::unique_ptr<Pipeline>> ClassPipeline::open(const fs::path& path, const FoundParts& parts)
{
    const FoundPart& transformer = *parts.first(PartKind::Dit);
    const auto config = ditConfigOf(transformer);
    if (!config)
        return unexpected(config.error());
    auto vae = pictureVaeOf(parts, path, config->inChannels);
    if (!vae)
        return unexpected(vae.error());
    auto names = readClassNames(path, config->classes);
    if (!names)
        return unexpected(names.error());
    auto pipeline = std::unique_ptr<ClassPipeline>(new ClassPipeline(path, std::move(*vae), transformer, *config));
    pipeline->m_classNames = std::move(*names);
    auto notes = readModelNotes(path);
    if (!notes)
        return unexpected(notes.error());
    pipeline->m_notes = *std::move(notes);
    return std::unique_ptr<Pipeline>(std::move(pipeline));
}

Result<ModelInfo> ClassPipeline::describe() const
{
    ModelInfo info;
    info.path = m_path.string();
    info.name = m_path.filename().empty() ? m_path.parent_path().filename().string() : m_path.filename().string();
    info.family = "dit";
    info.shape = m_config.shape();
    info.shape.spatialDownsample = m_vae.downsample();
    info.parts = {describePart(m_transformer), describePart(m_vae.part())};
    info.steps = kDefaultSteps;
    info.guidanceScale = kDefaultGuidance;
    info.frames = 1;
    info.width = info.height = static_cast<int>(m_config.inputSize * m_vae.downsample());
    info.sizeMultiple = info.width;
    info.takesCondition = false;
    info.takesNegativePrompt = false;
    info.takesPrompt = false;
    info.samplers = {"ddim", "ddpm"};
    info.classNames = m_classNames;
    m_notes.applyTo(info);
    return info;
}

Result<plan::Geometry> ClassPipeline::geometry(const GenerationRequest& request) const
{
    const std::string range = "from 0 to " + std::to_string(m_config.classes - 1);
    if (!request.prompt.empty() || !request.negativePrompt.empty())
        return unexpected(ErrorCode::InvalidArgument,
            "This model makes pictures of a class and reads no prompt; leave the prompt out and name a class " + range
                + " (--class).");
    if (request.classLabel < 0 || request.classLabel >= m_config.classes)
        return unexpected(ErrorCode::InvalidArgument,
            (request.classLabel < 0 ? "This model needs a class: name one "
                                    : "There is no class " + std::to_string(request.classLabel) + "; name one ")
                + range + " (--class).");
    const bool isGuided = request.guidanceScale != 1.0;
    if (isGuided && !m_config.hasNullClass)
        return unexpected(ErrorCode::InvalidArgument,
            "This model was trained without the empty class that guidance needs; set the guidance scale to 1.");
    plan::ModelShape shape = m_config.shape();
    shape.spatialDownsample = m_vae.downsample();
    return plan::geometryFor(
        shape, request.frames, request.width, request.height, /*textTokens=*/0, /*prompts=*/1, isGuided);
}

Result<std::unique_ptr<schedulers::Sampler>> ClassPipeline::sampler(
    const GenerationRequest& request, torch::Device device) const
{
    if (auto known = checkSampler(request, {"ddim", "ddpm"}); !known)
        return unexpected(known.error());
    auto kept = schedulers::keptTimesteps(kTrainingTimesteps, std::to_string(request.steps));
    if (!kept)
        return unexpected(kept.error());
    auto diffusion = std::make_shared<const schedulers::GaussianDiffusion>(
        schedulers::respacedDiffusion(schedulers::linearBetas(kTrainingTimesteps), *kept));
    if (request.sampler != "ddpm")
        return std::unique_ptr<schedulers::Sampler>(
            std::make_unique<schedulers::DdimSampler>(std::move(diffusion), /*eta=*/0.0, device));
    if (!m_config.predictsSigma)
        return unexpected(
            ErrorCode::Unsupported, "This model does not predict the variance that the sampler ddpm needs; use ddim.");
    return std::unique_ptr<schedulers::Sampler>(
        std::make_unique<schedulers::DdpmSampler>(std::move(diffusion), seededNoise(request.seed), device));
}

std::int64_t ClassPipeline::weightBytes(torch::ScalarType type) const
{
    return transformerWeightBytes(describePart(m_transformer), type) + 4 * describePart(m_vae.part()).parameters;
}

void ClassPipeline::setDevice(torch::Device device)
{
    m_device = device;
    m_denoiser.reset();
    m_vae.unload();
}

void ClassPipeline::setWeightType(torch::ScalarType type)
{
    m_denoiser.reset();
    m_weightType = type;
}

Result<void> ClassPipeline::load(const std::function<bool()>& keepGoing)
{
    if (!m_denoiser) {
        const auto weights = models::withPublishedDitNames(m_transformer.checkpoint);
        if (!weights)
            return unexpected(weights.error());
        auto model = models::loadDit(m_config, *weights, m_weightType);
        if (!model)
            return unexpected(model.error());
        (*model)->to(m_device);
        models::packLinears(**model);
        m_denoiser = std::make_unique<models::DitDenoiser>(*model);
    }
    if (!keepGoing())
        return unexpected(ErrorCode::Cancelled, "The run was cancelled.");
    return m_vae.load(m_device);
}

Result<models::Conditions> ClassPipeline::conditions(const GenerationRequest& request, const plan::Geometry& geometry)
{
    std::vector<std::int64_t> labels{request.classLabel};
    if (geometry.guidanceRows == 2)
        labels.push_back(m_config.classes); // the empty class
    models::Conditions conditions;
    conditions.labels = torch::tensor(labels, torch::kInt64).to(m_device);
    return conditions;
}

} // namespace toca::engine
