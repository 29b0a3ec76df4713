// SPDX-License-Identifier: Apache-2.0
// What the training's plots say at a place, and what pointer and keys do in them.
#include "ui/statistics/plot_card.h"
#include "ui/statistics/plot_parts.h"
#include "ui/training/training_plots.h"
#include "ui/training/training_texts.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QToolTip>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace toca::ui {

using library::Curve;
using library::CurvePoint;
using library::TrainingAxis;

namespace {

constexpr double kZoom = 1.6; ///< of a notch of the wheel
constexpr double kClick = 4; ///< logical pixels that a click may move
constexpr int kReach = 6; ///< buckets around a mark

} // namespace

/// The newest up to a bucket; where there is none, the next.
const CurvePoint* TrainingPlots::pointAt(const Curve& curve, int bucket) const
{
    if (bucket < 0 || curve.points.empty()) {
        return nullptr;
    }
    const auto after = std::upper_bound(curve.points.begin(), curve.points.end(), bucket,
        [](int wanted, const CurvePoint& point) { return wanted < point.bucket; });
    return after == curve.points.begin() ? &*after : &*(after - 1);
}

const CurvePoint* TrainingPlots::stepAt(int bucket) const
{
    const CurvePoint* newest = pointAt(m_curves.learningRate, bucket);
    for (const Curve& curve : m_curves.losses) {
        const CurvePoint* point = pointAt(curve, bucket);
        const bool isNearer = point && (!newest || (point->bucket <= bucket && point->step > newest->step));
        newest = isNearer ? point : newest;
    }
    return newest;
}

void TrainingPlots::setCursor(int bucket)
{
    m_cursor = bucket;
    const QString values = valuesAt(bucket);
    for (PlotCard* card : m_cards) {
        card->setCursorStep(bucket);
        card->plot().setAccessibleDescription(values.isEmpty() ? card->help() : values);
    }
}

QString TrainingPlots::sentenceAt(int bucket) const
{
    QStringList sentences;
    for (const auto& [place, mark] : m_curves.marks) {
        if (bucket >= 0 && std::abs(place - 0.5 - bucket) <= kReach && sentences.size() < 3) {
            const QString detail = QString::fromStdString(mark.detail);
            sentences << (!detail.isEmpty()       ? detail
                    : mark.event == "rolled_back" ? tr("Rolled back to step %1.").arg(TrainingTexts::count(mark.step))
                    : mark.event == "decay"       ? tr("The learning rate begins to fall.")
                                                  : tr("No samples were made."));
        }
    }
    return sentences.join(QLatin1Char(' '));
}

QString TrainingPlots::valuesAt(int bucket) const
{
    const CurvePoint* step = stepAt(bucket);
    if (!step) {
        return {};
    }
    QStringList parts{
        tr("step %1, %2 h").arg(TrainingTexts::count(step->step), QLocale().toString(step->hours, 'f', 2))};
    for (const Curve& curve : m_curves.losses) {
        if (const CurvePoint* point = pointAt(curve, bucket)) {
            parts << tr("%1: loss %2, averaged %3")
                         .arg(TrainingTexts::kind(curve.kind), TrainingTexts::number(point->value),
                             TrainingTexts::number(point->smooth));
        }
    }
    const auto add = [&](PlotCard* card, const Curve& curve) {
        if (const CurvePoint* point = pointAt(curve, bucket)) {
            parts << QStringLiteral("%1 %2").arg(card->title(), TrainingTexts::number(point->value));
        }
    };
    add(m_cards[1], m_curves.learningRate);
    add(m_cards[2], m_curves.gradientNorm);
    add(m_cards[3], m_curves.samplesPerSecond);
    return parts.join(QStringLiteral(" · "));
}

void TrainingPlots::choose(double from, double to)
{
    // A bucket's coordinate is its middle.
    const double first = m_curves.valueAt(std::max(from, -0.5) + 0.5);
    const double last = m_curves.valueAt(std::min(to, m_curves.request.buckets - 0.5) + 0.5);
    const double least = m_curves.request.axis == TrainingAxis::Step ? 4 : 0.002;
    if (last - first >= least) {
        Q_EMIT rangeRequested(first, last);
    }
}

void TrainingPlots::zoom(double about, double factor)
{
    const double value = m_curves.valueAt(about + 0.5);
    double from = value - (value - m_curves.from) * factor;
    double to = value + (m_curves.to - value) * factor;
    if (from <= m_curves.wholeFrom && to >= m_curves.wholeTo) {
        Q_EMIT wholeRangeRequested();
        return;
    }
    from = std::max(from, m_curves.wholeFrom);
    to = std::min(to, m_curves.wholeTo);
    const double least = m_curves.request.axis == TrainingAxis::Step ? 4 : 0.002;
    if (to - from >= least) {
        Q_EMIT rangeRequested(from, to);
    }
}

bool TrainingPlots::eventFilter(QObject* watched, QEvent* event)
{
    auto* plot = qobject_cast<QCustomPlot*>(watched);
    if (!plot) {
        return QObject::eventFilter(watched, event);
    }
    const auto coordinate = [plot](const QPointF& place) { return plot->xAxis->pixelToCoord(place.x()); };
    switch (event->type()) {
    case QEvent::Wheel: {
        const auto* wheel = static_cast<QWheelEvent*>(event);
        if (const int notches = wheel->angleDelta().y(); notches != 0) {
            zoom(coordinate(wheel->position()), std::pow(kZoom, -notches / 120.0));
        }
        return true;
    }
    case QEvent::MouseButtonPress:
        m_pressedAt = static_cast<QMouseEvent*>(event)->position();
        break;
    case QEvent::MouseButtonRelease: {
        const auto* mouse = static_cast<QMouseEvent*>(event);
        const bool isClick = (mouse->position() - m_pressedAt).manhattanLength() <= kClick;
        const int bucket = static_cast<int>(std::lround(coordinate(mouse->position())));
        if (const CurvePoint* point = stepAt(bucket); point && isClick && mouse->button() == Qt::LeftButton) {
            Q_EMIT stepActivated(point->step);
        }
        break;
    }
    case QEvent::MouseButtonDblClick:
        Q_EMIT wholeRangeRequested();
        return true;
    case QEvent::ToolTip: {
        const auto* help = static_cast<QHelpEvent*>(event);
        const QString text = sentenceAt(static_cast<int>(std::lround(coordinate(help->pos()))));
        if (text.isEmpty()) {
            QToolTip::hideText();
        } else {
            QToolTip::showText(help->globalPos(), QStringLiteral("<p>%1</p>").arg(text.toHtmlEscaped()), plot);
        }
        return true;
    }
    case QEvent::KeyPress: {
        const int key = static_cast<QKeyEvent*>(event)->key();
        const double about = m_cursor >= 0 ? m_cursor : m_curves.request.buckets / 2.0;
        if (key == Qt::Key_Plus || key == Qt::Key_Equal) {
            zoom(about, 1 / kZoom);
            return true;
        }
        if (key == Qt::Key_Minus) {
            zoom(about, kZoom);
            return true;
        }
        if (key == Qt::Key_0) {
            Q_EMIT wholeRangeRequested();
            return true;
        }
        break;
    }
    default:
        break;
    }
    return QObject::eventFilter(watched, event);
}

QByteArray TrainingPlots::table() const
{
    const auto number = [](double value) { return QByteArray::number(value, 'g', 9); };
    QByteArray csv = "series,step,hours,value,averaged,lowest,highest\n";
    const auto add = [&](const QByteArray& name, const Curve& curve) {
        for (const CurvePoint& point : curve.points) {
            csv += name + ',' + QByteArray::number(static_cast<qlonglong>(point.step)) + ',' + number(point.hours) + ','
                + number(point.value) + ',' + number(point.smooth) + ',' + number(point.low) + ',' + number(point.high)
                + '\n';
        }
    };
    for (const Curve& curve : m_curves.losses) {
        add("\"loss " + QByteArray::fromStdString(curve.kind).replace('"', "\"\"") + '"', curve);
    }
    for (const auto& [place, made] : m_curves.validations) {
        csv += "validation," + QByteArray::number(static_cast<qlonglong>(made.step)) + ',' + number(made.hours) + ','
            + number(made.loss) + ",,,\n";
    }
    add("learning_rate", m_curves.learningRate);
    add("gradient_norm", m_curves.gradientNorm);
    add("samples_per_second", m_curves.samplesPerSecond);
    return csv;
}

} // namespace toca::ui
