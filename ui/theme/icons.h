// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QIcon>
#include <QString>

namespace toca::ui {

/// An icon of resources/icons by file stem ("play"), drawn in the active theme's text colour at any pixel density;
/// disabled in the faint colour, checked in the accent colour. Follows theme changes by itself.
QIcon icon(const QString& name);

} // namespace toca::ui
