// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/player/picture_store.h"
#include "ui/player/player_model.h"

#include <QAbstractButton>

namespace toca::ui {

/// One clip of a race with its name and numbers below. Chosen by a click or the arrow keys, opened by a double click or
/// Return. Shows the same moment as all others.
class RaceTile : public QAbstractButton {
    Q_OBJECT
public:
    /// @param time,pictures shared by all tiles; must outlive them
    RaceTile(const PlayerModel& time, PictureStore& pictures, QWidget* parent = nullptr);

    void setTexts(const QString& title, const QString& numbers);
    /// Instead of a clip: "waiting", "failed". @param progress [0, 1]; negative: none
    void setNote(const QString& note, double progress = -1);
    void setClip(const ClipSourcePtr& clip);
    /// A small prediction while the run goes on; gives way to the clip.
    void setPreview(const ClipSourcePtr& preview);
    /// Shows |clip - baseline| times a gain; null: the clip itself.
    void setDifferenceTo(const ClipSourcePtr& baseline);
    QString numbers() const { return m_numbers; }
    QString note() const { return m_note; }
    bool hasClip() const { return m_clip != nullptr; }
    /// Where the picture lies, logical pixels; empty without one.
    QRectF pictureRect() const;

    QSize sizeHint() const override { return {220, 240}; }
    QSize minimumSizeHint() const override { return {110, 120}; }

Q_SIGNALS:
    void opened();

protected:
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;

private:
    QRectF pictureArea() const;
    QImage picture(QSize size) const;
    void updateNames();

    const PlayerModel& m_time;
    PictureStore& m_pictures;
    QString m_numbers;
    QString m_note;
    double m_progress = -1;
    ClipSourcePtr m_clip;
    ClipSourcePtr m_preview;
    ClipSourcePtr m_baseline;
};

} // namespace toca::ui
