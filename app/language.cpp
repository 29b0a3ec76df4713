// SPDX-License-Identifier: Apache-2.0
#include "app/language.h"

#include <QCoreApplication>
#include <QLibraryInfo>
#include <QLocale>
#include <QTranslator>

/// Resources of a static library are only linked in when something asks for them. Not in a namespace: the macro
/// declares a global function.
static void initializeTranslations()
{
    Q_INIT_RESOURCE(translations);
}

namespace toca::app {

namespace {

/// Texts of functions that belong to no class lie in the context of their namespace.
class WindowTranslator : public QTranslator {
public:
    using QTranslator::QTranslator;
    QString translate(const char* context, const char* text, const char* comment, int n) const override
    {
        const QString found = QTranslator::translate(context, text, comment, n);
        return found.isNull() ? QTranslator::translate("toca::ui", text, comment, n) : found;
    }
};

} // namespace

QString speak(QCoreApplication& application, const QString& language)
{
    initializeTranslations();
    const QLocale locale = language.isEmpty() ? QLocale::system() : QLocale(language);
    auto* ours = new WindowTranslator(&application);
    const bool isTranslated =
        locale.language() != QLocale::English && ours->load(locale, "toca-studio", "_", ":/translations");
    if (!isTranslated) { // the texts are English; only their plurals are a translation
        (void)ours->load(QStringLiteral(":/translations/toca-studio_en.qm"));
    }
    QCoreApplication::installTranslator(ours);
    if (!isTranslated) {
        return "en";
    }
    // Buttons of dialogs and the names of keys are Qt's; where its translations are not installed they stay English.
    auto* qts = new QTranslator(&application);
    if (qts->load(locale, "qtbase", "_", QLibraryInfo::path(QLibraryInfo::TranslationsPath))) {
        QCoreApplication::installTranslator(qts);
    } else {
        delete qts;
    }
    return QLocale::languageToCode(locale.language());
}

} // namespace toca::app
