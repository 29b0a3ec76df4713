// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QWidget>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;

namespace toca::ui {

class CachingModel;

/// How much memory the cache may take, and in how many bits and where it holds module outputs.
class CacheMemoryRow : public QWidget {
    Q_OBJECT
public:
    explicit CacheMemoryRow(CachingModel& model, QWidget* parent = nullptr);

private:
    void showModel();

    CachingModel& m_model;
    QComboBox* m_format;
    QDoubleSpinBox* m_budget; ///< megabytes; 0 = no limit
    QCheckBox* m_offload; ///< seen with a budget
    QLabel* m_note;
};

} // namespace toca::ui
