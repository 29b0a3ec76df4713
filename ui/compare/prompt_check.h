// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/run_result.h"

#include <QString>

#include <optional>

namespace toca::ui {

/// Whether a clip does what its prompt says, measured from its pixels. Only for prompts that are captions of the world
/// (core/world); texts for people.
struct PromptCheck {
    int right = 0;
    int asked = 0; ///< attributes that the prompt names and that can be seen
    QString detail; ///< "asked: ... / seen: ...", a line for each attribute that is wrong

    bool isFollowed() const { return right == asked; }
    bool operator==(const PromptCheck&) const = default;
};

/// Takes about a tenth of a second: not for the window's thread. Empty for other prompts.
std::optional<PromptCheck> checkPrompt(const RunResult& run);

} // namespace toca::ui
