// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

namespace toca::ui {

enum class FileKind {
    Trace, ///< what a run did
    Run, ///< a bundle, or a run's folder
    Settings, ///< presets of the caching panel
    Training, ///< the folder of a training, or its log
    Model, ///< weights: PyTorch or safetensors
    Media, ///< anything else: picture or clip
};

/// What a file is, told by its first bytes and, for safetensors, by what its header says of itself. Reads at most a
/// few MiB and believes nothing: whoever opens the file checks it.
FileKind fileKind(const QString& path);
/// The same of a folder.
FileKind folderKind(const QString& path);

} // namespace toca::ui
