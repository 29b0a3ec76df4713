// SPDX-License-Identifier: Apache-2.0
#include "core/training/random.h"

#include <torch/torch.h>

namespace toca::training {

std::uint64_t mixed(std::initializer_list<std::uint64_t> numbers)
{
    std::uint64_t state = 0;
    for (const std::uint64_t number : numbers) {
        state += number + 0x9e3779b97f4a7c15ULL;
        state = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9ULL;
        state = (state ^ (state >> 27)) * 0x94d049bb133111ebULL;
        state ^= state >> 31;
    }
    return state;
}

double unitInterval(std::uint64_t bits)
{
    return static_cast<double>(bits >> 11) * 0x1p-53;
}

at::Generator generatorFor(std::uint64_t seed, std::uint64_t step)
{
    return at::detail::createCPUGenerator(mixed({seed, step}));
}

} // namespace toca::training
