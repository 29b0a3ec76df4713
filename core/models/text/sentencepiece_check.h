// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/expected.h"

#include <string>
#include <string_view>

namespace toca::models {

/// Checks what the SentencePiece library takes on trust in a model file: the protocol buffer's framing, the number,
/// length and finite scores of the pieces, and that no lookup in the normaliser's double array (field
/// precompiled_charsmap) can leave its table or the replacement texts.
///
/// @param model content of a spiece.model file  @param fileName for messages
/// @return BadFormat
Result<void> checkSentencePieceModel(std::string_view model, const std::string& fileName);

} // namespace toca::models
