// SPDX-License-Identifier: Apache-2.0
#include "ui/player/player_widget.h"

#include "ui/player/scrubber.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

#include <QAction>
#include <QActionGroup>
#include <QComboBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLocale>
#include <QToolButton>

#include <algorithm>
#include <array>
#include <utility>

namespace toca::ui {

// The player's commands and bars: what exists and what it is connected to. How it follows the models:
// player_widget.cpp.

namespace {

constexpr std::array<double, 6> kSpeeds{0.25, 0.5, 0.75, 1.0, 1.5, 2.0};
constexpr std::array<int, 5> kGains{1, 2, 4, 8, 16};

/// Space and Return press a focused button, as everywhere, although the player has shortcuts on them.
class BarButton : public QToolButton {
public:
    using QToolButton::QToolButton;

protected:
    bool event(QEvent* event) override
    {
        if (event->type() == QEvent::ShortcutOverride && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Space) {
            event->accept();
            return true;
        }
        return QToolButton::event(event);
    }
};

QWidget* divider()
{
    auto* line = new QWidget;
    line->setFixedSize(1, 18);
    line->setAutoFillBackground(true);
    line->setBackgroundRole(QPalette::Mid);
    return line;
}

QLabel* caption(const QString& text)
{
    auto* label = new QLabel(text);
    label->setProperty("muted", true);
    label->setFont(smallFont());
    return label;
}

/// Of the size of `sample` whatever it says: a text that changes all the time must not make the window arrange itself.
void keepSize(QLabel& label, const QString& sample)
{
    const QFontMetrics metrics(label.font());
    label.setFixedSize(metrics.horizontalAdvance(sample) + kHalfSpace, metrics.height() + 2);
}

} // namespace

QAction* PlayerWidget::addCommand(const char* name, const QString& iconName, const QString& text,
    const QString& toolTip, const QList<QKeySequence>& keys)
{
    auto* action = new QAction(iconName.isEmpty() ? QIcon() : icon(iconName), text, this);
    action->setObjectName(QString::fromLatin1(name));
    action->setShortcuts(keys);
    action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    const QString shortcut = keys.isEmpty() ? QString() : keys.front().toString(QKeySequence::NativeText);
    action->setToolTip(shortcut.isEmpty() ? toolTip : toolTip + QStringLiteral("  [%1]").arg(shortcut));
    addAction(action);
    return action;
}

void PlayerWidget::makeActions()
{
    const auto command = [this](const char* name, const char* iconName, const QString& text, const QString& toolTip,
                             const QList<QKeySequence>& keys, auto&& run) {
        QAction* action = addCommand(name, QString::fromLatin1(iconName), text, toolTip, keys);
        connect(action, &QAction::triggered, this, std::forward<decltype(run)>(run));
        return action;
    };
    command(
        "player.play", "play", tr("Play"), tr("Play or pause"), {Qt::Key_Space}, [this] { m_player.togglePlaying(); });
    command("player.previousFrame", "frame-back", tr("Previous frame"), tr("Previous frame"),
        {Qt::Key_Left, Qt::Key_Comma}, [this] { m_player.stepFrame(-1); });
    command("player.nextFrame", "frame-forward", tr("Next frame"), tr("Next frame"), {Qt::Key_Right, Qt::Key_Period},
        [this] { m_player.stepFrame(1); });
    command("player.firstFrame", "first-frame", tr("First frame"), tr("First frame"), {Qt::Key_Home},
        [this] { m_player.setFrame(0); });
    command("player.lastFrame", "last-frame", tr("Last frame"), tr("Last frame"), {Qt::Key_End}, [this] {
        m_player.setPlaying(false);
        m_player.setFrame(m_player.frameCount() - 1);
    });
    QAction* loop = command("player.loop", "loop", tr("Loop"), tr("Start again at the end"), {Qt::Key_L},
        [this](bool on) { m_player.setLooping(on); });
    loop->setCheckable(true);
    command("player.slower", "", tr("Slower"), tr("Slower"), {Qt::Key_BracketLeft}, [this] {
        const auto* found = std::lower_bound(kSpeeds.begin(), kSpeeds.end(), m_player.speed());
        m_player.setSpeed(found == kSpeeds.begin() ? kSpeeds.front() : *(found - 1));
    });
    command("player.faster", "", tr("Faster"), tr("Faster"), {Qt::Key_BracketRight}, [this] {
        const auto* found = std::upper_bound(kSpeeds.begin(), kSpeeds.end(), m_player.speed());
        m_player.setSpeed(found == kSpeeds.end() ? kSpeeds.back() : *found);
    });

    command("player.previousStep", "", tr("Previous denoising step"), tr("The clip predicted one step earlier"),
        {Qt::SHIFT | Qt::Key_Left}, [this] { m_player.stepPreview(-1); });
    command("player.nextStep", "", tr("Next denoising step"), tr("The clip predicted one step later"),
        {Qt::SHIFT | Qt::Key_Right}, [this] { m_player.stepPreview(1); });
    QAction* follow = command("player.follow", "follow", tr("Newest clip"),
        tr("Show the newest prediction as it arrives, in the end the final clip"), {Qt::SHIFT | Qt::Key_End},
        [this] { m_player.viewStep(PlayerModel::kFinal); });
    follow->setCheckable(true);

    m_views = new QActionGroup(this);
    const auto viewCommand = [&](const char* name, const char* iconName, const QString& text, const QString& toolTip,
                                 Qt::Key key, ClipView view) {
        QAction* action = command(name, iconName, text, toolTip, {key}, [this, view] { m_player.setView(view); });
        action->setCheckable(true);
        action->setData(static_cast<int>(view));
        m_views->addAction(action);
    };
    viewCommand("player.viewSingle", "single", tr("Run only"), tr("The run alone"), Qt::Key_1, ClipView::Single);
    viewCommand("player.viewSideBySide", "side-by-side", tr("Side by side"),
        tr("Run and baseline side by side, at the same frame"), Qt::Key_2, ClipView::SideBySide);
    viewCommand("player.viewSlider", "slider-view", tr("Slider"),
        tr("Run to the left of a line that you drag, baseline to the right"), Qt::Key_3, ClipView::Slider);
    viewCommand("player.viewDifference", "difference", tr("Difference"),
        tr("|run \u2212 baseline| per colour channel, times a gain"), Qt::Key_4, ClipView::Difference);
    command("player.wipeLeft", "", tr("Slider to the left"), tr("Move the slider's line to the left"),
        {Qt::CTRL | Qt::Key_Left}, [this] { m_canvas->setWipe(m_canvas->wipe() - 0.05); });
    command("player.wipeRight", "", tr("Slider to the right"), tr("Move the slider's line to the right"),
        {Qt::CTRL | Qt::Key_Right}, [this] { m_canvas->setWipe(m_canvas->wipe() + 0.05); });

    QAction* overlay = command("player.overlay", "overlay", tr("Tokens"),
        tr("Show which tokens were computed over the picture"), {Qt::Key_O}, [this](bool on) { m_overlay.setOn(on); });
    overlay->setCheckable(true);
    QAction* brush = command("player.brush", "brush", tr("Protect tokens"),
        tr("Paint tokens on the picture that coming runs protect: policies choose them first. The right button erases; "
           "width and frames are set beside the probe, whose mask this is."),
        {Qt::Key_B}, [this](bool on) {
            m_canvas->setPainting(on);
            Q_EMIT brushToggled(on);
        });
    brush->setCheckable(true);
    command("player.zoomFit", "zoom-fit", tr("Fit"), tr("Fit the picture into the window"), {Qt::Key_F}, [this] {
        m_canvas->setZoom(0);
    })->setCheckable(true);
    command("player.zoomActual", "actual-size", tr("1:1"), tr("One pixel of the clip per pixel of the screen"),
        {Qt::Key_Z}, [this] { m_canvas->setZoom(1); })
        ->setCheckable(true);
    command("player.zoomIn", "", tr("Zoom in"), tr("Zoom in"), {Qt::Key_Plus, Qt::Key_Equal},
        [this] { m_canvas->setZoom(m_canvas->effectiveZoom() * 1.25); });
    command("player.zoomOut", "", tr("Zoom out"), tr("Zoom out"), {Qt::Key_Minus},
        [this] { m_canvas->setZoom(m_canvas->effectiveZoom() / 1.25); });
    QAction* pixels = command("player.pixels", "pixels", tr("Hard pixels"),
        tr("Enlarge without smoothing: every pixel of the clip a square"), {Qt::Key_P},
        [this](bool on) { m_canvas->setSmooth(!on); });
    pixels->setCheckable(true);
    command("player.savePicture", "image", tr("Save picture\u2026"), tr("Save the frame on the screen as a picture"),
        {}, [this] { Q_EMIT savePictureRequested(); });
}

QToolButton* PlayerWidget::button(const char* actionName)
{
    auto* result = new BarButton;
    QAction* command = action(QString::fromLatin1(actionName));
    result->setDefaultAction(command);
    result->setAccessibleName(command->text());
    result->setAccessibleDescription(command->toolTip());
    result->setIconSize({16, 16});
    result->setFixedSize(28, 28);
    result->setFocusPolicy(Qt::TabFocus);
    return result;
}

QWidget* PlayerWidget::makeTopBar()
{
    auto* bar = new QWidget;
    bar->setProperty("panel", true);
    bar->setAttribute(Qt::WA_StyledBackground);
    auto* layout = new QHBoxLayout(bar);
    layout->setContentsMargins(kSpace, kHalfSpace, kSpace, kHalfSpace);
    layout->setSpacing(2);
    for (const char* name :
        {"player.viewSingle", "player.viewSideBySide", "player.viewSlider", "player.viewDifference"})
        layout->addWidget(button(name));
    m_gain = new QComboBox;
    for (const int gain : kGains)
        m_gain->addItem(tr("\u00d7 %1").arg(gain), gain);
    m_gain->setAccessibleName(tr("Gain of the difference"));
    m_gain->setToolTip(tr("Each difference is multiplied by this before it is shown"));
    connect(m_gain, &QComboBox::activated, this, [this] { m_player.setGain(m_gain->currentData().toInt()); });
    layout->addSpacing(kHalfSpace);
    layout->addWidget(m_gain);
    layout->addStretch(1);

    layout->addWidget(button("player.brush"));
    layout->addWidget(button("player.overlay"));
    m_mode = new QComboBox;
    const auto mode = [this](const QString& text, OverlayMode value, const QString& meaning) {
        m_mode->addItem(text, static_cast<int>(value));
        m_mode->setItemData(m_mode->count() - 1, meaning, Qt::ToolTipRole);
    };
    mode(tr("Computed"), OverlayMode::Computed, tr("Tokens computed at the chosen cell; reused ones are dimmed"));
    mode(tr("Age"), OverlayMode::Age, tr("Evaluations since a token was last computed in this layer and module"));
    mode(tr("Score"), OverlayMode::Score, tr("The policy's score: the highest are computed"));
    mode(tr("Share"), OverlayMode::Share, tr("Share of all layers and modules of the step that computed a token"));
    m_mode->setAccessibleName(tr("What the token overlay shows"));
    m_mode->setToolTip(tr("What the token overlay shows"));
    m_mode->setMinimumWidth(80); // a narrow window cuts its text first
    m_mode->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    connect(m_mode, &QComboBox::activated, this, [this] {
        m_overlay.setMode(static_cast<OverlayMode>(m_mode->currentData().toInt()));
        m_overlay.setOn(true);
    });
    layout->addWidget(m_mode);
    m_opacity = new QSlider(Qt::Horizontal);
    m_opacity->setRange(0, 100);
    m_opacity->setFixedWidth(48);
    m_opacity->setPageStep(10);
    m_opacity->setAccessibleName(tr("Opacity of the token overlay, percent"));
    connect(m_opacity, &QSlider::valueChanged, this, [this](int value) { m_overlay.setOpacity(value / 100.0); });
    layout->addSpacing(kHalfSpace);
    layout->addWidget(m_opacity);
    layout->addSpacing(kSpace);
    layout->addWidget(divider());
    layout->addSpacing(kSpace);
    for (const char* name : {"player.zoomFit", "player.zoomActual", "player.pixels"})
        layout->addWidget(button(name));
    m_zoomText = caption({});
    keepSize(*m_zoomText, QStringLiteral("6400 %"));
    m_zoomText->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_zoomText->setAccessibleName(tr("Zoom"));
    layout->addWidget(m_zoomText);
    layout->addWidget(button("player.savePicture"));
    return bar;
}

QWidget* PlayerWidget::makeBottomBar()
{
    auto* bar = new QWidget;
    bar->setProperty("panel", true);
    bar->setAttribute(Qt::WA_StyledBackground);
    auto* grid = new QGridLayout(bar);
    grid->setContentsMargins(kSpace + kHalfSpace, kSpace, kSpace + kHalfSpace, kSpace);
    grid->setHorizontalSpacing(kSpace);
    grid->setVerticalSpacing(2);

    m_frameScrubber = new FrameScrubber(m_player, m_overlay);
    m_stepScrubber = new StepScrubber(m_player);
    connect(m_stepScrubber, &StepScrubber::stepHovered, this, &PlayerWidget::stepHovered);
    m_frameText = caption({});
    m_stepText = caption({});
    for (QLabel* label : {m_frameText, m_stepText}) {
        keepSize(*label, QStringLiteral("888 / 888"));
        label->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    }
    QLabel* frameCaption = caption(tr("Frame"));
    QLabel* stepCaption = caption(tr("Step"));
    frameCaption->setBuddy(m_frameScrubber);
    stepCaption->setBuddy(m_stepScrubber);
    m_clipOnly = {frameCaption, m_frameScrubber, m_frameText};
    grid->addWidget(frameCaption, 0, 0);
    grid->addWidget(m_frameScrubber, 0, 1);
    grid->addWidget(m_frameText, 0, 2);
    grid->addWidget(stepCaption, 1, 0);
    grid->addWidget(m_stepScrubber, 1, 1);
    grid->addWidget(m_stepText, 1, 2);

    auto* row = new QHBoxLayout;
    row->setSpacing(2);
    m_timeText = caption({});
    m_timeText->setAccessibleName(tr("Time"));
    keepSize(*m_timeText, QStringLiteral("00.00 / 00.00 s"));
    row->addWidget(m_timeText);
    m_clipOnly.append(m_timeText);
    row->addStretch(1);
    for (const char* name :
        {"player.firstFrame", "player.previousFrame", "player.play", "player.nextFrame", "player.lastFrame"}) {
        QToolButton* item = button(name);
        if (QByteArrayView(name) == "player.play") {
            item->setFixedSize(40, 32);
            item->setIconSize({20, 20});
        }
        row->addWidget(item);
        m_clipOnly.append(item);
    }
    row->addSpacing(kSpace);
    QToolButton* loop = button("player.loop");
    row->addWidget(loop);
    m_clipOnly.append(loop);
    row->addWidget(button("player.follow"));
    row->addStretch(1);
    m_speed = new QComboBox;
    for (const double speed : kSpeeds)
        m_speed->addItem(tr("%1\u00d7").arg(QLocale().toString(speed, 'g', 3)), speed);
    m_speed->setAccessibleName(tr("Playback speed"));
    m_speed->setToolTip(tr("Playback speed, times the clip's own rate  [ [ ] ]"));
    connect(m_speed, &QComboBox::activated, this, [this] { m_player.setSpeed(m_speed->currentData().toDouble()); });
    row->addWidget(m_speed);
    m_clipOnly.append(m_speed);
    grid->addLayout(row, 2, 0, 1, 3);
    grid->setColumnStretch(1, 1);

    connect(m_frameScrubber, &QSlider::sliderPressed, this, [this] {
        m_resumeAfterDrag = m_player.isPlaying();
        m_player.setPlaying(false);
    });
    connect(m_frameScrubber, &QSlider::sliderReleased, this, [this] { m_player.setPlaying(m_resumeAfterDrag); });
    connect(m_frameScrubber, &Scrubber::dragged, &m_player, &PlayerModel::setFrame);
    connect(m_frameScrubber, &Scrubber::walked, &m_player, &PlayerModel::stepFrame);
    connect(m_frameScrubber, &Scrubber::jumped, this,
        [this](bool toEnd) { action(toEnd ? "player.lastFrame" : "player.firstFrame")->trigger(); });
    connect(m_stepScrubber, &Scrubber::dragged, this,
        [this](int value) { m_player.viewStep(value >= m_player.steps() ? PlayerModel::kFinal : value); });
    connect(m_stepScrubber, &Scrubber::walked, &m_player, &PlayerModel::stepPreview);
    connect(m_stepScrubber, &Scrubber::jumped, this,
        [this](bool toEnd) { m_player.viewStep(toEnd ? PlayerModel::kFinal : 0); });
    return bar;
}

} // namespace toca::ui
