// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

namespace toca::ui {

enum class FileKind {
    Trace, ///< a run that was saved
    Model, ///< weights: PyTorch or safetensors
    Media, ///< anything else: picture or clip
};

/// What a file is, told by its first bytes and, for safetensors, by what its header says of itself. Reads at most a
/// few MiB and believes nothing: whoever opens the file checks it.
FileKind fileKind(const QString& path);

} // namespace toca::ui
