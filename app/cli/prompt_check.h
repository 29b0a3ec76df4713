// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/frame.h"
#include "core/world/checker.h"

#include <nlohmann/json.hpp>

#include <string>

namespace toca::app {

// "Does the clip do what the prompt says?", for prompts that are captions of the world (core/world).

/// What the checker saw, as JSON: backdrop, object_count, objects with colour, shape, size, motion.
nlohmann::ordered_json measurementJson(const world::Measurement& seen);
/// true, false or null for each attribute (checker.h).
nlohmann::ordered_json verdictJson(const world::Verdict& verdict);

/// The check of one clip: follows_prompt, right, asked, attributes, seen. Null when the prompt is no caption of the
/// world, or the clip cannot be measured.
nlohmann::ordered_json promptCheckJson(const std::string& prompt, const Clip& clip);
/// The same for people: "the clip follows the prompt" or "the clip does not follow the prompt: shape (asked ..., seen
/// ...)"; empty for a null check.
std::string promptCheckText(const nlohmann::ordered_json& check);
/// The report of a run (docs/report-schema.md) with the key `prompt_check`.
std::string withPromptCheck(const std::string& report, const nlohmann::ordered_json& check);

} // namespace toca::app
