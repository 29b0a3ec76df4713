// SPDX-License-Identifier: Apache-2.0
#include "ui/prompt/class_controls.h"

#include "ui/prompt/prompt_model.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

#include <QComboBox>
#include <QCompleter>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QToolButton>

#include <algorithm>

namespace toca::ui {

namespace {

constexpr int kVisibleClasses = 16;
constexpr int kMinimumLetters = 12; ///< that the field makes room for

} // namespace

ClassControls::ClassControls(PromptModel& model, QWidget* parent)
    : QWidget(parent)
    , m_model(model)
    , m_names(new QComboBox)
    , m_number(new QSpinBox)
    , m_dice(new QToolButton)
{
    const QString tip =
        tr("What the picture shows: one of the classes that the model was trained on. Type a part of a name or the "
           "number. Ctrl+Return generates.");
    m_names->setObjectName("className");
    m_names->setAccessibleName(tr("Class"));
    m_names->setToolTip(tip);
    m_names->setEditable(true);
    m_names->setInsertPolicy(QComboBox::NoInsert);
    m_names->setMaxVisibleItems(kVisibleClasses);
    m_names->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_names->setMinimumContentsLength(kMinimumLetters);
    m_names->completer()->setCompletionMode(QCompleter::PopupCompletion);
    m_names->completer()->setFilterMode(Qt::MatchContains);
    m_names->completer()->setCaseSensitivity(Qt::CaseInsensitive);
    m_names->completer()->setMaxVisibleItems(kVisibleClasses);
    m_number->setObjectName("classNumber");
    m_number->setAccessibleName(tr("Number of the class"));
    m_number->setToolTip(tr("Number of the class that the picture shows. This model brings no names for its classes."));
    m_number->setKeyboardTracking(false);
    m_dice->setObjectName("classDice");
    m_dice->setIcon(icon("dice"));
    m_dice->setToolTip(tr("A random class"));
    m_dice->setAccessibleName(m_dice->toolTip());

    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kHalfSpace);
    layout->addWidget(m_names, 1);
    layout->addWidget(m_number, 1);
    layout->addWidget(m_dice);

    connect(m_names, &QComboBox::activated, this, [this](int index) { m_model.setClassLabel(index); });
    connect(m_names->lineEdit(), &QLineEdit::editingFinished, this, &ClassControls::takeText);
    connect(m_number, &QSpinBox::valueChanged, &m_model, &PromptModel::setClassLabel);
    connect(m_dice, &QToolButton::clicked, &m_model, &PromptModel::randomizeClass);
    connect(&m_model, &PromptModel::modelChanged, this, &ClassControls::fill);
    connect(&m_model, &PromptModel::changed, this, &ClassControls::showModel);
    fill();
}

void ClassControls::focusClass()
{
    QWidget* field = m_names->isHidden() ? static_cast<QWidget*>(m_number) : m_names;
    field->setFocus(Qt::ShortcutFocusReason);
    if (m_names->isHidden()) {
        m_number->selectAll();
    } else {
        m_names->lineEdit()->selectAll();
    }
}

void ClassControls::fill()
{
    const int classes = m_model.classCount();
    const bool hasNames = m_model.hasModel() && !m_model.model().classNames.empty();
    {
        const QSignalBlocker blockers[]{QSignalBlocker(m_names), QSignalBlocker(m_number)};
        m_names->clear();
        for (int label = 0; label < classes && hasNames; ++label) {
            m_names->addItem(m_model.classTitle(label));
        }
        m_number->setRange(0, std::max(0, classes - 1));
        m_number->setSuffix(classes > 0 ? tr("   (0 to %1)").arg(classes - 1) : QString());
    }
    m_names->setVisible(hasNames);
    m_number->setVisible(!hasNames);
    showModel();
}

void ClassControls::showModel()
{
    const int label = std::max(0, m_model.request().classLabel);
    const QSignalBlocker blockers[]{QSignalBlocker(m_names), QSignalBlocker(m_number)};
    if (m_names->currentIndex() != label || !m_names->lineEdit()->hasFocus()) {
        m_names->setCurrentIndex(label);
        m_names->lineEdit()->setCursorPosition(0); // a long name is read from its beginning
    }
    m_number->setValue(label);
}

/// The class that was typed: its whole entry, its number, or the first one that holds the text.
void ClassControls::takeText()
{
    if (m_names->isHidden()) {
        m_number->interpretText();
        return;
    }
    const QString text = m_names->currentText().trimmed();
    bool isNumber = false;
    int label = text.toInt(&isNumber);
    if (!isNumber || label < 0 || label >= m_names->count()) {
        label = m_names->findText(text, Qt::MatchFixedString);
        if (label < 0 && !text.isEmpty()) {
            label = m_names->findText(text, Qt::MatchContains);
        }
    }
    if (label >= 0) {
        m_model.setClassLabel(label);
    }
    // What was not understood gives way to what is in force.
    const QSignalBlocker blocker(m_names);
    m_names->setCurrentIndex(std::max(0, m_model.request().classLabel));
    m_names->setEditText(m_names->itemText(m_names->currentIndex()));
    m_names->lineEdit()->setCursorPosition(0);
}

} // namespace toca::ui
