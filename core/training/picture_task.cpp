// SPDX-License-Identifier: Apache-2.0
#include "core/training/picture_task.h"

#include "core/base/printable.h"
#include "core/engine/checkpoint_sizes.h"
#include "core/engine/picture_pipeline.h"
#include "core/engine/text_encoder_part.h"
#include "core/models/dit/dit.h"
#include "core/models/dit/dit_layouts.h"
#include "core/models/pixart/pixart.h"
#include "core/models/pixart/pixart_layouts.h"
#include "core/models/vae/autoencoder_kl.h"
#include "core/training/model_export.h"
#include "core/training/random.h"
#include "core/world/grammar.h"

#include <torch/torch.h>

#include <algorithm>

namespace toca::training {
namespace {

constexpr std::int64_t kFirstPictures = 2048, kPicturesPerStep = 16, kHeldOutPictures = 96;
constexpr std::uint64_t kHeldOutNoise = 99;

std::int64_t picturesAt(std::int64_t step, const LatentStore& store)
{
    const std::int64_t wanted = kFirstPictures + step * kPicturesPerStep, piece = LatentStore::kClipsPerPiece;
    return std::min(store.count(), (wanted + piece - 1) / piece * piece);
}

const std::vector<std::string> kNotMatrices{"shared", "relative_attention_bias", "final_layer", "x_embedder",
    "scale_shift_table", "embedding_table", "pos_embed"};

} // namespace

Result<std::unique_ptr<PictureTask>> PictureTask::open(const TrainingRequest& request, const engine::FoundParts& parts,
    const std::filesystem::path& cacheFolder, const Told& told)
{
    if (request.smallSteps > 0)
        return unexpected(ErrorCode::Unsupported,
            "Picture models have one size: leave --small-steps away, which is for video models and VAEs.");
    std::unique_ptr<PictureTask> task(new PictureTask(request, told));
    if (auto loaded = task->loadTransformer(parts); !loaded)
        return unexpected(loaded.error());
    if (auto opened = task->openData(parts, cacheFolder, told); !opened)
        return unexpected(opened.error());
    return task;
}

Result<void> PictureTask::loadTransformer(const engine::FoundParts& parts)
{
    const auto below = [&](const std::filesystem::path& path) {
        const auto relative = std::filesystem::relative(path, m_request.init);
        return relative.has_extension() ? relative.parent_path() : relative;
    };
    if (const auto* part = parts.first(engine::PartKind::Dit)) {
        auto config = engine::ditConfigOf(*part);
        if (!config)
            return unexpected(config.error());
        const auto weights = models::withPublishedDitNames(part->checkpoint);
        if (!weights)
            return unexpected(weights.error());
        auto model = models::loadDit(*config, *weights);
        if (!model)
            return unexpected(model.error());
        m_dit = *config;
        m_module = model->ptr();
        m_denoiser = std::make_unique<models::DitDenoiser>(*model);
        m_transformerPath = below(part->path);
        m_parameters = makeTrainable(*m_module, "transformer/", {"pos_embed"}, kNotMatrices);
        return {};
    }
    const auto* part = parts.first(engine::PartKind::Pixart);
    auto config = engine::pixartConfigOf(*part);
    if (!config)
        return unexpected(config.error());
    const auto weights = models::withPublishedPixartNames(part->checkpoint);
    if (!weights)
        return unexpected(weights.error());
    auto model = models::loadPixart(*config, *weights);
    if (!model)
        return unexpected(model.error());
    m_pixart = *config;
    m_module = model->ptr();
    m_nullText = (*model)->nullEmbedding();
    m_denoiser = std::make_unique<models::PixartDenoiser>(*model);
    m_transformerPath = below(part->path);
    m_parameters = makeTrainable(*m_module, "transformer/", {}, kNotMatrices);

    models::TokenizerOptions tokenizer; // as the pipeline reads prompts
    tokenizer.maxLength = config->maxTextTokens;
    tokenizer.lowercase = true;
    tokenizer.strip = true;
    const auto found = engine::TextEncoderPart::find(parts, m_request.init, tokenizer);
    if (!found)
        return unexpected(found.error());
    auto text = CaptionEncoder::open(found->config(), found->weights(), found->tokenizerFile(), tokenizer);
    if (!text)
        return unexpected(text.error());
    m_text = std::make_unique<CaptionEncoder>(*std::move(text));
    m_textPath = below(found->weights());
    if (m_request.part == TrainedPart::TextAndTransformer) {
        const auto more = makeTrainable(*m_text->encoder(), "text_encoder/", {}, kNotMatrices);
        m_parameters.insert(m_parameters.end(), more.begin(), more.end());
    }
    return {};
}

Result<void> PictureTask::openData(
    const engine::FoundParts& parts, const std::filesystem::path& cacheFolder, const Told& told)
{
    const std::int64_t channels = m_dit ? m_dit->inChannels : m_pixart->inChannels;
    auto found = engine::pictureVaeOf(parts, m_request.init, channels);
    if (!found)
        return unexpected(found.error());
    auto vae = models::loadAutoencoderKl(found->config(), found->part().checkpoint);
    if (!vae)
        return unexpected(vae.error());
    const auto config = found->config();
    const auto side = static_cast<int>((m_dit ? m_dit->inputSize : m_pixart->inputSize) * config.downsample());
    const ClipSize size{
        m_request.width > 0 ? m_request.width : side, m_request.height > 0 ? m_request.height : side, 1};
    const std::int64_t patch = m_dit ? m_dit->patchSize : m_pixart->patchSize;
    if ((m_dit && (size.width != side || size.height != side)) || size.width % (patch * config.downsample()) != 0
        || size.height % (patch * config.downsample()) != 0)
        return unexpected(ErrorCode::InvalidArgument,
            "This model cannot be trained at " + std::to_string(size.width) + "x" + std::to_string(size.height)
                + " pixels; its own size is " + std::to_string(side) + "x" + std::to_string(side) + ".");
    const std::string identity = weightsIdentity(**vae);
    const auto store = [&](const std::string& name, std::shared_ptr<const ClipSource> source, bool mirrors) {
        LatentEncoder encoder{identity,
            {channels, 1, size.height / config.downsample(), size.width / config.downsample()},
            [vae = *vae, config](
                const torch::Tensor& pixels, const std::stop_token& stop) mutable -> Result<torch::Tensor> {
                if (stop.stop_requested())
                    return unexpected(ErrorCode::Cancelled, "Encoding was cancelled.");
                const auto mean = vae->encode(pixels.squeeze(2)).mean;
                return ((mean - config.shiftFactor) * config.scalingFactor).unsqueeze(2).to(torch::kFloat32);
            }};
        return std::make_unique<LatentStore>(cacheFolder,
            name + "-" + std::to_string(size.width) + "x" + std::to_string(size.height), std::move(source), size,
            mirrors, std::move(encoder));
    };
    if (m_request.data.empty()) {
        const double pairShare = m_dit ? 0.0 : 0.22; // a class is one object
        if (m_dit && m_dit->classes != static_cast<std::int64_t>(world::objectNames().size()))
            return unexpected(ErrorCode::InvalidArgument,
                "The world has " + std::to_string(world::objectNames().size()) + " classes, this DiT "
                    + std::to_string(m_dit->classes) + ". Start a new one with --new dit.");
        m_pictures = store("stills", worldClips(kTrainingSeeds, m_request.clips, size, pairShare), false);
        m_heldOut = store("held-out-stills", worldClips(kValidationSeeds, kHeldOutPictures, size, pairShare), false);
        return {};
    }
    if (m_dit)
        return unexpected(ErrorCode::Unsupported,
            "A DiT is trained on the classes of the world; files have captions but no classes. Leave --data away.");
    auto files = folderClips(m_request.data, 1);
    if (!files)
        return unexpected(files.error());
    for (const auto& warning : files->warnings)
        told(warning);
    // Of a video the first picture is shown.
    auto source = files->pictures->count() > 0 ? std::move(files->pictures) : std::move(files->clips);
    m_pictures = store("pictures", std::move(source), m_request.mirrors);
    m_heldOut = store("held-out-pictures", std::move(files->heldOut), false);
    return {};
}

Result<void> PictureTask::prepare(std::int64_t step, std::stop_token stop)
{
    if (auto made = m_heldOut->make(m_heldOut->count(), stop, {}); !made)
        return made;
    constexpr std::int64_t kEvery = 512; // pictures are many, and soon encoded
    const std::int64_t wanted = picturesAt(step, *m_pictures), before = m_pictures->ready();
    return m_pictures->make(wanted, stop, [&](std::int64_t ready) {
        if (wanted - before > kEvery && m_told && (ready % kEvery == 0 || ready >= wanted))
            m_told("Encoded " + std::to_string(ready) + " of " + std::to_string(m_pictures->count()) + " pictures.");
    });
}

PictureTask::Batch PictureTask::batchOf(const LatentStore& store, const std::vector<std::int64_t>& indices,
    const std::vector<bool>& isMirrored, const std::vector<std::uint64_t>& wordings) const
{
    Batch batch;
    batch.latents = store.gather(indices, isMirrored).squeeze(2);
    std::vector<std::int64_t> labels;
    for (std::size_t i = 0; i < indices.size(); ++i) {
        if (readsCaptions())
            batch.captions.push_back(store.source().caption(indices[i], wordings[i], isMirrored[i]));
        labels.push_back(store.source().label(indices[i]));
    }
    batch.labels = torch::tensor(labels, torch::kInt64);
    batch.weights = store.objectWeights(indices, m_request.objectWeight);
    if (batch.weights.defined())
        batch.weights = batch.weights.squeeze(2);
    return batch;
}

torch::Tensor PictureTask::prediction(
    const Batch& batch, const torch::Tensor& noisy, const torch::Tensor& t, const torch::Tensor& dropped)
{
    const std::int64_t rows = noisy.size(0);
    models::Conditions conditions;
    std::int64_t length = 0;
    if (readsCaptions()) {
        auto [features, mask] = m_text->encode(batch.captions, m_request.part == TrainedPart::TextAndTransformer);
        length = features.size(1);
        if (dropped.defined() && m_nullText.defined())
            features = torch::where(dropped.view({-1, 1, 1}), m_nullText.narrow(0, 0, length).unsqueeze(0), features);
        conditions.text = features.unsqueeze(1);
        conditions.mask = mask;
        const auto& size = m_pictures->size();
        conditions.height = torch::full({rows}, static_cast<double>(size.height), torch::kFloat32);
        conditions.width = torch::full({rows}, static_cast<double>(size.width), torch::kFloat32);
    } else {
        conditions.labels = dropped.defined() && m_dit->hasNullClass
            ? torch::where(dropped, torch::full_like(batch.labels, m_dit->classes), batch.labels)
            : batch.labels;
    }
    const auto geometry = m_dit ? m_dit->geometry(static_cast<int>(rows), 1)
                                : m_pixart->geometry(noisy.size(2), noisy.size(3), length, static_cast<int>(rows), 1);
    auto session = cache::CachingSession::uncached(geometry);
    return m_denoiser
        ->predict(noisy.unsqueeze(2), t.to(torch::kFloat32), conditions,
            cache::RowRange::of(geometry, plan::Stream::Joint), session)
        .squeeze(2);
}

StepLoss PictureTask::loss(const StepContext& context)
{
    auto generator = generatorFor(context.dataSeed, static_cast<std::uint64_t>(context.step));
    const auto whole = torch::TensorOptions(torch::kInt64);
    const std::int64_t rows = m_request.batch;
    const auto drawn = torch::randint(picturesAt(context.step, *m_pictures), {rows}, generator, whole);
    const auto draws = torch::randint(std::int64_t{1} << 62, {rows}, generator, whole);
    std::vector<std::int64_t> indices;
    std::vector<bool> isMirrored;
    std::vector<std::uint64_t> wordings;
    for (std::int64_t i = 0; i < rows; ++i) {
        indices.push_back(drawn[i].item<std::int64_t>());
        wordings.push_back(static_cast<std::uint64_t>(draws[i].item<std::int64_t>()));
        isMirrored.push_back(m_pictures->mirrors() && wordings.back() % 2 == 1);
    }
    const Batch batch = batchOf(*m_pictures, indices, isMirrored, wordings);
    const auto t = m_request.asVelocity ? m_loss.stepsAt(m_levels.draw(rows, generator))
                                        : torch::randint(m_loss.steps(), {rows}, generator, whole);
    const auto noise = torch::randn(batch.latents.sizes(), generator, batch.latents.options());
    const auto dropped =
        torch::rand({rows}, generator, torch::TensorOptions(torch::kFloat32)).lt(m_request.captionDropout);
    const auto noisy = m_loss.input(batch.latents, noise, t);
    const LossWeights weights{batch.weights, m_request.asVelocity};
    return {m_loss(prediction(batch, noisy, t, dropped), batch.latents, noisy, noise, t, /*perRow=*/false, weights),
        rows, "picture"};
}

Result<double> PictureTask::validationLoss()
{
    if (auto made = m_heldOut->make(m_heldOut->count(), {}, {}); !made)
        return unexpected(made.error());
    constexpr std::int64_t kAtOnce = 32;
    auto generator = generatorFor(kHeldOutNoise, 0);
    double sum = 0;
    for (std::int64_t first = 0; first < m_heldOut->count(); first += kAtOnce) {
        const std::int64_t rows = std::min(kAtOnce, m_heldOut->count() - first);
        std::vector<std::int64_t> indices;
        for (std::int64_t i = 0; i < rows; ++i)
            indices.push_back(first + i);
        const Batch batch = batchOf(*m_heldOut, indices, std::vector<bool>(indices.size(), false),
            std::vector<std::uint64_t>(indices.size(), 0));
        // Evenly over all noise levels.
        const auto t = ((torch::arange(rows, torch::kInt64) * 2 + 1) * m_loss.steps()).div(2 * rows, "floor");
        const auto noise = torch::randn(batch.latents.sizes(), generator, batch.latents.options());
        const auto noisy = m_loss.input(batch.latents, noise, t);
        sum += m_loss(prediction(batch, noisy, t, {}), batch.latents, noisy, noise, t, /*perRow=*/true)
                   .sum()
                   .item<double>();
    }
    return sum / static_cast<double>(std::max<std::int64_t>(1, m_heldOut->count()));
}

Result<void> PictureTask::exportModel(const std::filesystem::path& folder)
{
    if (auto copied = copyModelFolder(m_request.init, folder); !copied)
        return copied;
    auto written = exportWeights(*m_module, folder / m_transformerPath / "model.safetensors");
    if (written && readsCaptions() && m_request.part == TrainedPart::TextAndTransformer)
        written = exportWeights(*m_text->encoder(), folder / m_textPath / "model.safetensors");
    return written;
}

std::vector<SampleSubject> PictureTask::samples(int count) const
{
    std::vector<SampleSubject> subjects;
    for (std::int64_t i = 0; i < std::min<std::int64_t>(count, m_heldOut->count()); ++i) {
        SampleSubject subject;
        if (readsCaptions())
            subject.prompt = m_heldOut->source().caption(i, 0, false);
        else
            subject.label = static_cast<int>(m_heldOut->source().label(i));
        subjects.push_back(std::move(subject));
    }
    return subjects;
}

} // namespace toca::training
