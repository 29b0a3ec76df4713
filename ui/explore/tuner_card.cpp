// SPDX-License-Identifier: Apache-2.0
#include "ui/explore/tuner_card.h"

#include "ui/theme/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

namespace toca::ui {

TunerCard::TunerCard(Tuner& tuner, QWidget* parent)
    : QFrame(parent)
    , m_tuner(tuner)
    , m_text(new QLabel)
    , m_budget(new QSpinBox)
    , m_start(new QPushButton(tr("Tune automatically")))
    , m_resume(new QPushButton(tr("Resume")))
    , m_stop(new QPushButton(tr("Stop")))
    , m_progress(new QProgressBar)
{
    setObjectName("tunerCard");
    setProperty("card", true);
    setMinimumWidth(150);
    auto* title = new QLabel(tr("Automatic tuner"));
    title->setProperty("heading", true);
    m_text->setObjectName("tunerText");
    m_text->setFont(smallFont());
    m_text->setWordWrap(true);
    m_text->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_budget->setObjectName("tunerBudget");
    m_budget->setAccessibleName(tr("Runs of the search"));
    m_budget->setRange(4, 10'000);
    m_budget->setValue(120);
    m_budget->setSingleStep(20);
    m_budget->setSuffix(tr(" runs"));
    m_budget->setToolTip(tr("How many short runs the search may make; they give way to everything else"));
    m_start->setObjectName("tunerStart");
    m_start->setToolTip(
        tr("Search steps x layers schedules that cost as much as the present setting and are nearer to the "
           "uncached run; judged on prompts that were not tuned on"));
    m_resume->setObjectName("tunerResume");
    m_stop->setObjectName("tunerStop");
    m_progress->setTextVisible(false);
    m_progress->setAccessibleName(tr("Progress of the tuner"));
    auto* row = new QHBoxLayout;
    row->setSpacing(kHalfSpace);
    row->addWidget(m_budget, 1);
    row->addWidget(m_resume);
    row->addWidget(m_stop);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpace + 2, kSpace, kSpace + 2, kSpace + 2);
    layout->setSpacing(kSpace);
    layout->addWidget(title);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_progress);
    layout->addLayout(row);
    layout->addWidget(m_start);
    connect(m_start, &QPushButton::clicked, this, &TunerCard::startRequested);
    connect(m_resume, &QPushButton::clicked, this, [this] { (void)m_tuner.resume(); });
    connect(m_stop, &QPushButton::clicked, &tuner, &Tuner::stop);
    connect(&tuner, &Tuner::changed, this, &TunerCard::update);
    update();
}

int TunerCard::budget() const
{
    return m_budget->value();
}

void TunerCard::update()
{
    const QLocale locale;
    const auto db = [&](double value) { return locale.toString(value, 'f', 1); };
    QString text;
    double share = 0;
    switch (m_tuner.stage()) {
    case Tuner::Stage::Idle:
        text = m_tuner.canResume()
            ? tr("A search was interrupted after %n run(s). Resume goes on from there.", "", m_tuner.savedRuns())
            : tr(
                "Searches a schedule as fast as the present setting but nearer to the uncached run, in the background. "
                "The result is one of your presets.");
        break;
    case Tuner::Stage::Uncached:
        text = tr("Making the uncached runs to compare with.");
        break;
    case Tuner::Stage::Searching: {
        text = tr("Run %1 of %2.").arg(m_tuner.runs() + 1).arg(m_tuner.budget());
        if (const auto* best = m_tuner.search()->best()) {
            text += QLatin1Char(' ') + tr("Best so far %1 dB").arg(db(best->mean()));
            if (const auto start = m_tuner.startDb()) {
                text += tr(", the present setting %1 dB").arg(db(*start));
            }
            text += tr(" (on the prompts tuned on).");
        }
        share = static_cast<double>(m_tuner.runs()) / m_tuner.budget();
        break;
    }
    case Tuner::Stage::Judging:
        text = tr("Judging on prompts not tuned on: run %1 of %2.").arg(m_tuner.judged() + 1).arg(m_tuner.toJudge());
        share = static_cast<double>(m_tuner.judged()) / std::max(1, m_tuner.toJudge());
        break;
    case Tuner::Stage::Done: {
        const TunerVerdict& verdict = m_tuner.verdict();
        text = tr(
            "On %1 prompts not tuned on: %2 dB, the setting before %3 dB (%4 dB; better on %5). Time %6 of it. Saved "
            "among your presets.")
                   .arg(verdict.prompts)
                   .arg(db(verdict.tunedDb), db(verdict.referenceDb),
                       (verdict.tunedDb >= verdict.referenceDb ? QStringLiteral("+") : QString())
                           + db(verdict.tunedDb - verdict.referenceDb))
                   .arg(verdict.betterOn)
                   .arg(locale.toString(verdict.timeRatio, 'f', 2));
        break;
    }
    }
    m_text->setText(text);
    m_progress->setVisible(m_tuner.isRunning());
    m_progress->setRange(0, 1000);
    m_progress->setValue(static_cast<int>(share * 1000));
    m_start->setEnabled(!m_tuner.isRunning());
    m_budget->setEnabled(!m_tuner.isRunning());
    m_resume->setVisible(!m_tuner.isRunning() && m_tuner.canResume());
    m_stop->setVisible(m_tuner.isRunning());
}

} // namespace toca::ui
