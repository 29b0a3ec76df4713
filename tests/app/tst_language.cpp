// SPDX-License-Identifier: Apache-2.0
// The window in its second language, and the rules that every translation keeps.
#include "app/engine_runner.h"
#include "app/language.h"
#include "tests/support/fake_engine.h"
#include "ui/prompt/prompt_panel.h"
#include "ui/window/main_window.h"

#include <QAction>
#include <QFile>
#include <QLocale>
#include <QMenuBar>
#include <QPushButton>
#include <QRegularExpression>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <QXmlStreamReader>

using namespace toca;
using namespace toca::ui;

namespace {

/// %1, %L2 and %n of a text, each once, in alphabetical order.
QStringList places(const QString& text)
{
    static const QRegularExpression place("%L?(\\d|n)");
    QStringList found;
    for (auto match = place.globalMatch(text); match.hasNext();) {
        found += match.next().captured(1);
    }
    found.removeDuplicates();
    found.sort();
    return found;
}

} // namespace

class TestLanguage : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyTextIsTranslatedWithItsPlaces()
    {
        QFile file(QString(TOCA_SOURCE_DIR) + "/resources/translations/toca-studio_de.ts");
        QVERIFY(file.open(QIODevice::ReadOnly));
        QXmlStreamReader xml(&file);
        QString source;
        int texts = 0, unfinished = 0;
        while (!xml.atEnd()) {
            xml.readNext();
            if (!xml.isStartElement()) {
                continue;
            }
            if (xml.name() == u"source") {
                source = xml.readElementText();
            } else if (xml.name() == u"translation") {
                ++texts;
                unfinished += xml.attributes().value("type") == u"unfinished" ? 1 : 0;
                QStringList forms;
                QString whole;
                while (!(xml.readNext() == QXmlStreamReader::EndElement && xml.name() == u"translation")) {
                    if (xml.isStartElement() && xml.name() == u"numerusform") {
                        forms += xml.readElementText();
                    } else if (xml.isCharacters()) {
                        whole += xml.text();
                    }
                }
                if (forms.isEmpty()) {
                    forms += whole;
                }
                for (const QString& form : forms) {
                    if (form.isEmpty()) {
                        continue; // unfinished
                    }
                    QStringList wanted = places(source), found = places(form);
                    wanted.removeAll("n"); // "one run" needs no number
                    found.removeAll("n");
                    QVERIFY2(found == wanted, qPrintable(source + "\n" + form));
                    QCOMPARE(form.count("<b>"), source.count("<b>"));
                }
            }
        }
        QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
        QVERIFY2(texts > 1000, qPrintable(QString::number(texts)));
        QVERIFY2(unfinished * 50 < texts, qPrintable(QString("%1 of %2 are missing").arg(unfinished).arg(texts)));
    }
    void englishCountsInSingularAndPlural()
    {
        QCOMPARE(app::speak(*QCoreApplication::instance(), "en"), "en");
        const char* text = "%n run(s) selected";
        const auto counted = [&](int n) { return QCoreApplication::translate("toca::ui::RunDetails", text, "", n); };
        QCOMPARE(counted(1), "1 run selected");
        QCOMPARE(counted(2), "2 runs selected");
        QCOMPARE(counted(0), "0 runs selected");
        // Every counted text of the window has both forms.
        QFile file(QString(TOCA_SOURCE_DIR) + "/resources/translations/toca-studio_de.ts");
        QVERIFY(file.open(QIODevice::ReadOnly));
        QXmlStreamReader xml(&file);
        QString context;
        int counts = 0;
        bool isCounted = false;
        while (!xml.atEnd()) {
            xml.readNext();
            if (!xml.isStartElement()) {
                continue;
            }
            if (xml.name() == u"name") {
                context = xml.readElementText();
            } else if (xml.name() == u"message") {
                isCounted = xml.attributes().value("numerus") == u"yes";
            } else if (xml.name() == u"source" && isCounted) {
                const QByteArray source = xml.readElementText().toUtf8();
                const QString one = QCoreApplication::translate(context.toUtf8(), source, "", 1);
                QVERIFY2(one.contains('1') && !one.contains("(s)"), qPrintable(one));
                ++counts;
            }
        }
        QVERIFY2(counts > 8, qPrintable(QString::number(counts)));
    }
    void theWindowSpeaksGerman()
    {
        QCOMPARE(app::speak(*QCoreApplication::instance(), "en"), "en");
        QCOMPARE(app::speak(*QCoreApplication::instance(), "xx"), "en");
        QCOMPARE(app::speak(*QCoreApplication::instance(), "de"), "de");
        const QTemporaryDir folder;
        app::EngineRunner runner(std::make_unique<test::FakeEngine>());
        const QString settings = folder.filePath("settings.ini");
        {
            MainWindow window(runner, WindowOptions{.settingsFile = settings, .files = {}});
            window.show();
            QTRY_VERIFY(window.prompt().model().hasModel());
            QCOMPARE(window.action("generate")->text().remove('&'), "Erzeugen");
            QCOMPARE(window.menuBar()->actions().front()->text().remove('&'), "Datei");
            for (const auto* button : window.findChildren<QPushButton*>("workspace2")) {
                QCOMPARE(button->text(), "Analysieren");
            }
            window.findChild<QAction*>("language.en")->trigger();
            window.close();
        }
        QCOMPARE(QSettings(settings, QSettings::IniFormat).value("language").toString(), "en");
    }
};

QTEST_MAIN(TestLanguage)
#include "tst_language.moc"
