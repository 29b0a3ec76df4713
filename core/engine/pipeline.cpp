// SPDX-License-Identifier: Apache-2.0
#include "core/engine/pipeline.h"

#include "core/engine/caption_pipeline.h"
#include "core/engine/class_pipeline.h"
#include "core/engine/video_pipeline.h"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/torch.h>

namespace toca::engine {

Result<std::unique_ptr<Pipeline>> openPipeline(const std::filesystem::path& path)
{
    std::error_code error;
    if (!std::filesystem::exists(path / "pipeline.json", error)) {
        auto parts = findParts(path);
        if (!parts)
            return unexpected(parts.error());
        if (parts->first(PartKind::Dit))
            return ClassPipeline::open(path, *parts);
        if (parts->first(PartKind::Pixart))
            return CaptionPipeline::open(path, *parts);
        if (parts->first(PartKind::Stdit3)) {
            auto published = ModelFolder::openPublished(path, *parts);
            if (!published)
                return unexpected(published.error());
            return std::unique_ptr<Pipeline>(std::make_unique<VideoPipeline>(std::move(*published)));
        }
        if (!parts->unreadable.empty() && parts->parts.empty())
            return unexpected(parts->unreadable.front());
    }
    auto folder = ModelFolder::open(path);
    if (!folder)
        return unexpected(folder.error());
    return std::unique_ptr<Pipeline>(std::make_unique<VideoPipeline>(std::move(*folder)));
}

torch::Tensor startNoise(std::uint64_t seed, at::IntArrayRef latentShape)
{
    return torch::randn(latentShape, at::detail::createCPUGenerator(seed), torch::kFloat32);
}

} // namespace toca::engine
