// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/library/training_curves.h"

#include <QColor>
#include <QObject>
#include <QPointF>
#include <QSharedPointer>
#include <QString>

#include <array>
#include <vector>

class QCPAxisTicker;
class QCPGraph;

namespace toca::ui {

class BucketTicker;
class PlotCard;
struct Theme;

/// The four plots of a training: loss by kind with validation, learning rate, gradient norm, samples per second. One
/// bucket of the curves is one step of a card, so that all four share cursor and keys.
///
/// Wheel, + and - zoom about the pointer or cursor, dragging chooses a range, a double click or 0 shows all.
class TrainingPlots : public QObject {
    Q_OBJECT
public:
    static constexpr int kBuckets = 600;

    explicit TrainingPlots(QObject* parent = nullptr);

    /// In the order of the text above; owned by the widgets that they are put into.
    const std::array<PlotCard*, 4>& cards() const { return m_cards; }
    void show(const library::TrainingCurves& curves, bool isLogarithmic);
    const library::TrainingCurves& curves() const { return m_curves; }
    void setCursor(int bucket); ///< -1 = none
    int cursor() const { return m_cursor; }
    /// The sentences of marks next to a bucket; "" = none there.
    QString sentenceAt(int bucket) const;
    /// Everything at a bucket in words, for people who do not see the curves; "" = nothing there.
    QString valuesAt(int bucket) const;

Q_SIGNALS:
    void cursorMoved(int bucket);
    void rangeRequested(double from, double to); ///< of the axis
    void wholeRangeRequested();
    void stepActivated(qint64 step); ///< clicked, or Return at the cursor

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    struct Series {
        QCPGraph* raw = nullptr;
        QCPGraph* smooth = nullptr;
    };
    void makeSeries(std::size_t count);
    void fill(Series& series, const library::Curve& curve);
    void fillLosses(bool isLogarithmic);
    void fillSmall(std::size_t card, Series& series, const library::Curve& curve);
    void recolour(const Theme& colours);
    void showKeys(const Theme& colours);
    QColor kindColour(std::size_t index, const Theme& colours) const;
    const library::CurvePoint* pointAt(const library::Curve& curve, int bucket) const;
    const library::CurvePoint* stepAt(int bucket) const;
    void zoom(double about, double factor);
    void choose(double from, double to);
    QByteArray table() const;

    library::TrainingCurves m_curves;
    std::array<PlotCard*, 4> m_cards;
    std::vector<Series> m_losses;
    std::array<Series, 3> m_small;
    QCPGraph* m_validation;
    QCPGraph* m_rollbacks;
    QCPGraph* m_decays;
    std::array<QSharedPointer<BucketTicker>, 4> m_tickers;
    QSharedPointer<QCPAxisTicker> m_linearTicker;
    QSharedPointer<QCPAxisTicker> m_logTicker;
    int m_cursor = -1;
    QPointF m_pressedAt;
};

} // namespace toca::ui
