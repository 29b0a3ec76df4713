// SPDX-License-Identifier: Apache-2.0
#include "ui/training/training_plots.h"

#include "ui/statistics/plot_card.h"
#include "ui/statistics/plot_parts.h"
#include "ui/training/training_texts.h"
#include "ui/training/training_tickers.h"

#include <QGuiApplication>
#include <QLocale>

#include <algorithm>
#include <cmath>

namespace toca::ui {

using library::Curve;
using library::CurvePoint;
using library::TrainingAxis;
using library::TrainingCurves;

namespace {

constexpr double kClick = 4; ///< logical pixels that a click may move
constexpr std::size_t kMostMarks = 300; ///< drawn
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// The value below which lies this share of the values.
double quantile(std::vector<double> values, double share)
{
    if (values.empty()) {
        return kNone;
    }
    const auto place = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), values.begin() + place, values.end());
    return values[static_cast<std::size_t>(place)];
}

} // namespace

TrainingPlots::TrainingPlots(QObject* parent)
    : QObject(parent)
    , m_linearTicker(new QCPAxisTicker)
    , m_logTicker(new LogTicker)
{
    m_cards = {new PlotCard(tr("Loss"),
                   tr("Of each step, faint, and averaged over steps of its kind. Losses of different kinds are not "
                      "comparable. Points: the averaged weights on held-out clips at fixed noise.")),
        new PlotCard(tr("Learning rate"), tr("What the optimisers were given at each step.")),
        new PlotCard(tr("Gradient norm"), tr("Before clipping, of each step, faint, and averaged.")),
        new PlotCard(tr("Samples per second"), tr("Clips or pictures that the training looks at, mean of a minute."))};
    constexpr const char* kNames[]{"trainingLoss", "trainingRate", "trainingNorm", "trainingPace"};
    for (std::size_t i = 0; i < m_cards.size(); ++i) {
        PlotCard& card = *m_cards[i];
        QCustomPlot& plot = card.plot();
        card.setObjectName(QLatin1String(kNames[i]));
        m_tickers[i] = QSharedPointer<BucketTicker>(new BucketTicker(*plot.xAxis));
        plot.xAxis->setTicker(m_tickers[i]);
        plot.yAxis->ticker()->setTickCount(i == 0 ? 5 : 3);
        plot.setSelectionRectMode(QCP::srmCustom);
        plot.installEventFilter(this);
        connect(
            plot.selectionRect(), &QCPSelectionRect::accepted, this, [this, &plot](const QRect& rect, QMouseEvent*) {
                if (rect.width() > kClick) {
                    choose(plot.xAxis->pixelToCoord(rect.left()), plot.xAxis->pixelToCoord(rect.right()));
                }
            });
        connect(&card, &PlotCard::stepHovered, this, [this](int bucket) {
            setCursor(bucket);
            Q_EMIT cursorMoved(bucket);
        });
        connect(&card, &PlotCard::stepActivated, this, [this](int bucket) {
            // Of a press of the mouse it is not known yet whether it chooses a range.
            if (const CurvePoint* point = stepAt(bucket); point && QGuiApplication::mouseButtons() == Qt::NoButton) {
                Q_EMIT stepActivated(point->step);
            }
        });
        card.setTable([this] { return table(); });
    }
    PlotCard& loss = *m_cards[0];
    loss.plot().setMinimumHeight(120);
    m_rollbacks = plots::addLine(loss.plot(), QCPGraph::lsLine);
    m_decays = plots::addLine(loss.plot(), QCPGraph::lsLine);
    m_validation = plots::addLine(loss.plot(), QCPGraph::lsLine);
    // Few points, above the curves of all kinds that come later.
    loss.plot().addLayer(QStringLiteral("means"), loss.plot().layer(QStringLiteral("main")));
    loss.plot().addLayer(QStringLiteral("points"), loss.plot().layer(QStringLiteral("means")));
    m_validation->setLayer(QStringLiteral("points"));
    for (std::size_t i = 0; i < m_small.size(); ++i) {
        m_small[i].raw = plots::addLine(m_cards[i + 1]->plot(), QCPGraph::lsLine);
        m_small[i].smooth = plots::addLine(m_cards[i + 1]->plot(), QCPGraph::lsLine);
    }
    loss.setValueText([this](int bucket) {
        const CurvePoint* point = stepAt(bucket);
        return point
            ? tr("step %1, %2 h").arg(TrainingTexts::count(point->step), QLocale().toString(point->hours, 'f', 2))
            : QString();
    });
    loss.setKeyValues([this](int bucket) {
        QStringList values;
        for (const Curve& curve : m_curves.losses) {
            const CurvePoint* point = pointAt(curve, bucket);
            values << (point ? TrainingTexts::number(point->smooth) : QString());
        }
        // The last validation up to here.
        QString validation;
        for (const auto& [place, made] : m_curves.validations) {
            if (place <= bucket + 1) {
                validation = TrainingTexts::number(made.loss);
            }
        }
        return values << validation;
    });
    const std::array<const Curve*, 3> small{&m_curves.learningRate, &m_curves.gradientNorm, &m_curves.samplesPerSecond};
    for (std::size_t i = 0; i < small.size(); ++i) {
        m_cards[i + 1]->setValueText([this, curve = small[i]](int bucket) {
            const CurvePoint* point = pointAt(*curve, bucket);
            return point ? TrainingTexts::number(point->value) : QString();
        });
        m_cards[i + 1]->setRecolour([this](const Theme& colours) { recolour(colours); });
    }
    loss.setRecolour([this](const Theme& colours) { recolour(colours); });
}

void TrainingPlots::makeSeries(std::size_t count)
{
    QCustomPlot& plot = m_cards[0]->plot();
    while (m_losses.size() < count) {
        m_losses.push_back({plots::addLine(plot, QCPGraph::lsLine), plots::addLine(plot, QCPGraph::lsLine)});
        m_losses.back().smooth->setLayer(QStringLiteral("means"));
    }
    for (std::size_t i = count; i < m_losses.size(); ++i) {
        m_losses[i].raw->data()->clear();
        m_losses[i].smooth->data()->clear();
    }
}

QColor TrainingPlots::kindColour(std::size_t index, const Theme& colours) const
{
    const std::string kind = index < m_curves.losses.size() ? m_curves.losses[index].kind : std::string();
    if (kind == "video" || kind.empty()) {
        return colours.selfAttention;
    }
    if (kind == "image") {
        return colours.crossAttention;
    }
    if (kind == "picture") {
        return colours.mlp;
    }
    const std::array<QColor, 5> others{colours.forecast, colours.good, colours.computed, colours.accent, colours.mlp};
    return kind == "latents" ? colours.forecast : others[index % others.size()];
}

void TrainingPlots::fill(Series& series, const Curve& curve)
{
    QVector<double> keys, values, smoothKeys, smooth;
    keys.reserve(static_cast<qsizetype>(2 * curve.points.size()));
    values.reserve(keys.capacity());
    for (const CurvePoint& point : curve.points) {
        keys << point.bucket;
        values << point.low;
        if (point.high > point.low) {
            keys << point.bucket;
            values << point.high;
        }
        smoothKeys << point.bucket;
        smooth << point.smooth;
    }
    series.raw->setData(keys, values, true);
    series.smooth->setData(smoothKeys, smooth, true);
}

void TrainingPlots::show(const TrainingCurves& curves, bool isLogarithmic)
{
    m_curves = curves;
    const bool isSteps = curves.request.axis == TrainingAxis::Step;
    const double perBucket = (curves.to - curves.from) / curves.request.buckets;
    for (std::size_t i = 0; i < m_cards.size(); ++i) {
        // A bucket's middle is its coordinate.
        m_tickers[i]->setScale(curves.from + 0.5 * perBucket, perBucket, isSteps ? 1 : 0);
        m_cards[i]->setSteps(curves.request.buckets);
        m_cards[i]->setAxisName(isSteps ? tr("step") : tr("hours of training"));
        m_cards[i]->plot().xAxis->setLabel(m_cards[i]->axisName());
    }
    fillLosses(isLogarithmic);
    fillSmall(1, m_small[0], m_curves.learningRate);
    fillSmall(2, m_small[1], m_curves.gradientNorm);
    fillSmall(3, m_small[2], m_curves.samplesPerSecond);
    recolour(theme());
    showKeys(theme());
    for (PlotCard* card : m_cards) {
        card->replotLater();
    }
    setCursor(m_cursor);
}

void TrainingPlots::fillLosses(bool isLogarithmic)
{
    makeSeries(m_curves.losses.size());
    std::vector<double> lows, highs;
    double low = std::numeric_limits<double>::infinity(), high = -low;
    const auto include = [&](double value) {
        if (!isLogarithmic || value > 0) {
            low = std::min(low, value);
            high = std::max(high, value);
        }
    };
    for (std::size_t i = 0; i < m_curves.losses.size(); ++i) {
        const Curve& curve = m_curves.losses[i];
        fill(m_losses[i], curve);
        for (std::size_t at = 0; at < curve.points.size(); ++at) {
            lows.push_back(curve.points[at].low);
            highs.push_back(curve.points[at].high);
            // The first steps stand far above all others and would press them flat.
            if (at >= curve.points.size() / 50) {
                include(curve.points[at].smooth);
            }
        }
    }
    QVector<double> places, losses;
    for (const auto& [place, made] : m_curves.validations) {
        places << place - 0.5;
        losses << made.loss;
        include(made.loss);
    }
    m_validation->setData(places, losses, true);
    // What single steps stick out beyond that is cut.
    if (!lows.empty()) {
        include(quantile(lows, 0.02));
        include(quantile(highs, 0.97));
    }
    QCPAxis& axis = *m_cards[0]->plot().yAxis;
    axis.setScaleType(isLogarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    axis.setTicker(isLogarithmic ? m_logTicker : m_linearTicker);
    if (!(low <= high)) {
        axis.setRange(isLogarithmic ? 0.1 : 0, 1);
    } else if (isLogarithmic) {
        const double room = std::max(high / low, 1.1);
        axis.setRange(low / std::pow(room, 0.06), high * std::pow(room, 0.08));
    } else {
        const double room = std::max(high - low, std::max(std::abs(high) * 0.02, 1e-9));
        const double bottom = low - 0.06 * room;
        axis.setRange(low >= 0 && bottom < 0.15 * room ? 0.0 : bottom, high + 0.08 * room);
    }
    QVector<double> rolledX, rolledY, decayX, decayY;
    const QCPRange range = axis.range();
    for (std::size_t i = 0; i < std::min(m_curves.marks.size(), kMostMarks); ++i) {
        const auto& [place, mark] = m_curves.marks[i];
        QVector<double>& x = mark.event == "rolled_back" ? rolledX : decayX;
        QVector<double>& y = mark.event == "rolled_back" ? rolledY : decayY;
        if (mark.event == "rolled_back" || mark.event == "decay") {
            x << place - 0.5 << place - 0.5 << place - 0.5; // a gap after each
            y << range.lower << range.upper << kNone;
        }
    }
    m_rollbacks->setData(rolledX, rolledY, true);
    m_decays->setData(decayX, decayY, true);
}

void TrainingPlots::fillSmall(std::size_t card, Series& series, const Curve& curve)
{
    fill(series, curve);
    std::vector<double> highs;
    double low = 0, high = 0;
    for (const CurvePoint& point : curve.points) {
        low = std::min(low, point.smooth);
        high = std::max(high, point.smooth);
        highs.push_back(point.high);
    }
    if (!highs.empty()) {
        high = std::max(high, quantile(highs, 0.97));
    }
    plots::fitValues(m_cards[card]->plot(), low, high > low ? high : low + 1);
}

void TrainingPlots::recolour(const Theme& colours)
{
    // What many steps lie between in each bucket becomes a band, which must not hide the others'.
    constexpr int kFaint = 70, kFaintBand = 34;
    constexpr std::int64_t kMany = 8;
    const auto& steps = m_curves.learningRate.points;
    const bool isBand = !steps.empty() && steps.back().step - steps.front().step > kMany * m_curves.request.buckets;
    const int faint = isBand ? kFaintBand : kFaint;
    constexpr double kSmoothWidth = 2;
    for (std::size_t i = 0; i < m_losses.size(); ++i) {
        const QColor colour = kindColour(i, colours);
        m_losses[i].raw->setPen(plots::linePen(plots::faded(colour, faint), 1));
        m_losses[i].smooth->setPen(plots::linePen(colour, kSmoothWidth));
    }
    if (!m_small[2].smooth) {
        return; // not all made yet
    }
    const std::array<QColor, 3> small{colours.computed, colours.mlp, colours.accent};
    for (std::size_t i = 0; i < m_small.size(); ++i) {
        m_small[i].raw->setPen(plots::linePen(plots::faded(small[i], faint), 1));
        m_small[i].smooth->setPen(plots::linePen(small[i], 1.6));
    }
    m_validation->setPen(plots::linePen(plots::faded(colours.text, 120), 1, Qt::DashLine));
    m_validation->setScatterStyle(
        QCPScatterStyle(QCPScatterStyle::ssCircle, QPen(colours.panel, 1), QBrush(colours.text), 8));
    m_rollbacks->setPen(plots::linePen(colours.error, 1.4, Qt::DashLine));
    m_decays->setPen(plots::linePen(colours.warning, 1.4, Qt::DashLine));
}

void TrainingPlots::showKeys(const Theme& colours)
{
    std::vector<PlotCard::Key> key;
    for (std::size_t i = 0; i < m_curves.losses.size(); ++i) {
        key.push_back(
            {kindColour(i, colours), TrainingTexts::kind(m_curves.losses[i].kind), PlotCard::Key::Sign::Line});
    }
    key.push_back({colours.text, tr("● validation"), PlotCard::Key::Sign::Dashes});
    const auto has = [this](const char* event) {
        return std::any_of(m_curves.marks.begin(), m_curves.marks.end(),
            [event](const auto& placed) { return placed.mark.event == event; });
    };
    if (has("rolled_back")) {
        key.push_back({colours.error, tr("roll-back"), PlotCard::Key::Sign::Dashes});
    }
    if (has("decay")) {
        key.push_back({colours.warning, tr("rate begins to fall"), PlotCard::Key::Sign::Dashes});
    }
    m_cards[0]->setKey(key);
}

} // namespace toca::ui
