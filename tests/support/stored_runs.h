// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/support/fake_engine.h"

#include <memory>
#include <string>

namespace toca::test {

/// A request that the fake engine makes in a moment.
inline GenerationRequest smallRequest(const std::string& policy, std::uint64_t seed = 1)
{
    GenerationRequest request;
    request.prompt = "a red ball";
    request.seed = seed;
    request.steps = 6;
    request.frames = 1;
    request.width = request.height = 32;
    request.policy = policy;
    return request;
}

inline std::shared_ptr<const RunResult> smallRun(const GenerationRequest& request)
{
    FakeEngine engine;
    engine.options.perStep = std::chrono::microseconds(10);
    Observer nobody;
    auto run = engine.generate(request, nobody, {});
    return run ? std::make_shared<const RunResult>(std::move(*run)) : nullptr;
}
inline std::shared_ptr<const RunResult> smallRun(const std::string& policy, std::uint64_t seed = 1)
{
    return smallRun(smallRequest(policy, seed));
}

} // namespace toca::test
