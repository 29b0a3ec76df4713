// SPDX-License-Identifier: Apache-2.0
#include "ui/tune/cost_store.h"

namespace toca::ui {

namespace {

/// Keys of settings hold letters and digits only.
QString plain(const std::string& text)
{
    QString kept;
    for (const QChar letter : QString::fromStdString(text)) {
        kept += letter.isLetterOrNumber() ? letter : QChar('_');
    }
    return kept.left(80);
}

QString groupOf(const ModelInfo& model)
{
    return QStringLiteral("costs/") + plain(model.identity.empty() ? "model_" + model.name : model.identity);
}

} // namespace

std::optional<plan::ModuleCosts> CostStore::costs(const ModelInfo& model) const
{
    const QString device = m_settings.value(groupOf(model) + "/device").toString();
    if (device.isEmpty()) {
        return {};
    }
    const auto costs =
        plan::ModuleCosts::fromJson(m_settings.value(groupOf(model) + "/" + device).toString().toStdString());
    return costs ? std::optional(*costs) : std::nullopt; // what cannot be read is measured anew
}

void CostStore::learn(const ModelInfo& model, const RunResult& run)
{
    if (!run.trace || run.trace->publishedEvaluations() == 0) {
        return;
    }
    const QString device = plain(run.device) + QStringLiteral("_%1_threads").arg(run.threads);
    const QString key = groupOf(model) + "/" + device;
    plan::ModuleCosts costs;
    if (const auto known = plan::ModuleCosts::fromJson(m_settings.value(key).toString().toStdString())) {
        costs = *known;
    }
    costs.learn(*run.trace, run.times.denoising);
    if (!costs.isEmpty()) {
        m_settings.setValue(key, QString::fromStdString(costs.json()));
        m_settings.setValue(groupOf(model) + "/device", device);
    }
}

} // namespace toca::ui
