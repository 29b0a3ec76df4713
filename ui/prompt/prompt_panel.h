// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/prompt/prompt_model.h"

#include <QTimer>
#include <QWidget>

class QActionGroup;
class QDoubleSpinBox;
class QHBoxLayout;
class QLabel;
class QMenu;
class QPushButton;
class QSpinBox;
class QComboBox;
class QVBoxLayout;

namespace toca::ui {

class ClassControls;
class FoldingSection;
class PromptEditor;

/// The left panel: what to generate. Shows and edits a PromptModel; asks the window for everything else by signals.
class PromptPanel : public QWidget {
    Q_OBJECT
public:
    explicit PromptPanel(QWidget* parent = nullptr);

    PromptModel& model() { return m_model; }
    const PromptModel& model() const { return m_model; }
    /// Generate becomes impossible and Cancel possible.
    /// @param what the engine does instead of a run, on the button
    void setRunning(bool running, const QString& what = {});
    /// What the menu of models offers beside files.
    /// @param names of the models that come with the program; "" = the default one
    void setEmbeddedModels(const std::vector<std::string>& names);
    void focusPrompt();
    /// A run may be started from within a field: takes what it holds.
    void takeEdits();
    /// Never narrower than its content: a panel that scrolls sideways hides its buttons.
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void generateRequested();
    void cancelRequested();
    void openModelRequested();
    void openCheckpointRequested();
    void embeddedModelRequested(const QString& name); ///< "" = the default one
    void modelDetailsRequested();

private:
    static QString titleOf(const std::string& embeddedModel);
    QWidget* makePromptArea();
    QWidget* makeClassArea();
    QWidget* makeModelRow();
    QWidget* makeSettings();
    QWidget* makeButtons();
    void fillExamples();
    void fillHistory();
    void fillSamplers();
    void showNewChips();
    void showModel();
    void updateNotice();

    PromptModel m_model;
    QWidget* m_content = nullptr;
    QTimer m_noticeTimer; ///< unknown words are looked up when typing pauses
    QWidget* m_promptArea = nullptr;
    QWidget* m_classArea = nullptr; ///< instead of the prompt
    ClassControls* m_class;
    PromptEditor* m_prompt;
    QLabel* m_notice;
    QVBoxLayout* m_chips;
    QMenu* m_examples;
    QMenu* m_history;
    FoldingSection* m_negativeSection;
    PromptEditor* m_negative;
    QMenu* m_modelMenu;
    QActionGroup* m_embeddedModels; ///< their names in `data`
    QPushButton* m_modelName;
    QLabel* m_modelFacts;
    QLabel* m_resultHeading; ///< "Clip" or "Picture"
    QLabel* m_samplerLabel;
    QComboBox* m_sampler;
    QSpinBox* m_steps;
    QDoubleSpinBox* m_guidance;
    QWidget* m_conditionRow;
    QComboBox* m_device;
    QComboBox* m_precision;
    QSpinBox* m_threads;
    QPushButton* m_generate;
    QPushButton* m_cancel;
};

} // namespace toca::ui
