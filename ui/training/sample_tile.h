// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/training/sample_store.h"

#include <QWidget>

namespace toca::ui {

/// One sample of one milestone, as large as its room, with the step below the picture.
class SampleTile : public QWidget {
    Q_OBJECT
public:
    explicit SampleTile(QWidget* parent = nullptr);

    /// @param title what is written below
    void setSample(std::shared_ptr<const DecodedSample> sample, const QString& title, bool exists);
    /// Which frame of a loop is shown; clips that are shorter go round.
    void setFrame(qint64 frame);
    std::shared_ptr<const DecodedSample> sample() const { return m_sample; }
    int shownFrame() const; ///< -1 = no picture
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;
    int heightForWidth(int width) const override;

Q_SIGNALS:
    void clicked();

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;

private:
    int titleHeight() const;

    std::shared_ptr<const DecodedSample> m_sample;
    QString m_title;
    bool m_exists = false;
    qint64 m_frame = 0;
};

} // namespace toca::ui
