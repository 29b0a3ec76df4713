// SPDX-License-Identifier: Apache-2.0
// Pictures of the sensitivity lab and the probe.
#include "app/screenshot_driver.h"

#include "ui/player/player_widget.h"
#include "ui/sensitivity/probe_panel.h"
#include "ui/sensitivity/sensitivity_panel.h"
#include "ui/sensitivity/token_map_view.h"

#include <QComboBox>
#include <QDockWidget>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QTimer>

#include <algorithm>

namespace toca::app {

namespace {

constexpr int kSettleMilliseconds = 400;
constexpr int kMeasuringSeconds = 90;

} // namespace

void ScreenshotDriver::showLab()
{
    m_window.player().clearCell();
    auto* dock = m_window.findChild<QDockWidget*>("sensitivityDock");
    dock->show();
    dock->raise();
    const auto request = m_window.run().result()->request;
    m_window.findChild<QLineEdit*>("sensitivitySteps")->setText(QString::number(request.steps / 2));
    m_window.findChild<QLineEdit*>("sensitivityLayers")->setText("2-5");
    m_window.findChild<QSpinBox*>("sensitivitySeconds")->setValue(kMeasuringSeconds);
    m_window.findChild<QComboBox*>("sensitivityMode")->setCurrentIndex(1); // freeze
    m_window.findChild<QPushButton*>("sensitivityStart")->click();
    auto* waiting = new QTimer(this);
    connect(waiting, &QTimer::timeout, this, [this, waiting] {
        auto& model = m_window.sensitivity().model();
        if (model.isRunning()) {
            return;
        }
        waiting->deleteLater();
        if (const auto* record = model.record()) { // the last layer's MLP
            model.setSite(static_cast<int>(record->sites.size()) - 1);
        }
        later(kSettleMilliseconds, [this] {
            save("18-sensitivity");
            m_window.sensitivity().model().cancel();
            showProbe();
        });
    });
    waiting->start(kSettleMilliseconds);
}

void ScreenshotDriver::showProbe()
{
    auto* dock = m_window.findChild<QDockWidget*>("probeDock");
    dock->show();
    dock->raise();
    ui::ProbePanel& panel = m_window.probe();
    const plan::TokenGrid& grid = panel.model().grid();
    panel.model().paint(grid.rows / 2 * grid.columns + grid.columns / 2, 1, false, true);
    auto* start = m_window.findChild<QPushButton*>("probeStart");
    if (!start->isEnabled()) {
        showTuning();
        return;
    }
    start->click();
    auto* waiting = new QTimer(this);
    connect(waiting, &QTimer::timeout, this, [this, waiting] {
        if (m_window.probe().model().isRunning()) {
            return;
        }
        waiting->deleteLater();
        later(kSettleMilliseconds, [this] {
            save("19-probe");
            m_window.probe().model().clearMask();
            showTuning();
        });
    });
    waiting->start(kSettleMilliseconds);
}

} // namespace toca::app
