// SPDX-License-Identifier: Apache-2.0
#include "ui/error_text.h"

#include <QCoreApplication>

namespace toca::ui {

namespace {

/// Longest message shown; a hostile file's names may be in it.
constexpr int kLongestMessage = 600;

QString tr(const char* text)
{
    return QCoreApplication::translate("toca::ui::errorText", text);
}

QString heading(ErrorCode code)
{
    switch (code) {
    case ErrorCode::InvalidArgument:
        return tr("These settings can't be used.");
    case ErrorCode::NotFound:
        return tr("A file or folder is missing.");
    case ErrorCode::Io:
        return tr("A file could not be read or written.");
    case ErrorCode::BadFormat:
        return tr("The file is damaged or of another kind.");
    case ErrorCode::BadCheckpoint:
        return tr("This is not a model that can be used here.");
    case ErrorCode::TooLarge:
        return tr("The run needs more memory than there is, so it was not started.");
    case ErrorCode::OutOfMemory:
        return tr("The memory ran out during the run.");
    case ErrorCode::Unsupported:
        return tr("This build can't do that.");
    case ErrorCode::EncoderFailed:
        return tr("The clip could not be encoded.");
    case ErrorCode::Internal:
        return tr("Something went wrong inside the program.");
    case ErrorCode::Cancelled:
        break;
    }
    return {};
}

QString advice(ErrorCode code)
{
    switch (code) {
    case ErrorCode::InvalidArgument:
        return tr("Change the value that is named and try again.");
    case ErrorCode::NotFound:
        return tr("Check the path, or choose the file again.");
    case ErrorCode::Io:
        return tr("Check free space and permissions, or choose another place.");
    case ErrorCode::BadFormat:
        return tr("Choose another file, or make it again.");
    case ErrorCode::BadCheckpoint:
        return tr("Choose a model folder with a transformer, a text encoder, a tokenizer and a VAE.");
    case ErrorCode::TooLarge:
    case ErrorCode::OutOfMemory:
        return tr("Choose a smaller size or fewer frames, close other programs, or use a policy with a smaller cache.");
    case ErrorCode::Unsupported:
        return tr("Choose another setting or file.");
    case ErrorCode::EncoderFailed:
        return tr("Try another format: MP4, WebM, GIF or PNG.");
    case ErrorCode::Internal:
        return tr("Nothing else is lost. Please copy the details into a bug report.");
    case ErrorCode::Cancelled:
        break;
    }
    return {};
}

} // namespace

ErrorText errorText(const Error& error)
{
    if (error.code == ErrorCode::Cancelled) {
        return {};
    }
    QString message = QString::fromStdString(error.message).simplified();
    if (message.size() > kLongestMessage) {
        message = message.left(kLongestMessage) + QChar(0x2026);
    }
    // The message names the file or value at fault; the heading alone would not help.
    const QString happened = message.isEmpty() ? heading(error.code) : heading(error.code) + " " + message;
    return {happened, advice(error.code),
        QStringLiteral("%1: %2").arg(QString::fromLatin1(errorCodeName(error.code)), message)};
}

} // namespace toca::ui
