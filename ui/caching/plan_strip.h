// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/plan.h"

#include <QImage>
#include <QWidget>

#include <optional>

namespace toca::ui {

/// The plan as a small picture: steps across, layers down within three bands (self-attention, cross-attention, MLP);
/// bright = computed, dark = reused, hatched = decided while running. Hovering reads a cell.
class PlanStrip : public QWidget {
    Q_OBJECT
public:
    explicit PlanStrip(QWidget* parent = nullptr);
    void setPlan(const plan::Plan* plan);
    int bands() const { return static_cast<int>(m_bands.size()); }
    QSize sizeHint() const override { return {200, 74}; }
    QSize minimumSizeHint() const override { return {120, 74}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool event(QEvent* event) override;

private:
    void render();
    QRect bandRect(int band) const;
    bool isOpen(int evaluation) const;

    std::optional<plan::Plan> m_plan;
    std::vector<QImage> m_bands; ///< one pixel per (step, layer)
};

} // namespace toca::ui
