// SPDX-License-Identifier: Apache-2.0
#include "ui/window/status_line.h"

#include "ui/elided_label.h"
#include "ui/prompt/system_memory.h"
#include "ui/still_frame.h"
#include "ui/theme/theme.h"
#include "ui/window/run_controller.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QProgressBar>

#include <algorithm>

namespace toca::ui {

namespace {

constexpr int kProgressSteps = 1000;

} // namespace

StatusLine::StatusLine(QWidget* parent)
    : QWidget(parent)
    , m_stage(new ElidedLabel(nullptr, Qt::ElideMiddle))
    , m_progress(new QProgressBar)
    , m_step(new QLabel)
    , m_rate(new QLabel)
    , m_eta(new QLabel)
    , m_gain(new QLabel)
    , m_cache(new QLabel)
{
    setObjectName("statusLine");
    m_progress->setRange(0, kProgressSteps);
    m_progress->setTextVisible(false);
    m_progress->setFixedWidth(180);
    m_progress->setAccessibleName(tr("Progress of the run"));
    m_rate->setToolTip(tr("Steps per second since the first one, previews excluded"));
    m_eta->setToolTip(tr("Time until the last step, from the plan: full steps cost more than cached ones"));
    m_cache->setToolTip(tr("Bytes of stored module outputs held now"));
    // Numbers change with every step, their places don't.
    m_run = new QWidget;
    auto* numbers = new QHBoxLayout(m_run);
    numbers->setContentsMargins(0, 0, 0, 0);
    numbers->setSpacing(kWideSpace);
    numbers->addWidget(m_progress);
    const auto add = [numbers](QLabel* label, const QString& widest) {
        label->setFont(numberFont());
        label->setProperty("muted", true);
        numbers->addWidget(new StillFrame(label, widest));
    };
    add(m_step, tr("%1 / %2 steps").arg(888).arg(888));
    add(m_rate, tr("%1 it/s").arg(QStringLiteral("88.88")));
    add(m_eta, tr("ETA %1").arg(QStringLiteral("88 min 88 s")));
    add(m_gain, tr("%1 × against the uncached %2").arg(QStringLiteral("88.88"), tr("estimate")));
    add(m_cache, tr("cache %1").arg(QStringLiteral("888.8 MiB")));
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(kSpace + 2, 1, kSpace, 3);
    layout->setSpacing(kWideSpace);
    layout->addWidget(new StillFrame(m_stage), 1);
    layout->addWidget(m_run);
    showIdle({});
}

void StatusLine::showIdle(const QString& text)
{
    m_stage->setText(text);
    m_run->hide();
    for (QLabel* label : {m_step, m_rate, m_eta, m_gain, m_cache}) {
        label->hide();
    }
}

void StatusLine::showRun(const RunController& run)
{
    const RunProgress& progress = run.progress();
    const QLocale locale;
    QString stage = tr("Starting");
    switch (progress.stage) {
    case Stage::Loading:
        stage = tr("Loading the model");
        break;
    case Stage::EncodingText:
        stage = tr("Reading the prompt");
        break;
    case Stage::EncodingCondition:
        stage = tr("Reading the condition");
        break;
    case Stage::Denoising:
        stage = run.isBaselineRun() ? tr("Denoising the uncached baseline") : tr("Denoising");
        break;
    case Stage::Decoding:
        stage = tr("Decoding frames");
        break;
    case Stage::Done:
        stage = tr("Done");
        break;
    }
    m_stage->setText(stage);
    m_run->show();
    const bool isDecoding = progress.stage == Stage::Decoding && progress.toDecode > 0;
    const double share = isDecoding ? static_cast<double>(progress.decoded) / progress.toDecode
        : progress.steps > 0        ? static_cast<double>(progress.step) / progress.steps
                                    : 0;
    m_progress->setValue(static_cast<int>(std::clamp(share, 0.0, 1.0) * kProgressSteps));
    m_step->setText(isDecoding ? tr("frame %1 / %2").arg(progress.decoded).arg(progress.toDecode)
                               : tr("%1 / %2 steps").arg(progress.step).arg(progress.steps));
    m_step->setVisible(isDecoding || progress.stage == Stage::Denoising);
    const bool hasSteps = progress.step > 0;
    m_rate->setText(
        tr("%1 it/s").arg(locale.toString(progress.stepsPerSecond, 'f', progress.stepsPerSecond < 10 ? 2 : 1)));
    m_rate->setVisible(hasSteps);
    m_eta->setText(tr("ETA %1").arg(duration(progress.etaSeconds)));
    m_eta->setVisible(hasSteps && progress.stage == Stage::Denoising);
    const QString basis = progress.gainFromBaseline ? tr("baseline") : tr("estimate");
    m_gain->setText(tr("%1 × against the uncached %2").arg(locale.toString(progress.gain, 'f', 2), basis));
    m_gain->setToolTip(
        progress.gainFromBaseline ? tr(
            "Wall-clock gain so far: time of the uncached run of this request for as many steps, divided by the time "
            "taken")
                                  : tr("Wall-clock gain so far, estimated: pace of this run's own full steps, divided "
                                       "by its mean pace. Compare with "
                                       "the uncached run for a measured gain."));
    m_gain->setVisible(hasSteps && progress.gain > 0);
    m_cache->setText(tr("cache %1").arg(dataSize(progress.cacheBytes)));
    m_cache->setVisible(hasSteps && progress.cacheBytes > 0);
}

QString StatusLine::text() const
{
    QStringList parts{m_stage->text()};
    for (const QLabel* label : {m_step, m_rate, m_eta, m_gain, m_cache}) {
        if (!label->isHidden()) {
            parts += label->text();
        }
    }
    return parts.join("  ");
}

} // namespace toca::ui
