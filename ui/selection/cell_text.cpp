// SPDX-License-Identifier: Apache-2.0
#include "ui/selection/cell_text.h"

#include <QCoreApplication>
#include <QLocale>
#include <QStringList>

#include <algorithm>
#include <array>
#include <cmath>

namespace toca::ui {

namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("toca::ui::CellText", text);
}

/// Three significant digits and a prefix.
QString scaled(double value, double base, const std::array<const char*, 5>& units)
{
    std::size_t unit = 0;
    while (unit + 1 < units.size() && std::abs(value) >= base) {
        value /= base;
        ++unit;
    }
    const double size = std::abs(value);
    const int decimals = value == std::round(value) && unit == 0 ? 0 : size >= 100 ? 0 : size >= 10 ? 1 : 2;
    return QLocale().toString(value, 'f', decimals) + QChar(0x00a0) + QLatin1String(units[unit]);
}

double timestepOf(const SelectionMapModel& model, int evaluation)
{
    return model.schedule().evaluations.at(static_cast<std::size_t>(evaluation)).timestep;
}

QString tokensText(const MapCellState& state)
{
    return tr("%1 / %2 tokens (%3)")
        .arg(QLocale().toString(state.computedTokens), QLocale().toString(state.tokens),
            percentText(state.freshRatio()));
}

QString streamSuffix(const SelectionMapModel& model, int evaluation)
{
    const plan::Stream stream = model.schedule().evaluations.at(static_cast<std::size_t>(evaluation)).stream;
    switch (stream) {
    case plan::Stream::Joint:
        return {};
    case plan::Stream::Conditional:
        return tr(" (with prompt)");
    case plan::Stream::Unconditional:
        return tr(" (without prompt)");
    case plan::Stream::Inversion:
        return tr(" (inversion)");
    }
    return {};
}

QString stepTitle(const SelectionMapModel& model, int evaluation)
{
    return tr("step %1").arg(model.step(evaluation)) + streamSuffix(model, evaluation);
}

} // namespace

QString moduleTitle(plan::ModuleKind module)
{
    switch (module) {
    case plan::ModuleKind::SelfAttention:
        return tr("self-attention");
    case plan::ModuleKind::CrossAttention:
        return tr("cross-attention");
    case plan::ModuleKind::Mlp:
        break;
    }
    return tr("MLP");
}

QString moduleShortTitle(plan::ModuleKind module)
{
    switch (module) {
    case plan::ModuleKind::SelfAttention:
        return tr("SA");
    case plan::ModuleKind::CrossAttention:
        return tr("CA");
    case plan::ModuleKind::Mlp:
        break;
    }
    return tr("MLP");
}

QString actionTitle(plan::Action action)
{
    switch (action) {
    case plan::Action::Full:
        return tr("full");
    case plan::Action::Subset:
        return tr("subset");
    case plan::Action::Reuse:
        return tr("reused");
    case plan::Action::Forecast:
        return tr("forecast");
    case plan::Action::Blend:
        return tr("blended");
    case plan::Action::Skip:
        break;
    }
    return tr("not entered");
}

int layerOfKind(const plan::Geometry& geometry, int layer)
{
    const auto begin = geometry.layers.begin();
    return static_cast<int>(std::count(begin, begin + layer, geometry.layers.at(static_cast<std::size_t>(layer))));
}

QString layerTitle(const plan::Geometry& geometry, int layer)
{
    switch (geometry.layers.at(static_cast<std::size_t>(layer))) {
    case plan::LayerKind::Spatial:
        return tr("spatial layer %1").arg(layerOfKind(geometry, layer));
    case plan::LayerKind::Temporal:
        return tr("temporal layer %1").arg(layerOfKind(geometry, layer));
    case plan::LayerKind::Joint:
        break;
    }
    return tr("layer %1").arg(layer);
}

QString layerShortTitle(const plan::Geometry& geometry, int layer)
{
    switch (geometry.layers.at(static_cast<std::size_t>(layer))) {
    case plan::LayerKind::Spatial:
        return tr("S%1").arg(layerOfKind(geometry, layer));
    case plan::LayerKind::Temporal:
        return tr("T%1").arg(layerOfKind(geometry, layer));
    case plan::LayerKind::Joint:
        break;
    }
    return QString::number(layer);
}

const std::vector<plan::ModuleKind>& modulesOf(const plan::Geometry& geometry)
{
    static const std::vector<plan::ModuleKind> all(plan::kAllModules.begin(), plan::kAllModules.end());
    static const std::vector<plan::ModuleKind> ofClasses{plan::ModuleKind::SelfAttention, plan::ModuleKind::Mlp};
    return geometry.crossAttention ? all : ofClasses;
}

QString selectionRowTitle(const plan::Geometry& geometry, int selectionRows, int row)
{
    // Rows are ordered [conditional | unconditional].
    const bool isGuidance =
        geometry.guidanceRows == 2 && selectionRows == static_cast<int>(geometry.rows()) && geometry.prompts == 1;
    if (!isGuidance) {
        return tr("row %1").arg(row);
    }
    if (geometry.crossAttention) {
        return row == 0 ? tr("with prompt") : tr("without prompt");
    }
    return row == 0 ? tr("with class") : tr("without class");
}

QString percentText(double share)
{
    const double percent = 100.0 * share;
    return QLocale().toString(percent, 'f', percent == std::round(percent) ? 0 : 1) + QChar(0x00a0) + QLatin1Char('%');
}

QString secondsText(double seconds)
{
    if (std::abs(seconds) >= 1.0) {
        return QLocale().toString(seconds, 'f', std::abs(seconds) >= 100 ? 0 : 2) + QChar(0x00a0) + QLatin1Char('s');
    }
    const double milliseconds = 1e3 * seconds;
    const int decimals = std::abs(milliseconds) >= 100 ? 0 : std::abs(milliseconds) >= 10 ? 1 : 2;
    return QLocale().toString(milliseconds, 'f', decimals) + QChar(0x00a0) + QLatin1String("ms");
}

QString flopsText(double flops)
{
    return scaled(flops, 1000.0, {"FLOP", "kFLOP", "MFLOP", "GFLOP", "TFLOP"});
}

QString bytesText(double bytes)
{
    return scaled(bytes, 1024.0, {"B", "KiB", "MiB", "GiB", "TiB"});
}

QString cellReadout(const SelectionMapModel& model, const MapCell& cell)
{
    if (!model.contains(cell)) {
        return {};
    }
    const MapCellState state = model.state(cell);
    QStringList parts{stepTitle(model, cell.evaluation),
        tr("t %1").arg(QLocale().toString(timestepOf(model, cell.evaluation), 'f', 1)),
        layerTitle(model.geometry(), cell.layer), moduleTitle(cell.module)};
    switch (state.source) {
    case MapCellState::Source::Unknown:
        parts << tr("not run yet");
        break;
    case MapCellState::Source::Planned:
        parts << (state.decidedAtRunTime ? tr("expected: %1") : tr("planned: %1")).arg(actionTitle(state.action))
              << tokensText(state);
        break;
    case MapCellState::Source::Happened:
        parts << actionTitle(state.action) << tokensText(state) << secondsText(state.seconds) << flopsText(state.flops);
        break;
    }
    return parts.join(QStringLiteral("  ·  "));
}

QString cellToolTip(const SelectionMapModel& model, const MapCell& cell)
{
    if (!model.contains(cell)) {
        return {};
    }
    const MapCellState state = model.state(cell);
    QStringList lines{tr("<b>%1, %2</b>").arg(layerTitle(model.geometry(), cell.layer), moduleTitle(cell.module)),
        tr("%1, timestep %2")
            .arg(stepTitle(model, cell.evaluation), QLocale().toString(timestepOf(model, cell.evaluation), 'f', 1))};
    if (state.source == MapCellState::Source::Unknown) {
        lines << tr("not run yet");
        return lines.join(QStringLiteral("<br>"));
    }
    const bool planned = state.source == MapCellState::Source::Planned;
    lines << (state.decidedAtRunTime ? tr("decided while running; expected: %1, %2")
            : planned                ? tr("planned: %1, %2")
                                     : tr("%1, %2"))
                 .arg(actionTitle(state.action), tokensText(state));
    if (!planned) {
        lines << tr("%1 (of it selection %2), %3")
                     .arg(secondsText(state.seconds), secondsText(state.selectionSeconds), flopsText(state.flops));
    }
    if (const std::optional<int> full = model.lastFullEvaluation(cell); full && *full != cell.evaluation) {
        lines << tr("last full at step %1").arg(model.step(*full));
    }
    return lines.join(QStringLiteral("<br>"));
}

QString cellSentence(const SelectionMapModel& model, const MapCell& cell)
{
    if (!model.contains(cell)) {
        return {};
    }
    const MapCellState state = model.state(cell);
    const QString place =
        tr("%1, %2, %3")
            .arg(stepTitle(model, cell.evaluation), layerTitle(model.geometry(), cell.layer), moduleTitle(cell.module));
    if (state.source == MapCellState::Source::Unknown) {
        return tr("%1: not run yet").arg(place);
    }
    QString what;
    switch (state.action) {
    case plan::Action::Full:
        what = tr("all %1 tokens computed").arg(state.tokens);
        break;
    case plan::Action::Subset:
        what = tr("%1 of %2 tokens computed, the others reused").arg(state.computedTokens).arg(state.tokens);
        break;
    case plan::Action::Reuse:
        what = tr("all %1 tokens reused").arg(state.tokens);
        break;
    case plan::Action::Forecast:
        what = tr("all %1 tokens forecast from earlier steps").arg(state.tokens);
        break;
    case plan::Action::Blend:
        what =
            tr("%1 of %2 tokens computed and blended with the stored ones").arg(state.computedTokens).arg(state.tokens);
        break;
    case plan::Action::Skip:
        what = tr("not entered");
        break;
    }
    QString sentence =
        (state.source == MapCellState::Source::Planned ? tr("%1: planned: %2") : tr("%1: %2")).arg(place, what);
    if (const std::optional<int> full = model.lastFullEvaluation(cell); full && *full != cell.evaluation) {
        sentence += tr("; last full at step %1").arg(model.step(*full));
    }
    return sentence;
}

QByteArray selectionCsv(const SelectionMapModel& model)
{
    QByteArray csv = "step,evaluation,timestep,layer,layer_kind,layer_of_kind,module,source,action,computed_tokens,"
                     "tokens,fresh_ratio,seconds,selection_seconds,flops\n";
    const auto text = [](std::string_view view) {
        return QByteArray(view.data(), static_cast<qsizetype>(view.size()));
    };
    for (int evaluation = 0; evaluation < model.columns(); ++evaluation) {
        for (int layer = 0; layer < model.layers(); ++layer) {
            for (const plan::ModuleKind module : modulesOf(model.geometry())) {
                const MapCellState state = model.state({evaluation, layer, module});
                if (state.source == MapCellState::Source::Unknown) {
                    continue;
                }
                const plan::LayerKind kind = model.geometry().layers[static_cast<std::size_t>(layer)];
                const QByteArrayList fields{QByteArray::number(model.step(evaluation)), QByteArray::number(evaluation),
                    QByteArray::number(timestepOf(model, evaluation), 'g', 10), QByteArray::number(layer),
                    text(plan::layerKindName(kind)), QByteArray::number(layerOfKind(model.geometry(), layer)),
                    text(plan::moduleName(module)),
                    state.source == MapCellState::Source::Planned ? "planned" : "happened",
                    text(plan::actionName(state.action)), QByteArray::number(state.computedTokens),
                    QByteArray::number(state.tokens), QByteArray::number(state.freshRatio(), 'g', 6),
                    QByteArray::number(state.seconds, 'g', 6), QByteArray::number(state.selectionSeconds, 'g', 6),
                    QByteArray::number(state.flops, 'g', 12)};
                csv += fields.join(',') + '\n';
            }
        }
    }
    return csv;
}

} // namespace toca::ui
