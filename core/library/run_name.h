// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/generation_request.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace toca::library {

/// Lower-case letters and digits of a prompt's first words, joined by '-': "a-red-ball". @return `otherwise` if none
std::string wordsOf(std::string_view prompt, std::string_view otherwise);

/// What a request makes, as part of a file's name: "a-red-ball-seed-7", "class-207-seed-1".
std::string subjectName(const GenerationRequest& request);

/// Name of a run's folder, in the order of time: "20250131-142501-a-red-ball-seed-7-toca".
/// @param seconds since 1970, UTC
std::string runName(const GenerationRequest& request, std::int64_t seconds);

/// True for names that this program gives folders: 1 to 120 letters, digits and "-_.=", no '.' in front.
bool isPlainName(std::string_view name);

} // namespace toca::library
