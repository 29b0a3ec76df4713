// SPDX-License-Identifier: Apache-2.0
#include "ui/caching/plan_strip.h"

#include "ui/selection/cell_text.h"
#include "ui/theme/theme.h"

#include <QHelpEvent>
#include <QLocale>
#include <QPainter>
#include <QToolTip>

namespace toca::ui {

namespace {

constexpr int kGap = 3;

QColor mixed(const QColor& from, const QColor& to, double share)
{
    const auto part = [share](int a, int b) { return static_cast<int>(a + (b - a) * share); };
    return {part(from.red(), to.red()), part(from.green(), to.green()), part(from.blue(), to.blue())};
}

} // namespace

PlanStrip::PlanStrip(QWidget* parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Plan of the run"));
}

void PlanStrip::setPlan(const plan::Plan* plan)
{
    if (plan) {
        m_plan = *plan;
        setAccessibleDescription(tr("Steps: %1, planned FLOPs gain: %2")
                                     .arg(plan->evaluationCount())
                                     .arg(QLocale().toString(plan->flopsGain(), 'f', 2)));
    } else {
        m_plan.reset();
        setAccessibleDescription(tr("No plan"));
    }
    render();
    update();
}

QRect PlanStrip::bandRect(int band) const
{
    const int bands = static_cast<int>(std::max<std::size_t>(1, m_bands.size()));
    const int height = (this->height() - (bands - 1) * kGap) / bands;
    return {0, band * (height + kGap), width(), height};
}

void PlanStrip::render()
{
    m_bands.clear();
    if (!m_plan || m_plan->evaluationCount() == 0 || m_plan->layerCount() == 0) {
        return;
    }
    const double tokens = static_cast<double>(std::max<std::int64_t>(1, m_plan->geometry().grid.tokens()));
    for (const plan::ModuleKind module : modulesOf(m_plan->geometry())) {
        QImage band(m_plan->evaluationCount(), m_plan->layerCount(), QImage::Format_RGB32);
        for (int layer = 0; layer < m_plan->layerCount(); ++layer) {
            for (int evaluation = 0; evaluation < m_plan->evaluationCount(); ++evaluation) {
                const plan::PlannedModule& cell = m_plan->at(evaluation, layer, module);
                const double share = cell.action == plan::Action::Full ? 1.0 : cell.tokens / tokens;
                band.setPixelColor(evaluation, layer, mixed(theme().reused, theme().computed, share));
            }
        }
        m_bands.push_back(std::move(band));
    }
}

void PlanStrip::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    int index = 0;
    for (const QImage& band : m_bands) {
        painter.drawImage(bandRect(index++), band);
    }
    if (m_plan && !m_bands.empty()) {
        // Hatched: the run will decide.
        const double columnWidth = static_cast<double>(width()) / m_plan->evaluationCount();
        for (int evaluation = 0; evaluation < m_plan->evaluationCount(); ++evaluation) {
            if (isOpen(evaluation)) {
                painter.fillRect(QRectF(evaluation * columnWidth, 0, columnWidth, height()),
                    QBrush(theme().raised, Qt::BDiagPattern));
            }
        }
    }
    if (m_bands.empty()) {
        painter.setPen(theme().faintText);
        painter.drawText(rect(), Qt::AlignCenter, tr("no plan"));
    }
}

/// True where some module of the evaluation is decided from data of the run.
bool PlanStrip::isOpen(int evaluation) const
{
    for (int layer = 0; layer < m_plan->layerCount(); ++layer) {
        for (const plan::ModuleKind module : modulesOf(m_plan->geometry())) {
            if (m_plan->at(evaluation, layer, module).decidedAtRunTime) {
                return true;
            }
        }
    }
    return false;
}

void PlanStrip::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange) {
        render();
        update();
    }
    QWidget::changeEvent(event);
}

bool PlanStrip::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip || !m_plan || m_bands.empty()) {
        return QWidget::event(event);
    }
    const auto* help = static_cast<QHelpEvent*>(event);
    const std::vector<plan::ModuleKind>& modules = modulesOf(m_plan->geometry());
    for (int band = 0; band < static_cast<int>(modules.size()); ++band) {
        const QRect area = bandRect(band);
        if (!area.contains(help->pos())) {
            continue;
        }
        const int step =
            std::clamp(help->x() * m_plan->evaluationCount() / std::max(1, width()), 0, m_plan->evaluationCount() - 1);
        const int layer = std::clamp(
            (help->y() - area.top()) * m_plan->layerCount() / std::max(1, area.height()), 0, m_plan->layerCount() - 1);
        const plan::ModuleKind module = modules[static_cast<std::size_t>(band)];
        const plan::PlannedModule& cell = m_plan->at(step, layer, module);
        const std::int64_t tokens = m_plan->geometry().grid.tokens();
        QToolTip::showText(help->globalPos(),
            (cell.decidedAtRunTime ? tr("Step %1, layer %2, %3: decided while running; expected: %4, %5 of %6 tokens")
                                   : tr("Step %1, layer %2, %3: %4, %5 of %6 tokens computed"))
                .arg(step)
                .arg(layer)
                .arg(QString::fromUtf8(plan::moduleName(module).data()).replace('_', '-'),
                    QString::fromUtf8(plan::actionName(cell.action).data()))
                .arg(cell.action == plan::Action::Full ? tokens : cell.tokens)
                .arg(tokens),
            this);
        return true;
    }
    QToolTip::hideText();
    return true;
}

} // namespace toca::ui
