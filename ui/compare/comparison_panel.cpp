// SPDX-License-Identifier: Apache-2.0
#include "ui/compare/comparison_panel.h"

#include "ui/compare/speed_meter.h"
#include "ui/elided_label.h"
#include "ui/qcustomplot.h"
#include "ui/selection/cell_text.h"
#include "ui/statistics/plot_card.h"
#include "ui/statistics/plot_parts.h"
#include "ui/theme/theme.h"

#include <QCheckBox>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QScrollArea>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace toca::ui {
namespace {

constexpr double kDefaultThreshold = 0.01;
constexpr int kCardWidth = 300;
constexpr int kCardHeight = 132;

/// PSNR of equal frames is infinite; figures show it at this height, as "identical".
constexpr double kMostDb = 100;

QByteArray table(const char* head, const std::vector<double>& values)
{
    QByteArray csv = head;
    for (std::size_t i = 0; i < values.size(); ++i) {
        csv += QByteArray::number(static_cast<qulonglong>(i)) + ','
            + (std::isfinite(values[i]) ? QByteArray::number(values[i], 'g', 9) : QByteArray()) + '\n';
    }
    return csv;
}

QCPItemStraightLine* markLine(QCustomPlot& plot)
{
    auto* line = new QCPItemStraightLine(&plot);
    line->setVisible(false);
    return line;
}

} // namespace

ComparisonPanel::ComparisonPanel(QWidget* parent)
    : QWidget(parent)
    , m_sentence(new QLabel(this))
    , m_limitName(new ElidedLabel(this)) // a narrow panel keeps the number
    , m_threshold(new QDoubleSpinBox(this))
    , m_background(new QCheckBox(tr("Auto baseline"), this))
{
    m_sentence->setWordWrap(true);
    m_sentence->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_sentence->setObjectName("comparisonSentence");
    m_limitName->setObjectName("divergenceName");
    m_limitName->setText(tr("Diverged above"));
    m_limitName->setProperty("muted", true);
    m_limitName->setBuddy(m_threshold);
    m_threshold->setRange(0.01, 100);
    m_threshold->setDecimals(2);
    m_threshold->setSingleStep(0.5);
    m_threshold->setValue(100 * kDefaultThreshold);
    m_threshold->setSuffix(tr(" %"));
    m_threshold->setObjectName("divergenceThreshold");
    m_threshold->setAccessibleName(tr("Latent error above which the run counts as diverged"));
    m_threshold->setToolTip(
        tr("The divergence point is the first step whose latent is further from the uncached run's than this: "
           "‖a − b‖ / ‖b‖ after the step."));
    m_background->setObjectName("backgroundBaseline");
    m_background->setMinimumWidth(64);
    m_background->setToolTip(
        tr("After a cached run, make the uncached run of the same request while the engine is idle. "
           "Whatever you start stops it at once."));
    auto* limit = new QHBoxLayout;
    limit->setSpacing(kSpace);
    limit->addWidget(m_limitName);
    limit->addWidget(m_threshold);
    limit->addStretch();
    m_controls = new QBoxLayout(QBoxLayout::LeftToRight);
    m_controls->setSpacing(kSpace);
    m_controls->addLayout(limit);
    m_controls->addWidget(m_background, 1);

    auto* scroll = new QScrollArea(this);
    scroll->setAccessibleName(tr("Comparison with the uncached run"));
    m_page = new QWidget;
    m_grid = new QGridLayout(m_page);
    m_grid->setContentsMargins(0, 0, kHalfSpace, 0);
    m_grid->setHorizontalSpacing(kWideSpace);
    m_grid->setVerticalSpacing(kSpace);
    makeCards(m_page);
    scroll->setWidget(m_page);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpace, kSpace, kSpace, kHalfSpace);
    layout->setSpacing(kHalfSpace);
    layout->addLayout(m_controls);
    layout->addWidget(m_sentence);
    layout->addWidget(scroll, 1);

    connect(m_threshold, &QDoubleSpinBox::valueChanged, this, &ComparisonPanel::updateErrors);
    arrange();
    updateErrors();
    updateFrames();
}

ComparisonPanel::~ComparisonPanel()
{
    delete m_page; // with the cards, whose callbacks need the members
}

void ComparisonPanel::makeCards(QWidget* page)
{
    m_errorCard = new PlotCard(tr("Latent error"),
        tr("Distance of the latent after each step from the uncached run's, ‖a − b‖ / ‖b‖. Known live as soon as both "
           "runs have made the step."),
        page);
    m_errorCard->setUnit(QStringLiteral("%"));
    m_errorLine = plots::addLine(m_errorCard->plot(), QCPGraph::lsLine);
    m_thresholdLine = markLine(m_errorCard->plot());
    m_divergenceLine = markLine(m_errorCard->plot());
    m_errorCard->setRecolour([this](const Theme& colours) {
        m_errorLine->setPen(plots::linePen(colours.accent, 2));
        m_errorLine->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, colours.accent, colours.accent, 4));
        m_thresholdLine->setPen(plots::linePen(colours.mutedText, 1.2, Qt::DashLine));
        m_divergenceLine->setPen(plots::linePen(colours.warning, 1.6));
        m_errorCard->setKey({{colours.accent, tr("this run"), PlotCard::Key::Sign::Line},
            {colours.mutedText, tr("threshold"), PlotCard::Key::Sign::Dashes},
            {colours.warning, tr("divergence"), PlotCard::Key::Sign::Line}});
    });
    m_errorCard->setValueText([this](int step) {
        const auto place = static_cast<std::size_t>(step);
        return place < m_errors.size() && std::isfinite(m_errors[place])
            ? tr("step %1: %2").arg(step).arg(percentText(m_errors[place]))
            : QString();
    });
    m_errorCard->setTable([this] { return table("step,latent_relative_error\n", m_errors); });

    const auto frameCard = [this, page](const QString& title, const QString& unit, const QString& help, QCPGraph*& line,
                               auto values, const QString& format) {
        auto* card = new PlotCard(title, help, page);
        card->setUnit(unit);
        card->setAxisName(tr("frame"));
        line = plots::addLine(card->plot(), QCPGraph::lsLine);
        card->setRecolour([line](const Theme& colours) {
            line->setPen(plots::linePen(colours.good, 2));
            line->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, colours.good, colours.good, 5));
        });
        card->setValueText([this, values, format](int frame) {
            if (!m_fidelity || static_cast<std::size_t>(frame) >= values(*m_fidelity).size()) {
                return QString();
            }
            const double value = values(*m_fidelity)[static_cast<std::size_t>(frame)];
            return tr("frame %1: %2")
                .arg(frame)
                .arg(std::isfinite(value) ? format.arg(QLocale().toString(value, 'f', format.contains("dB") ? 1 : 3))
                                          : tr("identical"));
        });
        card->setTable([this, values, title] {
            return m_fidelity
                ? table(title == tr("PSNR per frame") ? "frame,psnr_db\n" : "frame,ssim\n", values(*m_fidelity))
                : QByteArray();
        });
        connect(card, &PlotCard::stepActivated, this, &ComparisonPanel::frameActivated);
        return card;
    };
    m_psnrCard = frameCard(
        tr("PSNR per frame"), QStringLiteral("dB"),
        tr("Peak signal-to-noise ratio of each frame against the uncached clip's. Higher is closer."), m_psnrLine,
        [](const Fidelity& measured) -> const std::vector<double>& { return measured.framePsnrDb; },
        QStringLiteral("%1 dB"));
    m_ssimCard = frameCard(
        tr("SSIM per frame"), QString(),
        tr("Structural similarity of each frame with the uncached clip's: luma, Gaussian window 11 × 11. 1 = "
           "identical."),
        m_ssimLine, [](const Fidelity& measured) -> const std::vector<double>& { return measured.frameSsim; },
        QStringLiteral("%1"));
    m_speed = new SpeedMeter;
    m_speed->setObjectName("speedMeter");
    m_speedSentence = new QLabel;
    m_speedSentence->setObjectName("speedSentence");
    m_speedSentence->setAccessibleName(tr("What explains the time gain"));
    m_speedSentence->setWordWrap(true);
    m_speedSentence->setFont(smallFont());
    m_speedSentence->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_speedBox = new QWidget(page);
    auto* speedLayout = new QVBoxLayout(m_speedBox);
    speedLayout->setContentsMargins(0, 0, 0, 0);
    speedLayout->setSpacing(kHalfSpace);
    speedLayout->addWidget(m_speed);
    speedLayout->addWidget(m_speedSentence);
    speedLayout->addStretch();
    for (PlotCard* card : {m_errorCard, m_psnrCard, m_ssimCard}) {
        card->setMinimumHeight(kCardHeight);
    }
    connect(m_errorCard, &PlotCard::stepHovered, this, [this](int step) {
        m_errorCard->setCursorStep(step);
        Q_EMIT stepHovered(step);
    });
    connect(m_errorCard, &PlotCard::stepActivated, this, &ComparisonPanel::stepActivated);
    for (PlotCard* card : {m_psnrCard, m_ssimCard}) {
        connect(card, &PlotCard::stepHovered, this, &ComparisonPanel::setCursorFrame);
    }
}

double ComparisonPanel::threshold() const
{
    return m_threshold->value() / 100;
}

void ComparisonPanel::setThreshold(double threshold)
{
    m_threshold->setValue(100 * threshold);
}

void ComparisonPanel::setSteps(int steps)
{
    m_steps = steps;
    m_errorCard->setSteps(steps);
    updateErrors();
}

void ComparisonPanel::setErrors(const StepErrors& errors)
{
    m_errors = errors.errors();
    updateErrors();
}

void ComparisonPanel::updateErrors()
{
    QVector<double> keys, values;
    double largest = 0;
    int divergence = -1;
    for (std::size_t step = 0; step < m_errors.size(); ++step) {
        keys << static_cast<double>(step);
        values << 100 * m_errors[step]; // NaN leaves a gap
        if (std::isfinite(m_errors[step])) {
            largest = std::max(largest, m_errors[step]);
            if (divergence < 0 && m_errors[step] > threshold()) {
                divergence = static_cast<int>(step);
            }
        }
    }
    m_errorLine->setData(keys, values, true);
    plots::fitValues(m_errorCard->plot(), 0, 100 * std::max(largest, 1.5 * threshold()));
    m_thresholdLine->setVisible(true);
    m_thresholdLine->point1->setCoords(0, 100 * threshold());
    m_thresholdLine->point2->setCoords(1, 100 * threshold());
    m_divergenceLine->setVisible(divergence >= 0);
    m_divergenceLine->point1->setCoords(divergence, 0);
    m_divergenceLine->point2->setCoords(divergence, 1);
    m_errorCard->replotLater();
    if (divergence != m_divergence) {
        m_divergence = divergence;
        Q_EMIT divergenceChanged(divergence);
    }
    updateSentence();
}

void ComparisonPanel::setRuns(const RunResult* run, const RunResult* baseline, const std::optional<Fidelity>& fidelity)
{
    m_hasRun = run != nullptr;
    m_isBaseline = run && run->request.policy == "none";
    m_hasBaseline = baseline != nullptr;
    m_fidelity = baseline ? fidelity : std::nullopt;
    m_speed->setReport(run && baseline ? speedReport(*run, *baseline) : SpeedReport(),
        run ? QString::fromStdString(run->request.policy) : QString());
    updateFrames();
    updateSentence();
}

void ComparisonPanel::updateFrames()
{
    const auto fill = [](PlotCard& card, QCPGraph& line, const std::vector<double>& values, double most, double least) {
        QVector<double> keys, heights;
        double lowest = most;
        double highest = least;
        for (std::size_t frame = 0; frame < values.size(); ++frame) {
            const double value = std::isfinite(values[frame]) ? values[frame] : most;
            keys << static_cast<double>(frame);
            heights << value;
            lowest = std::min(lowest, value);
            highest = std::max(highest, value);
        }
        card.setSteps(static_cast<int>(values.size()));
        line.setData(keys, heights, true);
        // Not from zero: what differs between frames is the question, and the axis says where it starts.
        const double room = std::max(highest - lowest, 0.02 * most);
        card.plot().yAxis->setRange(std::max(0.0, lowest - 0.15 * room), highest + 0.15 * room);
        card.replotLater();
    };
    fill(*m_psnrCard, *m_psnrLine, hasFrames() ? m_fidelity->framePsnrDb : std::vector<double>(), kMostDb, 0);
    fill(*m_ssimCard, *m_ssimLine, hasFrames() ? m_fidelity->frameSsim : std::vector<double>(), 1, 0);
    arrange();
}

void ComparisonPanel::clear()
{
    m_errors.clear();
    setRuns(nullptr, nullptr, {});
    setSteps(0);
}

void ComparisonPanel::setBackgroundText(const QString& text)
{
    m_backgroundText = text;
    updateSentence();
}

QString ComparisonPanel::sentence() const
{
    return m_sentence->text() + QLatin1Char(' ') + m_speedSentence->text();
}

void ComparisonPanel::updateSentence()
{
    QStringList sentences;
    const auto last =
        std::find_if(m_errors.rbegin(), m_errors.rend(), [](double error) { return std::isfinite(error); });
    if (last != m_errors.rend()) {
        const auto step = static_cast<int>(m_errors.rend() - last) - 1;
        sentences += m_divergence >= 0
            ? tr("The run leaves its uncached baseline at step %1 (error above %2). After step %3 the latent error is "
                 "%4.")
                  .arg(m_divergence)
                  .arg(percentText(threshold()))
                  .arg(step)
                  .arg(percentText(*last))
            : tr("Up to step %1 the run stays within %2 of its uncached baseline; the latent error is %3.")
                  .arg(step)
                  .arg(percentText(threshold()), percentText(*last));
    } else if (m_isBaseline) {
        sentences += tr("This run is uncached: it is the baseline of its request.");
    } else if (m_hasRun && !m_hasBaseline && m_backgroundText.isEmpty()) {
        sentences += tr("Nothing is known about the distance from the uncached run yet. Compare with it (Ctrl+B).");
    } else if (!m_hasRun && m_errors.empty()) {
        sentences += tr("After a cached run this shows how far it is from the uncached run of the same request.");
    }
    m_speedSentence->setText(m_speed->report().isEmpty()
            ? QString()
            : gapSentence(m_speed->report()) + QLatin1Char(' ') + breakEvenSentence(m_speed->report()));
    if (!m_backgroundText.isEmpty()) {
        sentences += m_backgroundText;
    }
    const QString text = sentences.join(QLatin1Char(' '));
    if (text != m_sentence->text()) {
        m_sentence->setText(text);
        m_errorCard->plot().setAccessibleDescription(text);
    }
}

void ComparisonPanel::setCursorStep(int step)
{
    m_errorCard->setCursorStep(step);
}

void ComparisonPanel::setCursorFrame(int frame)
{
    m_psnrCard->setCursorStep(frame);
    m_ssimCard->setCursorStep(frame);
}

void ComparisonPanel::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    arrange();
}

void ComparisonPanel::arrange()
{
    int controls = 4 * kSpace; // margins and gaps
    for (const QWidget* part : std::initializer_list<const QWidget*>{m_limitName, m_threshold, m_background}) {
        controls += part->sizeHint().width();
    }
    m_controls->setDirection(width() < controls ? QBoxLayout::TopToBottom : QBoxLayout::LeftToRight);
    const int columns = width() >= 2 * kCardWidth ? 2 : 1;
    const bool frames = hasFrames() && m_fidelity->framePsnrDb.size() > 1;
    m_psnrCard->setVisible(frames);
    m_ssimCard->setVisible(frames);
    if (columns == m_columns) {
        return;
    }
    m_columns = columns;
    int index = 0;
    for (QWidget* part : {static_cast<QWidget*>(m_errorCard), m_speedBox, static_cast<QWidget*>(m_psnrCard),
             static_cast<QWidget*>(m_ssimCard)}) {
        m_grid->removeWidget(part);
        m_grid->addWidget(part, index / columns, index % columns);
        ++index;
    }
    m_grid->setColumnStretch(0, 1);
    m_grid->setColumnStretch(1, columns == 2 ? 1 : 0);
}

} // namespace toca::ui
