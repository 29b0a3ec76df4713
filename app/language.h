// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

class QCoreApplication;

namespace toca::app {

/// Makes the window speak a language: installs our translation and Qt's own.
///
/// @param language "en", "de", or "" = that of the desktop
/// @return the language that is shown: "en" where there is no translation
QString speak(QCoreApplication& application, const QString& language);

} // namespace toca::app
