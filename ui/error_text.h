// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.h"

#include <QString>

namespace toca::ui {

/// An error in words for people.
struct ErrorText {
    QString happened; ///< one sentence: what happened
    QString advice; ///< one sentence: what to do
    QString details; ///< code and message, for a report
};

/// The only place where errors become sentences. `Cancelled` is no error and gives empty texts.
ErrorText errorText(const Error& error);

} // namespace toca::ui
