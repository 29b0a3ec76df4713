// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/checkpoint/pickle.h"

#include <string>
#include <vector>

namespace toca::checkpoint {

/// A tensor of a pickle and the path that leads to it.
struct NamedTensor {
    std::string path;
    ValueId tensor = 0;
};

/// All tensors below the pickle's root, in the order of its dictionaries. A tensor or container that is used at several
/// places is named at each. Bounded against pickles whose few shared containers unfold to very many.
///
/// @param fileName for messages
/// @return BadFormat for containers that hold themselves, for two tensors of one path, or for names that are not
/// allowed; TooLarge; Unsupported when there is no tensor at all
Result<std::vector<NamedTensor>> tensorsOf(const Pickle& pickle, const std::string& fileName);

} // namespace toca::checkpoint
