// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/runs/run_store.h"

#include <QDialog>

class QDoubleSpinBox;
class QLineEdit;

namespace toca::ui {

/// Where the library lies and how large it may get.
class LibraryDialog : public QDialog {
    Q_OBJECT
public:
    explicit LibraryDialog(const RunStore& store, QWidget* parent = nullptr);
    QString folder() const;
    qint64 quota() const; ///< bytes, 0 = no limit

private:
    QLineEdit* m_folder;
    QDoubleSpinBox* m_quota;
};

} // namespace toca::ui
