// SPDX-License-Identifier: Apache-2.0
#include "ui/compare/summary_strip.h"

#include "ui/prompt/system_memory.h"
#include "ui/theme/theme.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QToolButton>
#include <QVBoxLayout>

#include <cmath>

namespace toca::ui {

namespace {

constexpr int kNoteWidth = 200; ///< kept free for the note, logical pixels

QString times(double gain)
{
    return QStringLiteral("%1 ×").arg(QLocale().toString(gain, 'f', 2));
}

} // namespace

SummaryStrip::SummaryStrip(QWidget* parent)
    : QFrame(parent)
    , m_numbers(new QHBoxLayout)
    , m_buttons(new QHBoxLayout)
    , m_note(new QLabel)
{
    setObjectName("summary");
    setProperty("panel", true);
    m_note->setProperty("muted", true);
    m_note->setWordWrap(true);
    m_numbers->setSpacing(kWideSpace);
    m_buttons->setSpacing(kHalfSpace);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(kSpace + 4, 6, kSpace, 6);
    layout->setSpacing(kWideSpace);
    layout->addLayout(m_numbers);
    layout->addWidget(m_note, 1);
    layout->addLayout(m_buttons);
    clear();
}

void SummaryStrip::clear()
{
    for (QWidget* cell : m_cells) {
        cell->deleteLater();
        cell->hide();
    }
    m_cells.clear();
    m_text.clear();
    m_note->setText({});
    m_note->setToolTip({});
    fitButtons();
}

void SummaryStrip::setNumber(const char* name, const QString& value, const QString& caption, const QString& tip)
{
    auto* cell = new QWidget;
    cell->setToolTip(tip);
    cell->setObjectName(name);
    cell->setAccessibleName(caption + ": " + value);
    auto* number = new QLabel(value);
    QFont font = numberFont();
    font.setPointSizeF(font.pointSizeF() * 1.25);
    font.setWeight(QFont::DemiBold);
    number->setFont(font);
    auto* label = new QLabel(caption);
    label->setProperty("muted", true);
    label->setFont(smallFont());
    auto* layout = new QVBoxLayout(cell);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(number);
    layout->addWidget(label);
    m_numbers->addWidget(cell);
    m_cells.append(cell);
    fitButtons();
    m_text += caption + ": " + value;
}

void SummaryStrip::showRun(const RunResult& run, const RunResult* baseline, const std::optional<Fidelity>& fidelity)
{
    clear();
    const QLocale locale;
    setNumber("totalTime", duration(run.times.total()), tr("total"),
        tr("Text encoding %1, denoising %2, previews %3, decoding %4, the first picture after %5. Loading the model "
           "took %6 and is not included.")
            .arg(duration(run.times.text), duration(run.times.denoising), duration(run.times.preview),
                duration(run.times.decoding), duration(run.times.firstFrame), duration(run.times.loading)));
    setNumber("denoisingTime", duration(run.times.denoising), tr("denoising"),
        tr("The denoising loop, without previews: what caching makes shorter. Threads: %1, device: %2.")
            .arg(run.threads)
            .arg(QString::fromStdString(run.device)));
    const double counted = run.trace ? run.trace->flops() : 0;
    const double flopsGain = counted > 0 ? run.plan.baselineFlops() / counted : 1;
    if (!baseline) {
        setNumber("flopsGain", times(flopsGain), tr("FLOPs gain"),
            tr("FLOPs of the same run without a cache divided by those counted in this run."));
        m_note->setText(
            run.request.policy == "none" ? tr("Uncached run: it is the baseline of this request.") : QString());
        return;
    }
    const Gains gain = gains(run, *baseline);
    setNumber("wallClockGain", times(gain.wallClock), tr("time gain, once"),
        tr("Denoising time of the uncached run (%1) divided by this run's (%2). Each was measured once, on this "
           "machine, at "
           "different times: whatever else the machine did meanwhile is in the number. A time gain above the FLOPs "
           "gain "
           "usually means that it was busier during the uncached run. For medians of several interleaved runs: "
           "toca generate --compare-baseline --repeat.")
            .arg(duration(baseline->times.denoising), duration(run.times.denoising)));
    setNumber("flopsGain", times(gain.flops), tr("FLOPs gain"),
        tr("Counted FLOPs of the uncached run divided by this run's. The time gain is smaller when choosing, gathering "
           "and "
           "scattering tokens costs time."));
    setNumber("endToEndGain", times(gain.endToEnd), tr("end to end"),
        tr("From prompt to decoded clip: uncached %1, this run %2.")
            .arg(duration(baseline->times.total()), duration(run.times.total())));
    if (!fidelity) {
        m_note->setText(tr("Comparing…"));
        return;
    }
    const bool same = fidelity->identical;
    setNumber("psnr", same ? tr("identical") : tr("%1 dB").arg(locale.toString(fidelity->psnrDb, 'f', 1)), tr("PSNR"),
        tr("Peak signal-to-noise ratio against the uncached clip: 10 log10(255² / mean squared error) over all 8-bit "
           "RGB "
           "values. Higher is closer; it says how near the two clips are, not which is the better one."));
    setNumber("ssim", locale.toString(fidelity->ssim, 'f', 3), tr("SSIM"),
        tr("Structural similarity with the uncached clip: luma, Gaussian window 11 × 11, sigma 1.5, mean over frames. "
           "1 is "
           "identical."));
    if (!run.latent.empty()) {
        setNumber("latentError", tr("%1 %").arg(locale.toString(100 * fidelity->latentRelativeError, 'f', 1)),
            tr("latent error"),
            tr("‖a − b‖ / ‖b‖ of the final latents, before decoding: a is this run, b the uncached one."));
    }
}

void SummaryStrip::showPromptCheck(const PromptCheck& run, const std::optional<PromptCheck>& baseline)
{
    const auto share = [](const PromptCheck& check) { return tr("%1 of %2").arg(check.right).arg(check.asked); };
    QString tip =
        tr("Attributes of the prompt that the clip shows: colour, shape, size, motion, backdrop and number of "
           "objects, measured from the pixels by classical vision. Known for prompts of the embedded "
           "model's world only.");
    if (baseline)
        tip += QStringLiteral("\n") + tr("Uncached clip: %1. This clip: %2.").arg(share(*baseline), share(run));
    if (!run.detail.isEmpty())
        tip += QStringLiteral("\n") + run.detail;
    setNumber("promptCheck", share(run), tr("as prompted"), tip);
}

void SummaryStrip::showTrace(const plan::Trace& trace, const QString& fileName)
{
    clear();
    setNumber("denoisingTime", duration(trace.seconds()), tr("denoising, recorded"),
        tr("Sum of the times recorded in the trace."));
    const double flops = trace.flops();
    plan::Plan full(trace.geometry(), trace.schedule());
    if (flops > 0 && trace.publishedEvaluations() == trace.evaluationCount()) {
        setNumber("flopsGain", times(full.baselineFlops() / flops), tr("FLOPs gain"),
            tr("FLOPs of the same run without a cache divided by those counted in this run."));
    }
    setNumber(
        "cachePeak", dataSize(trace.peakCacheBytes()), tr("cache, peak"), tr("Largest size of the stored outputs."));
    const QString shown = fontMetrics().elidedText(fileName, Qt::ElideMiddle, kNoteWidth);
    m_note->setText(tr("From %1: nothing is recomputed").arg(shown));
    m_note->setToolTip(
        tr("Everything shown was read from %1. A trace holds no pictures; Generate makes them again from its "
           "request.")
            .arg(fileName));
    fitButtons();
}

void SummaryStrip::addAction(QAction* action)
{
    auto* button = new QToolButton;
    button->setDefaultAction(action);
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setIconSize({16, 16});
    button->setProperty("outlined", true);
    button->setFocusPolicy(Qt::TabFocus);
    m_buttons->addWidget(button);
}

QSize SummaryStrip::minimumSizeHint() const
{
    return {240, QFrame::minimumSizeHint().height()};
}

void SummaryStrip::resizeEvent(QResizeEvent* event)
{
    QFrame::resizeEvent(event);
    fitButtons();
}

void SummaryStrip::fitButtons()
{
    int numbers = 2 * kWideSpace + (m_note->text().isEmpty() ? 0 : kNoteWidth);
    for (const QWidget* cell : m_cells) {
        numbers += cell->sizeHint().width() + m_numbers->spacing();
    }
    int buttons = 0;
    for (int index = 0; index < m_buttons->count(); ++index) {
        auto* button = static_cast<QToolButton*>(m_buttons->itemAt(index)->widget());
        button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        buttons += button->sizeHint().width() + m_buttons->spacing();
    }
    // The last ones lose their texts first: comparing is what matters after a run.
    for (int index = m_buttons->count() - 1; index >= 0 && numbers + buttons > width(); --index) {
        auto* button = static_cast<QToolButton*>(m_buttons->itemAt(index)->widget());
        buttons -= button->sizeHint().width();
        button->setToolButtonStyle(Qt::ToolButtonIconOnly);
        buttons += button->sizeHint().width();
    }
    // Then what matters least gives its place: a number is shown whole or not at all.
    int missing = numbers + buttons - width();
    for (const char* name : {"endToEndGain", "totalTime", "latentError", "promptCheck", "denoisingTime", "ssim"}) {
        for (QWidget* cell : m_cells) {
            if (cell->objectName() == QLatin1String(name)) {
                cell->setVisible(missing <= 0);
                missing -= cell->isVisibleTo(this) ? 0 : cell->sizeHint().width() + m_numbers->spacing();
            }
        }
    }
}

QString SummaryStrip::text() const
{
    return (m_text + QStringList(m_note->text())).join(", ");
}

} // namespace toca::ui
