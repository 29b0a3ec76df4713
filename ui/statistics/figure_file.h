// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QImage>
#include <QString>

namespace toca::ui {

/// Writes a file so that nobody ever sees half of it. @return what went wrong, empty on success
QString writeBytes(const QString& path, const QByteArray& content);
/// As PNG. @return what went wrong, empty on success
QString writePicture(const QString& path, const QImage& picture);

} // namespace toca::ui
