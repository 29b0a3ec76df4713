// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Generator.h>

#include <cstdint>
#include <initializer_list>

/// All randomness of a training is a function of its seed and of where it is: nothing has to be stored to go on with it
/// later, and another order of the data is another number.
namespace toca::training {

/// One number from several; every bit depends on all of them (SplitMix64, Steele et al., OOPSLA 2014).
std::uint64_t mixed(std::initializer_list<std::uint64_t> numbers);

/// In [0, 1), from the upper 53 bits.
double unitInterval(std::uint64_t bits);

/// A CPU generator for one step.
at::Generator generatorFor(std::uint64_t seed, std::uint64_t step);

} // namespace toca::training
