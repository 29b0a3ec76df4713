// SPDX-License-Identifier: Apache-2.0
#include "ui/window/file_kind.h"

#include <QFile>
#include <QFileInfo>
#include <QtEndian>

#include <algorithm>

namespace toca::ui {

namespace {

constexpr quint64 kLongestHeader = 100'000'000; ///< of a safetensors file; longer ones are none
constexpr qint64 kSearched = 8 << 20; ///< bytes of a header in which a trace names itself

/// Eight bytes of length, then JSON.
bool isSafetensors(const QByteArray& begin)
{
    if (begin.size() < 10) {
        return false;
    }
    const quint64 length = qFromLittleEndian<quint64>(begin.constData());
    return length >= 2 && length <= kLongestHeader && begin[8] == '{';
}

} // namespace

FileKind fileKind(const QString& path)
{
    if (QFileInfo(path).fileName() == QLatin1String("log.jsonl")) {
        return FileKind::Training;
    }
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        return FileKind::Media;
    }
    const QByteArray begin = file.read(16);
    // A zip archive is how PyTorch saves; the older form is a stream of pickles, protocol 2 and later.
    if (begin.startsWith("PK\x03\x04") || (begin.size() > 2 && begin[0] == '\x80' && begin[1] >= 2 && begin[1] <= 5)) {
        return FileKind::Model;
    }
    if (path.endsWith(".json", Qt::CaseInsensitive)) {
        file.seek(0);
        if (file.read(4096).contains("\"toca-settings\"")) {
            return FileKind::Settings;
        }
    }
    if (!isSafetensors(begin)) {
        if (path.endsWith(".toca", Qt::CaseInsensitive)) {
            return FileKind::Run; // damaged ones too are refused as what they are
        }
        // Damaged traces are to be refused as traces.
        const bool hasTraceName =
            path.endsWith(".safetensors", Qt::CaseInsensitive) || path.endsWith(".tcs", Qt::CaseInsensitive);
        return hasTraceName ? FileKind::Trace : FileKind::Media;
    }
    const auto length = static_cast<qint64>(qFromLittleEndian<quint64>(begin.constData()));
    file.seek(8);
    const QByteArray header = file.read(std::min(length, kSearched));
    return header.contains("\"toca-trace\"") ? FileKind::Trace
        : header.contains("\"toca-bundle\"") ? FileKind::Run
                                             : FileKind::Model;
}

FileKind folderKind(const QString& path)
{
    const bool isRun = QFileInfo(path + "/request.json").isFile() && QFileInfo(path + "/report.json").isFile();
    const auto has = [&path](const char* name) { return QFileInfo::exists(path + QLatin1String(name)); };
    // A training whose log is gone is to be refused as a training.
    const bool isTraining = !has("/pipeline.json") && !has("/model_index.json")
        && (QFileInfo(path + "/log.jsonl").isFile() || (has("/state.safetensors") && has("/model")));
    return isRun ? FileKind::Run : isTraining ? FileKind::Training : FileKind::Model;
}

} // namespace toca::ui
