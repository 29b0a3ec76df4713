// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/library/run_record.h"

#include <QImage>
#include <QTextBrowser>

namespace toca::ui {

/// Everything that the library knows of a run, to read and copy.
class RunDetails : public QTextBrowser {
    Q_OBJECT
public:
    explicit RunDetails(QWidget* parent = nullptr);
    void show(const library::RunRecord& record);
    void showCount(int count, qint64 bytes);
    void showNothing(const QString& text);

protected:
    void changeEvent(QEvent* event) override;

private:
    void setRows(const QString& title, const QList<QPair<QString, QString>>& rows);
    QString m_title;
    QList<QPair<QString, QString>> m_rows;
};

} // namespace toca::ui
