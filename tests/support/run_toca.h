// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QString>
#include <QStringList>

namespace toca::test {

/// What a call of the real program `toca` gave.
struct TocaCall {
    int exitCode = -1; ///< -1: crashed, hung or not started
    QByteArray output;
    QByteArray errors;

    QJsonObject json() const { return QJsonDocument::fromJson(output).object(); }
    /// True for the form every error has: exactly one line, "toca: ...", besides progress and warnings.
    bool hasOneErrorLine() const
    {
        int lines = 0;
        for (const QByteArray& line : errors.split('\n'))
            lines += line.startsWith("toca: ") && !line.startsWith("toca: warning: ") ? 1 : 0;
        return lines == 1 && errors.endsWith('\n');
    }
};

/// Runs it in `folder`; a call that takes longer than `seconds` counts as hung.
inline TocaCall callToca(const QString& folder, const QStringList& arguments, int seconds = 120)
{
    QProcess process;
    process.setWorkingDirectory(folder);
    process.start(QString::fromUtf8(TOCA_BIN_DIR "/toca"), arguments);
    TocaCall call;
    if (!process.waitForFinished(seconds * 1000)) {
        process.kill();
        process.waitForFinished();
        call.errors = "hung: " + process.readAllStandardError();
        return call;
    }
    call.exitCode = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
    call.output = process.readAllStandardOutput();
    call.errors = process.readAllStandardError();
    return call;
}

inline QJsonDocument jsonFile(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()) : QJsonDocument();
}

} // namespace toca::test
