// SPDX-License-Identifier: Apache-2.0
#include "ui/prompt/condition_controls.h"

#include "ui/prompt/prompt_model.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QMimeData>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QToolButton>

namespace toca::ui {

ConditionControls::ConditionControls(PromptModel& model, QWidget* parent)
    : QWidget(parent)
    , m_model(model)
    , m_button(new QPushButton(icon("image"), {}))
    , m_frames(new QSpinBox)
    , m_clear(new QToolButton)
{
    setAcceptDrops(true);
    m_button->setObjectName("condition");
    m_button->setToolTip(
        tr("A picture or clip that the result starts with: its first frames are kept as they are and the rest is "
           "generated to follow. Drop a file here or click to choose one."));
    m_frames->setRange(1, 4096);
    m_frames->setKeyboardTracking(false);
    m_frames->setAccessibleName(tr("Frames kept from the condition"));
    m_frames->setToolTip(tr("How many of its first frames are kept."));
    m_clear->setIcon(icon("close"));
    m_clear->setAccessibleName(tr("Remove the condition"));
    m_clear->setToolTip(tr("Remove the condition"));
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kHalfSpace);
    layout->addWidget(m_button, 1);
    layout->addWidget(m_frames);
    layout->addWidget(m_clear);

    connect(m_button, &QPushButton::clicked, this, &ConditionControls::choose);
    connect(m_clear, &QToolButton::clicked, this, [this] { m_model.setCondition({}, 1); });
    connect(m_frames, &QSpinBox::valueChanged, this,
        [this](int frames) { m_model.setCondition(QString::fromStdString(m_model.request().conditionPath), frames); });
    connect(&m_model, &PromptModel::changed, this, &ConditionControls::showModel);
    showModel();
}

void ConditionControls::choose()
{
    const QString path = QFileDialog::getOpenFileName(this, tr("Start from a picture or clip"), {},
        tr("Pictures and clips (*.png *.jpg *.jpeg *.webp *.bmp *.gif *.mp4 *.webm *.mkv *.mov);;All files (*)"));
    if (!path.isEmpty()) {
        m_model.setCondition(path, m_model.request().conditionFrames);
    }
}

void ConditionControls::showModel()
{
    const QString path = QString::fromStdString(m_model.request().conditionPath);
    const bool isSet = !path.isEmpty();
    m_button->setText(
        isSet ? fontMetrics().elidedText(QFileInfo(path).fileName(), Qt::ElideMiddle, 130) : tr("Drop or choose…"));
    m_button->setAccessibleName(isSet ? tr("Condition: %1").arg(path) : tr("Choose a picture or clip to start from"));
    const QSignalBlocker blocker(m_frames);
    m_frames->setValue(m_model.request().conditionFrames);
    m_frames->setVisible(isSet);
    m_clear->setVisible(isSet);
}

void ConditionControls::dragEnterEvent(QDragEnterEvent* event)
{
    const QList<QUrl> urls = event->mimeData()->urls();
    if (urls.size() == 1 && urls.front().isLocalFile() && QFileInfo(urls.front().toLocalFile()).isFile()) {
        event->acceptProposedAction();
    }
}

void ConditionControls::dropEvent(QDropEvent* event)
{
    m_model.setCondition(event->mimeData()->urls().value(0).toLocalFile(), m_model.request().conditionFrames);
    event->acceptProposedAction();
}

} // namespace toca::ui
