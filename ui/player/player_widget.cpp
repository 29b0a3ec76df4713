// SPDX-License-Identifier: Apache-2.0
#include "ui/player/player_widget.h"

#include "ui/player/picture_operations.h"
#include "ui/player/scrubber.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

#include <QAction>
#include <QActionGroup>
#include <QComboBox>
#include <QLabel>
#include <QLocale>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include <cmath>
#include <utility>

/// Resources of a static library are only linked in when something asks for them; the macro declares a global function.
static void initializePlayerIcons()
{
    Q_INIT_RESOURCE(player);
}

namespace toca::ui {

PlayerWidget::PlayerWidget(QWidget* parent)
    : QWidget(parent)
{
    initializePlayerIcons();
    setAccessibleName(tr("Player"));
    m_canvas = new ClipCanvas(m_player, m_overlay);
    setFocusProxy(m_canvas);
    makeActions();

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(makeTopBar());
    layout->addWidget(m_canvas, 1);
    layout->addWidget(makeBottomBar());

    connect(&m_player, &PlayerModel::frameChanged, this, [this](int frame) {
        syncFrame();
        Q_EMIT frameChanged(frame);
    });
    connect(&m_player, &PlayerModel::stepChanged, this, [this](int step) {
        syncShareStep();
        Q_EMIT stepChanged(step);
    });
    connect(&m_player, &PlayerModel::contentChanged, this, &PlayerWidget::syncContent);
    connect(&m_player, &PlayerModel::shownChanged, this, &PlayerWidget::syncContent);
    connect(&m_player, &PlayerModel::playingChanged, this, &PlayerWidget::syncContent);
    connect(&m_player, &PlayerModel::playbackOptionsChanged, this, &PlayerWidget::syncContent);
    connect(&m_player, &PlayerModel::viewChanged, this, &PlayerWidget::syncView);
    connect(&m_overlay, &TokenOverlayModel::changed, this, &PlayerWidget::syncOverlay);
    connect(m_canvas, &ClipCanvas::zoomChanged, this, &PlayerWidget::syncZoom);
    connect(m_canvas, &ClipCanvas::tokenHovered, this, &PlayerWidget::tokenHovered);
    connect(m_canvas, &ClipCanvas::strokeStarted, this, &PlayerWidget::strokeStarted);
    connect(m_canvas, &ClipCanvas::tokenPainted, this, &PlayerWidget::tokenPainted);
    connect(m_canvas, &ClipCanvas::strokeEnded, this, &PlayerWidget::strokeEnded);
    syncContent();
    syncView();
    syncOverlay();
    syncZoom();
}

void PlayerWidget::setClip(Clip clip)
{
    m_canvas->clearBusy();
    m_player.setClip(std::move(clip));
}

void PlayerWidget::clear()
{
    m_canvas->clearBusy();
    m_canvas->setMarkedToken(-1);
    m_overlay.setTrace(nullptr);
    m_player.clear();
}

void PlayerWidget::addPreview(Preview preview)
{
    std::vector<Preview> one;
    one.push_back(std::move(preview));
    addPreviews(std::move(one));
}

void PlayerWidget::addPreviews(std::vector<Preview> previews)
{
    m_player.addPreviews(std::move(previews));
}

void PlayerWidget::setExpected(QSize picture, int frames, double fps)
{
    m_player.setExpected(picture, frames, fps);
}

void PlayerWidget::setDenoising(int step, int steps)
{
    m_canvas->clearBusy();
    m_player.setDenoising(step, steps);
}

void PlayerWidget::endRun()
{
    m_canvas->clearBusy();
    m_player.endRun();
}

void PlayerWidget::setBusy(const QString& what, double progress)
{
    m_canvas->setBusy(what, progress);
}

void PlayerWidget::clearBusy()
{
    m_canvas->clearBusy();
}

void PlayerWidget::setTrace(std::shared_ptr<const plan::Trace> trace)
{
    m_overlay.setTrace(std::move(trace));
    syncContent();
}

void PlayerWidget::showCell(int evaluation, int layer, plan::ModuleKind module)
{
    if (!m_overlay.showCell(evaluation, layer, module))
        return;
    if (m_overlay.mode() == OverlayMode::Share)
        m_overlay.setMode(OverlayMode::Computed);
    m_overlay.setOn(true);
    const int step = m_overlay.trace()->schedule().evaluations[static_cast<std::size_t>(evaluation)].step;
    if (!m_player.isFollowing() && m_player.hasPreview(step))
        m_player.viewStep(step);
}

void PlayerWidget::setCursorStep(int step)
{
    m_stepScrubber->setCursorStep(step);
}

void PlayerWidget::clearCell()
{
    m_overlay.clearCell();
}

void PlayerWidget::setMarkedToken(qint64 token)
{
    m_canvas->setMarkedToken(token);
}

void PlayerWidget::refresh()
{
    m_player.keepPlaying();
    m_overlay.refresh();
}

void PlayerWidget::setBaseline(Clip clip)
{
    m_player.setBaseline(std::move(clip));
}

void PlayerWidget::clearBaseline()
{
    m_player.clearBaseline();
}

void PlayerWidget::setLabels(const QString& run, const QString& baseline)
{
    m_canvas->setLabels(run, baseline);
}

void PlayerWidget::setHint(const QString& hint, const QString& example)
{
    m_canvas->setHint(hint, example);
}

void PlayerWidget::setExpectsPicture(bool picture)
{
    m_expectsPicture = picture;
    m_canvas->setEmptyTitle(picture ? tr("Your picture will appear here") : tr("Your clip will play here"));
    syncTransport();
}

void PlayerWidget::setView(ClipView view)
{
    m_player.setView(view);
}

QImage PlayerWidget::framePicture() const
{
    const ClipSourcePtr source = m_player.shown();
    const int frame = m_player.frameIn(source);
    return frame < 0 ? QImage() : toImage(source->clip.frames[static_cast<std::size_t>(frame)]);
}

QAction* PlayerWidget::action(const QString& name) const
{
    return findChild<QAction*>(name, Qt::FindDirectChildrenOnly);
}

void PlayerWidget::syncContent()
{
    const bool has = !m_player.isEmpty();
    const bool moves = m_player.frameCount() > 1;
    for (const char* name :
        {"player.play", "player.previousFrame", "player.nextFrame", "player.firstFrame", "player.lastFrame"})
        action(QString::fromLatin1(name))->setEnabled(moves);
    for (const char* name : {"player.zoomFit", "player.zoomActual", "player.zoomIn", "player.zoomOut", "player.pixels",
             "player.savePicture"})
        action(QString::fromLatin1(name))->setEnabled(has);
    for (const char* name : {"player.previousStep", "player.nextStep", "player.follow"})
        action(QString::fromLatin1(name))->setEnabled(m_player.previewCount() > 0);
    QAction* play = action("player.play");
    const bool playing = m_player.isPlaying() && moves;
    if (play->property("playing") != QVariant(playing)) {
        play->setProperty("playing", playing);
        play->setIcon(icon(playing ? "pause" : "play"));
        play->setText(playing ? tr("Pause") : tr("Play"));
    }
    action("player.loop")->setChecked(m_player.isLooping());
    action("player.follow")->setChecked(m_player.isFollowing());
    for (int i = 0; i < m_speed->count(); ++i)
        if (m_speed->itemData(i).toDouble() == m_player.speed())
            m_speed->setCurrentIndex(i);
    syncTransport();
    m_stepScrubber->sync();
    const int viewed = m_player.viewedStep();
    m_stepText->setText(viewed >= 0         ? QString::number(viewed)
            : viewed == PlayerModel::kFinal ? tr("final")
                                            : QStringLiteral("\u2013"));
    m_stepText->setToolTip(m_stepScrubber->reading());
    syncFrame();
    syncZoom();
}

/// A single picture has no time: what moves through frames is left out, the denoising steps stay.
void PlayerWidget::syncTransport()
{
    const int frames = m_player.frameCount();
    const bool isPicture = frames == 1 || (frames == 0 && m_expectsPicture);
    for (QWidget* part : m_clipOnly) {
        part->setVisible(!isPicture);
    }
}

void PlayerWidget::syncFrame()
{
    m_frameScrubber->sync();
    const int frames = m_player.frameCount();
    if (frames == 0) {
        m_frameText->setText(QStringLiteral("\u2013"));
        m_timeText->clear();
        return;
    }
    m_frameText->setText(tr("%1 / %2").arg(m_player.frame() + 1).arg(frames));
    const QLocale locale;
    m_timeText->setText(tr("%1 / %2 s")
                            .arg(locale.toString(m_player.seconds(m_player.frame()), 'f', 2),
                                locale.toString(m_player.seconds(frames), 'f', 2)));
}

void PlayerWidget::syncView()
{
    const bool compares = m_player.hasBaseline();
    for (QAction* view : m_views->actions()) {
        const auto value = static_cast<ClipView>(view->data().toInt());
        view->setEnabled(compares || value == ClipView::Single);
        view->setChecked(value == m_player.view());
    }
    const bool slides = m_player.view() == ClipView::Slider;
    action("player.wipeLeft")->setEnabled(slides);
    action("player.wipeRight")->setEnabled(slides);
    m_gain->setVisible(m_player.view() == ClipView::Difference);
    for (int i = 0; i < m_gain->count(); ++i)
        if (m_gain->itemData(i).toInt() == m_player.gain())
            m_gain->setCurrentIndex(i);
    syncZoom();
}

void PlayerWidget::syncOverlay()
{
    action("player.overlay")->setEnabled(m_overlay.hasTrace());
    action("player.brush")->setEnabled(m_overlay.hasTrace());
    action("player.overlay")->setChecked(m_overlay.isOn() && m_overlay.hasTrace());
    m_mode->setCurrentIndex(m_mode->findData(static_cast<int>(m_overlay.mode())));
    m_mode->setEnabled(m_overlay.hasTrace());
    m_opacity->setEnabled(m_overlay.hasTrace() && m_overlay.isOn());
    const int percent = static_cast<int>(std::lround(m_overlay.opacity() * 100));
    const QSignalBlocker quiet(m_opacity);
    m_opacity->setValue(percent);
    m_opacity->setToolTip(tr("Opacity of the overlay: %1 %").arg(percent));
    m_frameScrubber->sync();
}

void PlayerWidget::syncZoom()
{
    const double zoom = m_canvas->effectiveZoom();
    m_zoomText->setText(m_player.isEmpty() || zoom <= 0 ? QString() : tr("%1 %").arg(std::lround(zoom * 100)));
    action("player.zoomFit")->setChecked(m_canvas->isFitted());
    action("player.zoomActual")->setChecked(m_canvas->zoom() == 1);
}

/// The share overlay belongs to the step whose prediction is shown; the final clip stands for the last step.
void PlayerWidget::syncShareStep()
{
    const int viewed = m_player.viewedStep();
    m_overlay.setShareStep(viewed >= 0 ? viewed : -1);
}

} // namespace toca::ui
