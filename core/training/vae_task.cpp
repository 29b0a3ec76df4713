// SPDX-License-Identifier: Apache-2.0
#include "core/training/vae_task.h"

#include "core/engine/video_model.h"
#include "core/models/vae/frames.h"
#include "core/training/model_export.h"
#include "core/training/random.h"

#include <torch/torch.h>

#include <algorithm>

namespace toca::training {
namespace {

constexpr std::int64_t kFirstClips = 256, kClipsPerStep = 1, kHeldOutClips = 32;
/// Weights beside the absolute error: of its image gradients, and of the divergence from a standard normal latent.
constexpr double kEdges = 0.5, kDivergence = 2e-4;
constexpr double kRounding = 1e-3; ///< where the absolute error becomes a square (Charbonnier)
/// Every so many steps mirrored latents are decoded against the mirrored picture, so that latents may be mirrored.
constexpr std::int64_t kMirrorEvery = 4;

torch::Tensor roundedAbsolute(const torch::Tensor& difference)
{
    return (difference.square() + kRounding * kRounding).sqrt();
}

torch::Tensor perRow(const torch::Tensor& values)
{
    return values.flatten(1).mean(1);
}

torch::Tensor divergence(const models::Posterior& posterior)
{
    return perRow(0.5 * (posterior.mean.square() + posterior.logvar.exp() - 1 - posterior.logvar));
}

torch::Tensor sampled(const models::Posterior& posterior, at::Generator* generator)
{
    if (!generator)
        return posterior.mean;
    return posterior.sample(
        torch::randn(posterior.mean.sizes(), *generator, posterior.mean.options().requires_grad(false)));
}

std::int64_t clipsAt(std::int64_t step, const LatentStore& store)
{
    const std::int64_t wanted = kFirstClips + step * kClipsPerStep, piece = LatentStore::kClipsPerPiece;
    return std::min(store.count(), (wanted + piece - 1) / piece * piece);
}

std::vector<std::int64_t> drawn(std::int64_t of, std::int64_t count, at::Generator& generator)
{
    const auto numbers = torch::randint(of, {count}, generator, torch::TensorOptions(torch::kInt64));
    return {numbers.data_ptr<std::int64_t>(), numbers.data_ptr<std::int64_t>() + count};
}

std::vector<std::int64_t> firstOnes(std::int64_t begin, std::int64_t end)
{
    std::vector<std::int64_t> indices;
    for (std::int64_t i = begin; i < end; ++i)
        indices.push_back(i);
    return indices;
}

} // namespace

VaeTask::VaeTask(const TrainingRequest& request, engine::ModelFolder folder)
    : m_request(request)
    , m_folder(std::move(folder))
{
}

Result<std::unique_ptr<VaeTask>> VaeTask::open(
    const TrainingRequest& request, const std::filesystem::path& cacheFolder, const Told& told)
{
    auto folder = engine::ModelFolder::open(request.init);
    if (!folder)
        return unexpected(folder.error());
    std::unique_ptr<VaeTask> task(new VaeTask(request, *std::move(folder)));
    engine::VideoModel parts(task->m_folder, torch::kCPU);
    if (auto loaded = parts.loadVae(); !loaded)
        return unexpected(loaded.error());
    task->m_vae = parts.vae();
    if (auto opened = task->openData(cacheFolder, told); !opened)
        return unexpected(opened.error());
    task->m_parameters = task->isSpatial() ? makeTrainable(*task->m_vae->spatial(), "spatial_vae/", {}, {})
                                           : makeTrainable(*task->m_vae->temporal(), "temporal_vae/", {}, {});
    return task;
}

Result<void> VaeTask::openData(const std::filesystem::path& cacheFolder, const Told& told)
{
    m_size = {m_request.width > 0 ? m_request.width : m_folder.width,
        m_request.height > 0 ? m_request.height : m_folder.height, isSpatial() ? 1 : m_folder.frames};
    const auto multiple = static_cast<int>(m_vae->spatialDownsample());
    const int divisor = isSpatial() && m_request.smallSteps > 0 ? 2 * multiple : multiple;
    if (m_size.width % divisor != 0 || m_size.height % divisor != 0)
        return unexpected(ErrorCode::InvalidArgument,
            "The size " + std::to_string(m_size.width) + "x" + std::to_string(m_size.height) + " is no multiple of "
                + std::to_string(divisor) + " pixels.");
    if (m_request.data.empty()) {
        m_source = worldClips(kTrainingSeeds, m_request.clips, m_size);
        m_heldOutSource = worldClips(kValidationSeeds, kHeldOutClips, m_size);
    } else {
        auto files = folderClips(m_request.data, m_size.frames);
        if (!files)
            return unexpected(files.error());
        for (const auto& warning : files->warnings)
            told(warning);
        if (!isSpatial() && files->clips->count() == 0)
            return unexpected(
                ErrorCode::InvalidArgument, "A temporal VAE needs clips; the folder holds pictures only.");
        m_source = files->clips->count() > 0 ? std::move(files->clips) : std::move(files->pictures);
        m_heldOutSource = std::move(files->heldOut);
    }
    if (isSpatial())
        return {};
    const std::string identity = "spatial " + weightsIdentity(*m_vae->spatial());
    const auto store = [&](const std::string& name, std::shared_ptr<const ClipSource> source) {
        LatentEncoder encoder{identity,
            {m_folder.vae.spatial.latentChannels, m_size.frames, m_size.height / multiple, m_size.width / multiple},
            [vae = m_vae](const torch::Tensor& pixels, const std::stop_token& stop) mutable -> Result<torch::Tensor> {
                if (stop.stop_requested())
                    return unexpected(ErrorCode::Cancelled, "Encoding was cancelled.");
                return vae->spatialMean(pixels);
            }};
        return std::make_unique<LatentStore>(cacheFolder,
            name + "-" + std::to_string(m_size.width) + "x" + std::to_string(m_size.height), std::move(source), m_size,
            /*mirrors=*/false, std::move(encoder));
    };
    m_latents = store("spatial-latents", m_source);
    m_heldOut = store("held-out-spatial-latents", m_heldOutSource);
    return {};
}

Result<torch::Tensor> VaeTask::pictures(
    const ClipSource& source, const std::vector<std::int64_t>& indices, at::Generator* generator) const
{
    std::vector<torch::Tensor> rows;
    for (const std::int64_t index : indices) {
        const auto frames = source.clip(index, m_size);
        if (!frames)
            return unexpected(frames.error());
        auto pixels = models::framesFromRgb8(*frames).squeeze(0).squeeze(1); // (3, H, W)
        if (generator) { // a part of half the size
            const auto height = m_size.height / 2, width = m_size.width / 2;
            const auto row = torch::randint(m_size.height - height + 1, {1}, *generator).item<std::int64_t>();
            const auto column = torch::randint(m_size.width - width + 1, {1}, *generator).item<std::int64_t>();
            pixels = pixels.narrow(1, row, height).narrow(2, column, width);
        }
        rows.push_back(pixels);
    }
    return torch::stack(rows);
}

Result<void> VaeTask::prepare(std::int64_t step, std::stop_token stop)
{
    if (isSpatial())
        return {};
    if (auto made = m_heldOut->make(m_heldOut->count(), stop, {}); !made)
        return made;
    return m_latents->make(clipsAt(step, *m_latents), stop, {});
}

torch::Tensor VaeTask::spatialLoss(const torch::Tensor& pixels, bool isMirrored, at::Generator* generator)
{
    auto vae = m_vae->spatial();
    const auto posterior = vae->encode(pixels);
    auto latent = sampled(posterior, generator);
    const auto wanted = isMirrored ? pixels.flip(-1) : pixels;
    if (isMirrored)
        latent = latent.flip(-1);
    const auto error = vae->decode(latent).to(torch::kFloat32) - wanted;
    return perRow(roundedAbsolute(error))
        + kEdges * (perRow(roundedAbsolute(error.diff(1, -1))) + perRow(roundedAbsolute(error.diff(1, -2))))
        + kDivergence * divergence(posterior);
}

torch::Tensor VaeTask::temporalLoss(const torch::Tensor& latents, at::Generator* generator)
{
    auto vae = m_vae->temporal();
    const auto posterior = vae->encode(latents);
    const auto decoded = vae->decode(sampled(posterior, generator), latents.size(2)).to(torch::kFloat32);
    return perRow((decoded - latents).square()) + kDivergence * divergence(posterior);
}

StepLoss VaeTask::loss(const StepContext& context)
{
    auto generator = generatorFor(context.dataSeed, static_cast<std::uint64_t>(context.step));
    if (!isSpatial()) {
        const auto indices = drawn(clipsAt(context.step, *m_latents), m_request.batch, generator);
        const auto latents = m_latents->gather(indices, std::vector<bool>(indices.size(), false));
        return {temporalLoss(latents, &generator).mean(), m_request.batch, "latents"};
    }
    const bool isPart = context.step < m_request.smallSteps;
    const auto indices = drawn(m_source->count(), m_request.batch, generator);
    const auto pixels = pictures(*m_source, indices, isPart ? &generator : nullptr);
    TORCH_CHECK(pixels.has_value(), pixels.error().message);
    return {spatialLoss(*pixels, m_request.mirrors && context.step % kMirrorEvery == 0, &generator).mean(),
        m_request.batch, "picture"};
}

Result<double> VaeTask::validationLoss()
{
    constexpr std::int64_t kAtOnce = 8;
    double sum = 0;
    const std::int64_t count = std::min(m_heldOutSource->count(), kHeldOutClips);
    if (!isSpatial())
        if (auto made = m_heldOut->make(count, {}, {}); !made)
            return unexpected(made.error());
    for (std::int64_t first = 0; first < count; first += kAtOnce) {
        const auto indices = firstOnes(first, std::min(count, first + kAtOnce));
        if (isSpatial()) {
            const auto pixels = pictures(*m_heldOutSource, indices, nullptr);
            if (!pixels)
                return unexpected(pixels.error());
            sum += spatialLoss(*pixels, false, nullptr).sum().item<double>();
        } else {
            const auto latents = m_heldOut->gather(indices, std::vector<bool>(indices.size(), false));
            sum += temporalLoss(latents, nullptr).sum().item<double>();
        }
    }
    return sum / static_cast<double>(std::max<std::int64_t>(1, count));
}

Result<void> VaeTask::exportModel(const std::filesystem::path& folder)
{
    if (auto copied = copyModelFolder(m_folder.path, folder); !copied)
        return copied;
    return isSpatial()
        ? exportWeights(*m_vae->spatial(), folder / "vae" / "spatial" / "diffusion_pytorch_model.safetensors")
        : exportWeights(*m_vae->temporal(), folder / "vae" / "temporal" / "model.safetensors");
}

} // namespace toca::training
