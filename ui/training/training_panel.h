// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/training/training_watch.h"
#include "ui/window/file_services.h"

#include <QTimer>
#include <QWidget>

#include <memory>

class QComboBox;
class QLabel;
class QPushButton;
class QStackedWidget;

namespace toca::ui {

class ElidedLabel;
class SampleBoard;
class TrainingPlots;

/// A training as curves and samples, while it goes on and after: how it stands, what it has learnt, and its model to
/// use.
class TrainingPanel : public QWidget {
    Q_OBJECT
public:
    explicit TrainingPanel(const FileServices& services, QWidget* parent = nullptr);
    ~TrainingPanel() override;

    /// @param folder that `toca train --out` wrote
    void open(const QString& folder);
    QString folder() const { return m_watch.folder(); }
    /// Opens a folder when the panel is seen for the first time.
    void openLater(const QString& folder) { m_later = folder; }
    TrainingWatch& watch() { return m_watch; }
    TrainingPlots& plots() { return *m_plots; }
    SampleBoard& samples() { return *m_samples; }
    QString statusText() const;
    QString stateText() const;
    QString sentence() const; ///< of the cursor's place in the curves
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void openRequested();
    void useModelRequested(const QString& folder);
    void showFolderRequested(const QString& folder);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    QWidget* makeHead();
    QWidget* makeControls();
    QWidget* makeCurves();
    void ask(std::optional<std::pair<double, double>> range);
    void refresh();
    void showStanding();
    void showSentence();

    TrainingWatch m_watch;
    std::unique_ptr<TrainingPlots> m_plots;
    SampleBoard* m_samples;
    QStackedWidget* m_pages;
    ElidedLabel* m_name;
    QLabel* m_state;
    ElidedLabel* m_status;
    ElidedLabel* m_notes;
    ElidedLabel* m_sentence;
    QPushButton* m_use;
    QPushButton* m_showFolder;
    QPushButton* m_steps;
    QPushButton* m_hours;
    QPushButton* m_linear;
    QPushButton* m_logarithmic;
    QComboBox* m_smoothing;
    QPushButton* m_whole;
    QLabel* m_empty;
    QString m_later;
    QTimer m_second; ///< "12 s ago"
};

} // namespace toca::ui
