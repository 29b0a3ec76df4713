// SPDX-License-Identifier: Apache-2.0
#include "core/training/video_task.h"

#include "core/engine/video_model.h"
#include "core/training/model_export.h"
#include "core/training/random.h"

#include <torch/torch.h>

#include <algorithm>

namespace toca::training {
namespace {

/// Clips that are encoded before the first step, and by how many the set grows with each further step: training does
/// not wait for all of them.
constexpr std::int64_t kFirstClips = 512, kClipsPerStep = 2;
constexpr std::int64_t kPicturesAtOnce = 17; ///< that the spatial VAE encodes
constexpr std::int64_t kHeldOutClips = 48, kHeldOutBatch = 8;
/// Noise levels of the validation, one for each clip of a batch.
constexpr float kHeldOutLevels[kHeldOutBatch] = {0.05F, 0.2F, 0.4F, 0.6F, 0.75F, 0.85F, 0.92F, 0.98F};
constexpr std::uint64_t kHeldOutNoise = 99;

/// First and last layers and everything that is no weight matrix is left to AdamW.
const std::vector<std::string> kNotMatrices{
    "shared", "relative_attention_bias", "final_layer", "x_embedder", "scale_shift_table"};

std::vector<bool> drawBools(std::int64_t count, double share, at::Generator& generator)
{
    const auto drawn = torch::rand({count}, generator, torch::TensorOptions(torch::kFloat32)).lt(share);
    std::vector<bool> result;
    for (std::int64_t i = 0; i < count; ++i)
        result.push_back(drawn[i].item<bool>());
    return result;
}

} // namespace

VideoTask::VideoTask(const TrainingRequest& request, engine::ModelFolder folder, Told told)
    : m_request(request)
    , m_folder(std::move(folder))
    , m_told(std::move(told))
{
    m_levels.location = request.noiseLocation;
}

Result<std::unique_ptr<VideoTask>> VideoTask::open(
    const TrainingRequest& request, const std::filesystem::path& cacheFolder, Told told)
{
    if (request.asVelocity)
        return unexpected(
            ErrorCode::InvalidArgument, "Video models predict the velocity anyhow: leave --as-velocity away.");
    auto folder = engine::ModelFolder::open(request.init);
    if (!folder)
        return unexpected(folder.error());
    std::unique_ptr<VideoTask> task(new VideoTask(request, *std::move(folder), std::move(told)));
    if (auto loaded = task->load(); !loaded)
        return unexpected(loaded.error());
    if (auto opened = task->openData(cacheFolder); !opened)
        return unexpected(opened.error());
    return task;
}

Result<void> VideoTask::load()
{
    auto transformer = checkpoint::Checkpoint::open(m_folder.transformerPath);
    if (!transformer)
        return unexpected(transformer.error());
    auto model = models::loadStdit3(m_folder.transformer, *transformer);
    if (!model)
        return unexpected(model.error());
    m_transformer = *model;
    auto text = CaptionEncoder::open(
        m_folder.textEncoder, m_folder.textEncoderPath, m_folder.tokenizerFile, m_folder.tokenizer);
    if (!text)
        return unexpected(text.error());
    m_text = std::make_unique<CaptionEncoder>(*std::move(text));

    m_parameters = makeTrainable(*m_transformer, "transformer/", {"rope.freqs"}, kNotMatrices);
    if (m_request.part == TrainedPart::TextAndTransformer) {
        const auto more = makeTrainable(*m_text->encoder(), "text_encoder/", {}, kNotMatrices);
        m_parameters.insert(m_parameters.end(), more.begin(), more.end());
    }
    return {};
}

Result<void> VideoTask::openData(const std::filesystem::path& cacheFolder)
{
    auto folder = m_folder;
    folder.vae.microBatchSize = kPicturesAtOnce;
    engine::VideoModel parts(std::move(folder), torch::kCPU);
    if (auto loaded = parts.loadVae(); !loaded)
        return loaded;
    m_vae = parts.vae();
    const std::string identity = weightsIdentity(*m_vae);
    const ClipSize whole{m_request.width > 0 ? m_request.width : m_folder.width,
        m_request.height > 0 ? m_request.height : m_folder.height, m_folder.frames};
    const auto multiple = static_cast<int>(m_vae->spatialDownsample() * m_folder.transformer.patchSize[1]);
    for (const std::size_t level : {0, 1}) {
        if (level == 0 && m_request.smallSteps == 0)
            continue;
        const int divisor = level == 0 ? 2 : 1;
        const ClipSize size{whole.width / divisor, whole.height / divisor, whole.frames};
        if (size.width % multiple != 0 || size.height % multiple != 0 || size.width < multiple
            || size.height < multiple)
            return unexpected(ErrorCode::InvalidArgument,
                "The size " + std::to_string(size.width) + "x" + std::to_string(size.height)
                    + " is no multiple of the model's patches of " + std::to_string(multiple) + " pixels.");
        // The world has no end of new clips: mirrored ones would only cost time.
        const bool mirrors = m_request.mirrors && !m_request.data.empty();
        const auto store = [&](const std::string& name, std::shared_ptr<const ClipSource> source, ClipSize of,
                               bool mirrored) {
            const std::string file = name + "-" + std::to_string(of.width) + "x" + std::to_string(of.height);
            const auto [frames, rows, columns] = m_vae->latentSize(of.frames, of.height, of.width);
            LatentEncoder encoder{identity, {m_vae->latentChannels(), frames, rows, columns},
                [vae = m_vae](const torch::Tensor& pixels, const std::stop_token& stop) mutable {
                    return vae->encode(pixels, {}, {}, [&](int, int) { return !stop.stop_requested(); });
                }};
            return std::make_unique<LatentStore>(
                cacheFolder, file, std::move(source), of, mirrored, std::move(encoder));
        };
        Stores& stores = m_stores[level];
        if (m_request.data.empty()) {
            stores.clips = store("world", worldClips(kTrainingSeeds, m_request.clips, size), size, false);
            stores.heldOut = store("held-out", worldClips(kValidationSeeds, kHeldOutClips, size), size, false);
            continue;
        }
        auto found = folderClips(m_request.data, size.frames);
        if (!found)
            return unexpected(found.error());
        if (m_told && level == 1)
            for (const auto& warning : found->warnings)
                m_told(warning);
        const ClipSize still{size.width, size.height, 1};
        if (found->clips->count() > 0)
            stores.clips = store("clips", std::move(found->clips), size, mirrors);
        if (found->pictures->count() > 0)
            stores.pictures = store("pictures", std::move(found->pictures), still, mirrors);
        stores.heldOut = store("held-out", std::move(found->heldOut), stores.clips ? size : still, false);
    }
    return {};
}

std::int64_t VideoTask::clipsAt(std::int64_t step, const LatentStore& store)
{
    const std::int64_t wanted = kFirstClips + step * kClipsPerStep, piece = LatentStore::kClipsPerPiece;
    return std::min(store.count(), (wanted + piece - 1) / piece * piece);
}

Result<void> VideoTask::prepare(std::int64_t step, std::stop_token stop)
{
    Stores& stores = storesAt(step);
    for (auto* store : {stores.heldOut.get(), stores.clips.get(), stores.pictures.get()}) {
        if (!store)
            continue;
        const auto told = [&](std::int64_t ready) {
            if (m_told && store != stores.heldOut.get())
                m_told("Encoded " + std::to_string(ready) + " of " + std::to_string(store->count()) + " clips.");
        };
        const std::int64_t wanted = store == stores.heldOut.get() ? store->count() : clipsAt(step, *store);
        if (auto made = store->make(wanted, stop, told); !made)
            return made;
    }
    return {};
}

VideoTask::Batch VideoTask::draw(
    const LatentStore& store, std::int64_t of, std::int64_t count, bool picksFrame, at::Generator& generator) const
{
    const auto options = torch::TensorOptions(torch::kInt64);
    const auto drawn = torch::randint(of, {count}, generator, options);
    const auto wordings = torch::randint(std::int64_t{1} << 62, {count}, generator, options);
    const auto isMirrored = drawBools(count, store.mirrors() ? 0.5 : 0.0, generator);
    std::vector<std::int64_t> indices(drawn.data_ptr<std::int64_t>(), drawn.data_ptr<std::int64_t>() + count);
    Batch batch;
    batch.size = store.size();
    batch.latents = store.gather(indices, isMirrored);
    batch.weights = store.objectWeights(indices, m_request.objectWeight);
    if (picksFrame && batch.latents.size(2) > 1) {
        const auto frames = torch::randint(batch.latents.size(2), {count}, generator, options);
        const auto picked = [&](const torch::Tensor& all) {
            return all.index({torch::arange(count), torch::indexing::Slice(), frames}).unsqueeze(2);
        };
        batch.latents = picked(batch.latents);
        if (batch.weights.defined())
            batch.weights = picked(batch.weights);
    }
    for (std::int64_t i = 0; i < count; ++i)
        batch.captions.push_back(store.source().caption(indices[static_cast<std::size_t>(i)],
            static_cast<std::uint64_t>(wordings[i].item<std::int64_t>()), isMirrored[static_cast<std::size_t>(i)]));
    return batch;
}

torch::Tensor VideoTask::velocity(
    const Batch& batch, const torch::Tensor& noise, const torch::Tensor& t, const torch::Tensor& dropped)
{
    const auto rows = static_cast<std::int64_t>(batch.captions.size());
    auto [features, mask] = m_text->encode(batch.captions, m_request.part == TrainedPart::TextAndTransformer);
    const std::int64_t length = features.size(1);
    if (dropped.defined()) {
        const auto null = m_transformer->nullEmbedding().narrow(0, 0, length).unsqueeze(0);
        features = torch::where(dropped.view({-1, 1, 1}), null, features);
    }
    models::Stdit3Input input;
    input.x = flowInput(batch.latents, noise, t);
    input.timestep = t * 1000;
    input.y = features.unsqueeze(1);
    input.mask = mask;
    input.fps = torch::full({rows}, m_folder.fps, torch::kFloat32);
    input.height = torch::full({rows}, static_cast<double>(batch.size.height), torch::kFloat32);
    input.width = torch::full({rows}, static_cast<double>(batch.size.width), torch::kFloat32);
    auto session = cache::CachingSession::uncached(m_folder.transformer.geometry(
        input.x.size(2), input.x.size(3), input.x.size(4), length, static_cast<int>(rows), /*guidanceRows=*/1));
    return m_transformer->forward(input, session);
}

StepLoss VideoTask::loss(const StepContext& context)
{
    Stores& stores = storesAt(context.step);
    auto generator = generatorFor(context.dataSeed, static_cast<std::uint64_t>(context.step));
    const auto bits = [&](std::uint64_t which) {
        return unitInterval(mixed({context.dataSeed, static_cast<std::uint64_t>(context.step), which}));
    };
    const bool isImage = !stores.clips || bits(1) < m_request.imageShare;
    const bool isPicture = isImage && stores.pictures
        && (!stores.clips
            || bits(2) * static_cast<double>(stores.clips->count() + stores.pictures->count())
                >= static_cast<double>(stores.clips->count()));
    const LatentStore& store = isPicture ? *stores.pictures : *stores.clips;
    // As many tokens as a batch of clips.
    const std::int64_t latentFrames = m_vae->latentFrames(m_folder.frames);
    // What may be drawn depends on the step alone, not on what happens to be on disk.
    const Batch batch = draw(store, clipsAt(context.step, store),
        isImage ? m_request.batch * latentFrames : m_request.batch, isImage, generator);
    const std::int64_t rows = batch.latents.size(0);
    const auto t = m_levels.draw(rows, generator);
    const auto noise = torch::randn(batch.latents.sizes(), generator, batch.latents.options());
    const auto dropped =
        torch::rand({rows}, generator, torch::TensorOptions(torch::kFloat32)).lt(m_request.captionDropout);
    const auto prediction = velocity(batch, noise, t, dropped);
    const auto loss = batch.weights.defined() ? weightedFlowLoss(prediction, batch.latents, noise, batch.weights)
                                              : flowLoss(prediction, batch.latents, noise);
    return {loss, rows, isImage ? "image" : "video"};
}

VideoTask::Batch VideoTask::heldOut(std::int64_t first, std::int64_t count)
{
    // The model's own size: what it is for.
    const LatentStore& store = *m_stores[1].heldOut;
    std::vector<std::int64_t> indices;
    Batch batch;
    for (std::int64_t i = first; i < first + count; ++i) {
        indices.push_back(i);
        batch.captions.push_back(store.source().caption(i, 0, false));
    }
    batch.latents = store.gather(indices, std::vector<bool>(indices.size(), false));
    batch.size = store.size();
    return batch;
}

Result<double> VideoTask::validationLoss()
{
    LatentStore& store = *m_stores[1].heldOut;
    if (auto made = store.make(store.count(), {}, {}); !made)
        return unexpected(made.error());
    auto generator = generatorFor(kHeldOutNoise, 0);
    double sum = 0;
    std::int64_t counted = 0;
    for (std::int64_t first = 0; first < store.count(); first += kHeldOutBatch) {
        const std::int64_t count = std::min(kHeldOutBatch, store.count() - first);
        const Batch batch = heldOut(first, count);
        const auto noise = torch::randn(batch.latents.sizes(), generator, batch.latents.options());
        const auto t = torch::tensor(std::vector<float>(kHeldOutLevels, kHeldOutLevels + count));
        sum += flowLoss(velocity(batch, noise, t, {}), batch.latents, noise, /*perRow=*/true).sum().item<double>();
        counted += count;
    }
    return sum / static_cast<double>(std::max<std::int64_t>(1, counted));
}

Result<void> VideoTask::exportModel(const std::filesystem::path& folder)
{
    if (auto copied = copyModelFolder(m_folder.path, folder); !copied)
        return copied;
    auto written = exportWeights(*m_transformer, folder / "transformer" / "model.safetensors");
    if (written && m_request.part == TrainedPart::TextAndTransformer)
        written = exportWeights(*m_text->encoder(), folder / "text_encoder" / "model.safetensors");
    return written;
}

std::vector<SampleSubject> VideoTask::samples(int count) const
{
    const LatentStore& store = *m_stores[1].heldOut;
    std::vector<SampleSubject> subjects;
    for (std::int64_t i = 0; i < std::min<std::int64_t>(count, store.count()); ++i)
        subjects.push_back({store.source().caption(i, 0, false), -1});
    return subjects;
}

} // namespace toca::training
