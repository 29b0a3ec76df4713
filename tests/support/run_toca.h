// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QString>
#include <QStringList>
#include <QTemporaryDir>

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

/// A folder of its own, gone with the object, in which a test runs the program.
class TocaFolder {
public:
    bool isValid() const { return m_folder.isValid(); }
    QString path() const { return m_folder.path(); }
    QString filePath(const QString& name) const { return m_folder.filePath(name); }
    TocaCall call(const QStringList& arguments, int seconds = 300) const
    {
        return callToca(path(), arguments, seconds);
    }
    /// Writes a file into it, with the folders on its way. @return its path
    QString write(const QString& name, const QByteArray& content) const
    {
        const QString file = filePath(name);
        QDir().mkpath(QFileInfo(file).path());
        QFile out(file);
        if (!out.open(QIODevice::WriteOnly) || out.write(content) != content.size())
            qFatal("cannot write %s", qPrintable(file));
        return file;
    }

private:
    QTemporaryDir m_folder;
};

inline QJsonDocument jsonFile(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()) : QJsonDocument();
}

} // namespace toca::test
