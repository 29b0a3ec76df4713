// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/runs/job_plan.h"

#include <QDialog>

class QCheckBox;
class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;

namespace toca::ui {

/// Asks for many runs at once: prompts, seeds, and what of the caching setting is varied.
class JobDialog : public QDialog {
    Q_OBJECT
public:
    /// @param varies shows and proposes axes, as for a sweep
    JobDialog(const GenerationRequest& base, bool varies, QWidget* parent = nullptr);

    JobPlan plan() const;
    QString title() const;
    bool atFront() const { return m_atFront; }
    /// The runs, or nothing while something is wrong.
    const std::vector<GenerationRequest>& requests() const { return m_requests; }

private:
    struct Axis {
        QComboBox* parameter;
        QLineEdit* values;
    };
    void check();
    Axis addAxis(QFormLayout& form, const QString& label, const char* name);

    GenerationRequest m_base;
    QPlainTextEdit* m_prompts;
    QLineEdit* m_seeds;
    Axis m_axes[2];
    QCheckBox* m_uncached;
    QLabel* m_count;
    QPushButton* m_add;
    QPushButton* m_addFront;
    std::vector<GenerationRequest> m_requests;
    bool m_atFront = false;
};

} // namespace toca::ui
