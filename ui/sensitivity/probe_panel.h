// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/sensitivity/probe_model.h"

#include <QWidget>

class QCheckBox;
class QComboBox;
class QLabel;
class QProgressBar;
class QPushButton;
class QSpinBox;

namespace toca::ui {

class TokenMapView;

/// The probe: tokens painted on the clip's frames, kept fresh or stale in a part of the run, and the damage that does.
class ProbePanel : public QWidget {
    Q_OBJECT
public:
    explicit ProbePanel(EnginePort& engine, QWidget* parent = nullptr);

    ProbeModel& model() { return *m_model; }
    TokenMapView& canvas() { return *m_canvas; }
    TokenMapView& damage() { return *m_damage; }
    QString resultText() const;
    /// The run that is probed: its clip lies behind the tokens. Null: there is none.
    void setRun(std::shared_ptr<const RunResult> run);
    /// While the engine is busy with something else nothing can be started.
    void setBlocked(bool blocked, const QString& reason = {});
    void markToken(qint64 token);
    QByteArray csv() const; ///< damage per token, "" without a result
    QString exportTo(const QString& path); ///< PNG, SVG, PDF (both maps) or CSV (damage per token)

    /// Paints or erases with the brush as it is set.
    void paint(qint64 token, bool erase);

Q_SIGNALS:
    void strokeStarted(); ///< painting in the map; what lies between is one step of undo
    void strokeEnded();
    void tokenHovered(qint64 token); ///< -1 = none
    void openRequested(); ///< the edited run as the window's current one, beside the original
    void failed(const toca::Error& error);

private:
    QWidget* makeChoice();
    void start();
    void sync();
    void showResult();
    void askAndExport();

    ProbeModel* m_model;
    std::shared_ptr<const RunResult> m_run;
    QComboBox* m_mode;
    QSpinBox* m_brush;
    QCheckBox* m_allFrames;
    QSpinBox* m_firstStep;
    QSpinBox* m_lastStep;
    QSpinBox* m_firstLayer;
    QSpinBox* m_lastLayer;
    QPushButton* m_start;
    QPushButton* m_clear;
    QCheckBox* m_protect;
    QProgressBar* m_progress;
    QPushButton* m_open;
    QLabel* m_text;
    TokenMapView* m_canvas;
    TokenMapView* m_damage;
    bool m_isBlocked = true;
    QString m_blockReason;
};

} // namespace toca::ui
