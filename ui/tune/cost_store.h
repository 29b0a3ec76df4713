// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/module_costs.h"
#include "core/api/model_info.h"
#include "core/api/run_result.h"

#include <QSettings>
#include <QString>

#include <optional>

namespace toca::ui {

/// Module costs kept in the settings, for each model and device apart.
class CostStore {
public:
    /// @param settings must outlive the store
    explicit CostStore(QSettings& settings)
        : m_settings(settings)
    {
    }

    /// What was measured of this model on the device that ran it last; nothing before its first run.
    std::optional<plan::ModuleCosts> costs(const ModelInfo& model) const;
    /// Takes over a finished run of the model.
    void learn(const ModelInfo& model, const RunResult& run);

private:
    QSettings& m_settings;
};

} // namespace toca::ui
