// SPDX-License-Identifier: Apache-2.0
#include "core/models/vae/frames.h"

#include <torch/torch.h>

namespace toca::models {

std::vector<Frame> framesToRgb8(const torch::Tensor& video)
{
    TORCH_CHECK(
        (video.dim() == 4 && video.size(0) == 3) || (video.dim() == 5 && video.size(0) == 1 && video.size(1) == 3),
        "framesToRgb8: a video must be (3, F, H, W) or (1, 3, F, H, W), but is ", video.sizes());
    const torch::Tensor frames = (video.dim() == 5 ? video[0] : video).permute({1, 2, 3, 0}); // (F, H, W, 3)
    std::vector<Frame> result;
    result.reserve(static_cast<std::size_t>(frames.size(0)));
    for (std::int64_t index = 0; index < frames.size(0); ++index) {
        const torch::Tensor pixels = frames[index].to(torch::kFloat32).nan_to_num(0.0, 1.0, -1.0).clamp(-1.0, 1.0);
        const torch::Tensor bytes = ((pixels + 1) * 127.5).round().to(torch::kByte).cpu().contiguous();
        const auto* begin = bytes.const_data_ptr<std::uint8_t>();
        result.push_back({static_cast<int>(bytes.size(1)), static_cast<int>(bytes.size(0)),
            std::vector<std::uint8_t>(begin, begin + bytes.numel())});
    }
    return result;
}

torch::Tensor framesFromRgb8(const std::vector<Frame>& frames)
{
    TORCH_CHECK(!frames.empty(), "framesFromRgb8: there are no frames");
    const int width = frames.front().width;
    const int height = frames.front().height;
    torch::Tensor video = torch::empty({1, 3, static_cast<std::int64_t>(frames.size()), height, width});
    for (std::size_t index = 0; index < frames.size(); ++index) {
        const Frame& frame = frames[index];
        TORCH_CHECK(frame.width == width && frame.height == height
                && frame.rgb.size() == static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3,
            "framesFromRgb8: frame ", index, " has another size than the first");
        // The tensor only reads the frame's bytes, within this loop.
        const torch::Tensor bytes =
            torch::from_blob(const_cast<std::uint8_t*>(frame.rgb.data()), {height, width, 3}, torch::kByte);
        video[0]
            .select(1, static_cast<std::int64_t>(index))
            .copy_(bytes.permute({2, 0, 1}).to(torch::kFloat32).div_(127.5).sub_(1.0));
    }
    return video;
}

} // namespace toca::models
