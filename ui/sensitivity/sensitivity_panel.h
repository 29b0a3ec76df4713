// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/sensitivity/sensitivity_model.h"

#include <QWidget>

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QSpinBox;
class QTableWidget;

namespace toca::ui {

class SensitivityTable;
class TokenMapView;

/// The sensitivity lab: what to measure, the measured map beside a score's map, and how well every score foretells it.
class SensitivityPanel : public QWidget {
    Q_OBJECT
public:
    explicit SensitivityPanel(EnginePort& engine, QWidget* parent = nullptr);

    SensitivityModel& model() { return *m_model; }
    TokenMapView& measuredMap() { return *m_measured; }
    TokenMapView& scoreMap() { return *m_score; }
    QTableWidget& table();
    /// Steps and layers that a request has, for the fields.
    void setLimits(int steps, int layers, bool hasCrossAttention);
    /// For saying beforehand how many groups would be measured and for how long.
    /// @param evaluationSeconds of the model, 0 = not known
    void setCost(const plan::TokenGrid& grid, double evaluationSeconds);
    /// While the engine is busy with something else, or no model is open, nothing can be started.
    void setBlocked(bool blocked, const QString& reason = {});
    /// Marks a token that the pointer is on elsewhere; -1 = none.
    void markToken(qint64 token);
    /// What the fields say. @return nothing, and says why, when a list cannot be read
    std::optional<SensitivityOptions> options();
    /// PNG, SVG, PDF (the maps), CSV (all groups) or .safetensors (everything), by the name.
    QString exportTo(const QString& path);

Q_SIGNALS:
    void startRequested(); ///< the window knows the request
    void tokenHovered(qint64 token); ///< -1 = none
    void failed(const toca::Error& error);

private:
    static constexpr int kPropagation = -1; ///< data of the list's entry that shows where an error goes
    static constexpr int kProgressSteps = 1000;
    QWidget* makeChoice();
    QWidget* makeMaps();
    void sync();
    void syncState();
    void fillSites();
    void showMaps();
    void say(const QString& text);
    QString costText() const; ///< of what the fields ask for
    void askAndOpen();
    void askAndExport();

    SensitivityModel* m_model;
    QComboBox* m_mode;
    QDoubleSpinBox* m_noise;
    QLineEdit* m_steps;
    QLineEdit* m_layers;
    QComboBox* m_modules;
    QComboBox* m_group;
    QSpinBox* m_finals;
    QSpinBox* m_seconds;
    QPushButton* m_start;
    QPushButton* m_cancel;
    QProgressBar* m_progress;
    QLabel* m_state;
    QComboBox* m_site;
    QComboBox* m_scores;
    TokenMapView* m_measured;
    TokenMapView* m_score;
    QLabel* m_readout;
    SensitivityTable* m_table;
    int m_stepCount = 30;
    int m_layerCount = 1;
    bool m_hasCrossAttention = true;
    bool m_isBlocked = true;
    QString m_blockReason;
    qint64 m_clicked = -1; ///< token whose propagation is shown
    plan::TokenGrid m_costGrid{0, 0, 0};
    double m_evaluationSeconds = 0;
};

} // namespace toca::ui
