// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/sensitivity.h"

#include <QTableWidget>

namespace toca::ui {

/// One line for each measured layer and module: the spread between its groups, and how well each score foretells it.
class SensitivityTable : public QTableWidget {
    Q_OBJECT
public:
    /// Columns before those of the scores, which follow in their order.
    static constexpr int kFirstScore = 4;

    explicit SensitivityTable(QWidget* parent = nullptr);
    /// @param record may be null: nothing measured
    void showRecord(const SensitivityRecord* record);
};

} // namespace toca::ui
