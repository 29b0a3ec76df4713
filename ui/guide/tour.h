// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QFrame>
#include <QList>
#include <QString>

#include <functional>

class QLabel;
class QPushButton;

namespace toca::ui {

/// One thing that the tour points at.
struct TourStop {
    QString title;
    QString text; ///< one or two sentences
    /// Makes the thing visible and returns it; null = nothing to point at.
    std::function<QWidget*()> show;
};

/// A minute's walk through the window: everything but one thing is dimmed, a card beside it says what it is for.
///
/// Enter, Space and Right go on, Left goes back, Escape ends. Lies over the window; goes with its size.
class Tour : public QWidget {
    Q_OBJECT
public:
    Tour(QList<TourStop> stops, QWidget& window);

    int current() const { return m_current; }
    qsizetype count() const { return m_stops.size(); }

public Q_SLOTS:
    void next();
    void back();
    void end();

Q_SIGNALS:
    /// The user went to the end or left. The tour deletes itself.
    void ended();

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void goTo(int stop);
    void place();

    QList<TourStop> m_stops;
    int m_current = -1;
    QWidget* m_target = nullptr;
    QRect m_hole; ///< of the thing, in this widget
    QFrame* m_card;
    QLabel* m_title;
    QLabel* m_text;
    QLabel* m_progress;
    QPushButton* m_back;
    QPushButton* m_next;
};

} // namespace toca::ui
