// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/model_info.h"

#include <QDialog>

namespace toca::ui {

/// Shows what a model folder holds and what it will need on this machine, before it is used.
class ModelDialog : public QDialog {
    Q_OBJECT
public:
    /// @param cacheBytes planned cache of the present policy at the model's own size
    ModelDialog(const ModelInfo& model, std::int64_t cacheBytes, QWidget* parent = nullptr);
};

} // namespace toca::ui
