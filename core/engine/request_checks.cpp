// SPDX-License-Identifier: Apache-2.0
#include "core/engine/request_checks.h"

#include <algorithm>

namespace toca::engine {
namespace {

Unexpected invalid(std::string message)
{
    return unexpected(ErrorCode::InvalidArgument, std::move(message));
}

} // namespace

Result<void> checkMultiple(const GenerationRequest& request, std::int64_t pixels)
{
    if (request.width % pixels == 0 && request.height % pixels == 0)
        return {};
    const auto nearest = [&](int size) {
        return std::to_string(std::max<std::int64_t>(pixels, (size + pixels / 2) / pixels * pixels));
    };
    return invalid("The size " + std::to_string(request.width) + "x" + std::to_string(request.height)
        + " is not a multiple of " + std::to_string(pixels) + " pixels; the nearest that is: " + nearest(request.width)
        + "x" + nearest(request.height) + ".");
}

Result<void> checkNoClass(const GenerationRequest& request)
{
    if (request.classLabel < 0)
        return {};
    return invalid("This model knows no classes, so class " + std::to_string(request.classLabel)
        + " means nothing to it; describe the picture in the prompt instead.");
}

Result<void> checkSampler(const GenerationRequest& request, std::initializer_list<const char*> known)
{
    if (request.sampler.empty()
        || std::any_of(known.begin(), known.end(), [&](const char* name) { return request.sampler == name; }))
        return {};
    std::string list;
    for (const char* name : known)
        list += (list.empty() ? "" : ", ") + std::string(name);
    return invalid("This model cannot use the sampler '" + request.sampler + "'; it can use: " + list + ".");
}

} // namespace toca::engine
