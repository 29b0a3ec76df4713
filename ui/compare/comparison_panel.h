// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/run_result.h"
#include "ui/compare/step_errors.h"

#include <QWidget>

#include <optional>
#include <vector>

class QCPGraph;
class QCPItemStraightLine;
class QCPItemText;
class QBoxLayout;
class QCheckBox;
class QDoubleSpinBox;
class QGridLayout;
class QLabel;

namespace toca::ui {

class PlotCard;
class SpeedMeter;

/// The truth about a run: how far it is from the uncached run of the same request, step by step while both are made and
/// frame by frame at the end, and where the time went.
class ComparisonPanel : public QWidget {
    Q_OBJECT
public:
    explicit ComparisonPanel(QWidget* parent = nullptr);
    ~ComparisonPanel() override;

    void setSteps(int steps);
    void setErrors(const StepErrors& errors);
    /// @param baseline, fidelity may be missing: both arrive later
    void setRuns(const RunResult* run, const RunResult* baseline, const std::optional<Fidelity>& fidelity);
    void clear();
    /// What goes on with the uncached run ("step 12 of 30"); "" = nothing.
    void setBackgroundText(const QString& text);

    double threshold() const; ///< latent relative error above which the run counts as diverged
    void setThreshold(double threshold);
    int divergence() const { return m_divergence; } ///< first step above the threshold, -1 = none
    QCheckBox& backgroundBox() { return *m_background; }
    QString sentence() const; ///< what is known, in words
    PlotCard& errorCard() { return *m_errorCard; }
    PlotCard& psnrCard() { return *m_psnrCard; }
    PlotCard& ssimCard() { return *m_ssimCard; }
    SpeedMeter& speed() { return *m_speed; }
    const std::vector<double>& errors() const { return m_errors; }

public Q_SLOTS:
    void setCursorStep(int step);
    void setCursorFrame(int frame);

Q_SIGNALS:
    void stepHovered(int step); ///< -1 when the pointer left
    void stepActivated(int step);
    void frameActivated(int frame);
    void divergenceChanged(int step);
    void compareRequested();

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void makeCards(QWidget* page);
    void updateErrors();
    void updateFrames();
    void updateSentence();
    void arrange();
    bool hasFrames() const { return m_fidelity && !m_fidelity->framePsnrDb.empty(); }

    PlotCard* m_errorCard = nullptr;
    PlotCard* m_psnrCard = nullptr;
    PlotCard* m_ssimCard = nullptr;
    SpeedMeter* m_speed = nullptr;
    QLabel* m_speedSentence = nullptr;
    QWidget* m_speedBox = nullptr;
    QCPGraph* m_errorLine = nullptr;
    QCPGraph* m_psnrLine = nullptr;
    QCPGraph* m_ssimLine = nullptr;
    QCPItemStraightLine* m_thresholdLine = nullptr;
    QCPItemStraightLine* m_divergenceLine = nullptr;
    QWidget* m_page = nullptr;
    QGridLayout* m_grid = nullptr;
    QLabel* m_sentence = nullptr;
    QBoxLayout* m_controls = nullptr;
    QLabel* m_limitName = nullptr;
    QDoubleSpinBox* m_threshold = nullptr;
    QCheckBox* m_background = nullptr;

    int m_steps = 0;
    int m_columns = 0;
    std::vector<double> m_errors;
    int m_divergence = -1;
    bool m_hasRun = false;
    bool m_isBaseline = false; ///< the run is itself uncached
    bool m_hasBaseline = false;
    std::optional<Fidelity> m_fidelity;
    QString m_backgroundText;
};

} // namespace toca::ui
