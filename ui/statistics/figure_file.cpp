// SPDX-License-Identifier: Apache-2.0
#include "ui/statistics/figure_file.h"

#include "core/base/atomic_file.h"

#include <QBuffer>
#include <QCoreApplication>

#include <filesystem>

namespace toca::ui {

QString writeBytes(const QString& path, const QByteArray& content)
{
    const Result<void> written = writeFileAtomically(std::filesystem::path(path.toStdU16String()),
        std::string_view(content.constData(), static_cast<std::size_t>(content.size())));
    return written ? QString() : QString::fromStdString(written.error().message);
}

QString writePicture(const QString& path, const QImage& picture)
{
    QByteArray png;
    QBuffer buffer(&png);
    buffer.open(QIODevice::WriteOnly);
    if (!picture.save(&buffer, "PNG")) {
        return QCoreApplication::translate(
            "toca::ui::FigureFile", "%1: the picture could not be made; make the panel larger and try again.")
            .arg(path);
    }
    return writeBytes(path, png);
}

} // namespace toca::ui
