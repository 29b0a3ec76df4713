// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/library/training_history.h"

#include <QCoreApplication>
#include <QString>

namespace toca::ui {

/// What a training's numbers are called.
class TrainingTexts {
    Q_DECLARE_TR_FUNCTIONS(TrainingTexts)
public:
    static QString kind(const std::string& name); ///< of steps: "video", "image", ...
    static QString state(library::TrainingState state);
    static QString stateHelp(library::TrainingState state);
    static QString duration(double seconds); ///< "3 h 12 min", "45 s"
    static QString number(double value); ///< three significant digits; "" for NaN
    static QString count(std::int64_t value);
    /// "4,812 steps · 12 s ago · trained for 1 h 52 min · 41 samples/s · 23 min left"
    static QString standing(const library::TrainingStanding& standing, library::TrainingState state, double now);
    /// What went wrong or is odd; "" = nothing.
    static QString notes(const library::TrainingStanding& standing);
};

} // namespace toca::ui
