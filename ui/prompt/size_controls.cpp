// SPDX-License-Identifier: Apache-2.0
#include "ui/prompt/size_controls.h"

#include "ui/prompt/prompt_model.h"
#include "ui/theme/theme.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QLabel>
#include <QLocale>
#include <QSignalBlocker>

#include <algorithm>

namespace toca::ui {

namespace {

/// Counts in the valid steps of a temporal VAE: 1, 17, 34, 51 ...
class FrameSpinBox : public QSpinBox {
public:
    explicit FrameSpinBox(const PromptModel& model)
        : m_model(model)
    {
    }

    void stepBy(int steps) override
    {
        const int piece = m_model.hasModel() ? static_cast<int>(m_model.model().shape.microFrameSize) : 17;
        // With 1 as the zeroth multiple.
        const int multiple = value() <= 1 ? 0 : (steps > 0 ? value() / piece : (value() + piece - 1) / piece);
        setValue(std::max(1, (multiple + steps) * piece));
    }

private:
    const PromptModel& m_model;
};

QLabel* fieldLabel(const QString& text, QWidget* buddy)
{
    auto* label = new QLabel(text);
    label->setProperty("muted", true);
    label->setBuddy(buddy);
    return label;
}

} // namespace

SizeControls::SizeControls(PromptModel& model, QWidget* parent)
    : QWidget(parent)
    , m_model(model)
    , m_presets(new QComboBox)
    , m_custom(new QWidget)
    , m_width(new QSpinBox)
    , m_height(new QSpinBox)
    , m_frames(new FrameSpinBox(model))
    , m_fps(new QDoubleSpinBox)
    , m_framesLabel(fieldLabel(tr("Frames"), m_frames))
    , m_length(new QLabel)
    , m_problem(new QLabel)
{
    m_presets->setObjectName("sizePreset");
    m_presets->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    for (QSpinBox* side : {m_width, m_height}) {
        side->setRange(8, 8192);
        side->setKeyboardTracking(false);
        side->setSuffix(tr(" px"));
    }
    m_width->setAccessibleName(tr("Width in pixels"));
    m_height->setAccessibleName(tr("Height in pixels"));
    m_frames->setObjectName("frames");
    m_frames->setRange(1, 4096);
    m_frames->setKeyboardTracking(false);
    m_fps->setRange(1, 120);
    m_fps->setDecimals(0);
    m_fps->setSuffix(tr(" fps"));
    m_fps->setKeyboardTracking(false);
    m_fps->setAccessibleName(tr("Frames per second"));
    m_fps->setToolTip(tr("Frames per second: a condition of the model and the rate of the saved clip."));
    m_length->setProperty("muted", true);
    m_problem->setProperty("warningText", true);
    m_problem->setWordWrap(true);
    m_problem->hide();

    auto* customLayout = new QHBoxLayout(m_custom);
    customLayout->setContentsMargins(0, 0, 0, 0);
    customLayout->setSpacing(kHalfSpace);
    customLayout->addWidget(m_width, 1);
    customLayout->addWidget(new QLabel(QStringLiteral("×")));
    customLayout->addWidget(m_height, 1);

    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(kSpace);
    grid->setVerticalSpacing(kSpace);
    grid->setColumnMinimumWidth(0, 68);
    grid->setColumnStretch(1, 1);
    grid->setColumnStretch(2, 1);
    grid->addWidget(fieldLabel(tr("Size"), m_presets), 0, 0);
    grid->addWidget(m_presets, 0, 1, 1, 2);
    grid->addWidget(m_custom, 1, 1, 1, 2);
    grid->addWidget(m_framesLabel, 2, 0);
    grid->addWidget(m_frames, 2, 1);
    grid->addWidget(m_fps, 2, 2);
    grid->addWidget(m_length, 3, 1, 1, 2);
    grid->addWidget(m_problem, 4, 0, 1, 3);

    connect(m_presets, &QComboBox::activated, this, [this](int index) {
        const QSize size = m_presets->itemData(index).toSize();
        m_wantsCustom = !size.isValid();
        if (size.isValid()) {
            m_model.setSize(size.width(), size.height());
        }
        showModel();
    });
    const auto applySize = [this] { m_model.setSize(m_width->value(), m_height->value()); };
    connect(m_width, &QSpinBox::valueChanged, this, applySize);
    connect(m_height, &QSpinBox::valueChanged, this, applySize);
    connect(m_frames, &QSpinBox::valueChanged, this, &SizeControls::applyFrames);
    connect(m_fps, &QDoubleSpinBox::valueChanged, &m_model, &PromptModel::setFps);
    connect(&m_model, &PromptModel::modelChanged, this, &SizeControls::fillPresets);
    connect(&m_model, &PromptModel::changed, this, &SizeControls::showModel);
    fillPresets();
    showModel();
}

void SizeControls::fillPresets()
{
    m_presets->clear();
    for (const SizePreset& preset : m_model.sizePresets()) {
        m_presets->addItem(tr("%1 × %2   %3").arg(preset.width).arg(preset.height).arg(preset.label),
            QSize(preset.width, preset.height));
    }
    const bool isFixed = m_model.hasModel() && m_model.model().shape.latentSide > 0;
    if (!isFixed) {
        m_presets->addItem(tr("Custom…"), QSize());
    }
    const bool isPicture = m_model.makesPictures();
    m_presets->setToolTip(isFixed ? tr("Width × height of the picture in pixels. This model makes no other size.")
            : isPicture
            ? tr("Width × height of the picture in pixels. The first entry is what the model was trained on.")
            : tr("Width × height of the clip in pixels. The first entry is what the model was trained on."));
    for (QWidget* part : {static_cast<QWidget*>(m_framesLabel), static_cast<QWidget*>(m_frames),
             static_cast<QWidget*>(m_fps), static_cast<QWidget*>(m_length)}) {
        part->setVisible(!isPicture);
    }
    if (m_model.hasModel()) {
        m_width->setSingleStep(std::max(1, m_model.model().sizeMultiple));
        m_height->setSingleStep(std::max(1, m_model.model().sizeMultiple));
        const auto piece = m_model.model().shape.microFrameSize;
        m_frames->setToolTip(
            tr("Number of frames: 1 for a picture, or %1 and more; multiples of %1 fit the temporal VAE best. "
               "2 to %2 can't be generated: the published timestep transform degenerates to zero there.")
                .arg(piece)
                .arg(piece - 1));
    }
    showModel();
}

void SizeControls::applyFrames(int frames)
{
    const int valid = m_model.nearestValidFrames(frames);
    if (valid != frames) {
        const QSignalBlocker blocker(m_frames);
        m_frames->setValue(valid);
    }
    m_model.setFrames(valid);
    if (valid != frames) {
        m_problem->setText(tr("%1 frames can't be generated: choose 1, or %2 and more. Set to %3.")
                               .arg(frames)
                               .arg(m_model.hasModel() ? m_model.model().shape.microFrameSize : 17)
                               .arg(valid));
        m_problem->show();
    }
}

void SizeControls::showModel()
{
    const GenerationRequest& request = m_model.request();
    const QSignalBlocker blockers[]{QSignalBlocker(m_width), QSignalBlocker(m_height), QSignalBlocker(m_frames),
        QSignalBlocker(m_fps), QSignalBlocker(m_presets)};
    m_width->setValue(request.width);
    m_height->setValue(request.height);
    m_frames->setValue(request.frames);
    m_fps->setValue(request.fps);
    int known = m_presets->findData(QSize(request.width, request.height));
    const int custom = m_presets->findData(QSize());
    if (known < 0 || (m_wantsCustom && custom >= 0)) {
        known = custom;
    }
    m_presets->setCurrentIndex(known);
    m_custom->setVisible(known < 0 || known == custom); // also a size of a file that this model does not make
    m_length->setText(request.frames == 1
            ? tr("one picture")
            : tr("%1 s of video").arg(QLocale().toString(request.frames / std::max(1.0, request.fps), 'f', 1)));
    const QString problem = m_model.sizeProblem();
    m_problem->setText(problem);
    m_problem->setVisible(!problem.isEmpty());
}

} // namespace toca::ui
