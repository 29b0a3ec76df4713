// SPDX-License-Identifier: Apache-2.0
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

#include <QApplication>
#include <QDir>
#include <QImage>
#include <QPixmap>
#include <QRegularExpression>
#include <QTest>

#include <cmath>

using namespace toca::ui;

class TestTheme : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyNameInTheSheetIsAColour_data();
    void everyNameInTheSheetIsAColour();
    void textIsLegible_data();
    void textIsLegible();
    void highContrastIsHigh();
    void switchingSendsPaletteChange();
    void iconsFollowTheTheme();
    void everyIconDraws();
    void namesOfChoicesRoundTrip();
};

namespace {

/// Contrast ratio of WCAG 2.1: (L1 + 0.05) / (L2 + 0.05) with relative luminance L.
double contrast(const QColor& left, const QColor& right)
{
    const auto luminance = [](const QColor& colour) {
        const auto linear = [](double value) {
            return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
        };
        return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF());
    };
    const double a = luminance(left) + 0.05;
    const double b = luminance(right) + 0.05;
    return std::max(a, b) / std::min(a, b);
}

void themes()
{
    QTest::addColumn<bool>("dark");
    QTest::newRow("dark") << true;
    QTest::newRow("light") << false;
}

QColor strongest(const QPixmap& pixmap)
{
    const QImage image = pixmap.toImage();
    QColor found(Qt::transparent);
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            if (image.pixelColor(x, y).alpha() > found.alpha()) {
                found = image.pixelColor(x, y);
            }
        }
    }
    return found;
}

} // namespace

void TestTheme::everyNameInTheSheetIsAColour_data()
{
    themes();
}
void TestTheme::everyNameInTheSheetIsAColour()
{
    QFETCH(bool, dark);
    QVERIFY2(!styleSheet(themeFor(dark)).contains('@'), "a name in the style sheet was not replaced");
}

void TestTheme::textIsLegible_data()
{
    themes();
}
void TestTheme::textIsLegible()
{
    QFETCH(bool, dark);
    const Theme& colours = themeFor(dark);
    // 4.5:1 is WCAG's level AA for text.
    for (const QColor& surface : {colours.panel, colours.raised, colours.window}) {
        QVERIFY(contrast(colours.text, surface) >= 4.5);
        QVERIFY(contrast(colours.mutedText, surface) >= 4.5);
    }
    QVERIFY(contrast(colours.accentText, colours.accent) >= 4.5);
    QVERIFY(contrast(colours.text, colours.warningSoft) >= 4.5);
    QVERIFY(contrast(colours.text, colours.errorSoft) >= 4.5);
    QVERIFY(contrast(colours.warning, colours.panel) >= 4.5);
}

void TestTheme::highContrastIsHigh()
{
    const Theme& colours = themeFor(ThemeChoice::HighContrast);
    QVERIFY(!styleSheet(colours).contains('@'));
    // 7:1 is WCAG's level AAA for text, 3:1 what it asks of lines that mean something.
    for (const QColor& surface : {colours.panel, colours.raised, colours.window, colours.hover}) {
        QVERIFY(contrast(colours.text, surface) >= 7);
        QVERIFY(contrast(colours.mutedText, surface) >= 7);
    }
    for (const QColor& colour : {colours.accent, colours.warning, colours.error, colours.good}) {
        QVERIFY(contrast(colour, colours.panel) >= 7);
    }
    QVERIFY(contrast(colours.accentText, colours.accent) >= 7);
    QVERIFY(contrast(colours.border, colours.panel) >= 3);
}

void TestTheme::switchingSendsPaletteChange()
{
    struct Listener : QWidget {
        int changes = 0;
        void changeEvent(QEvent* event) override
        {
            changes += event->type() == QEvent::PaletteChange;
            QWidget::changeEvent(event);
        }
    } listener;
    applyTheme(*qApp, ThemeChoice::Dark);
    listener.ensurePolished();
    QCoreApplication::processEvents();
    listener.changes = 0;
    applyTheme(*qApp, ThemeChoice::Light);
    QCoreApplication::processEvents();
    QVERIFY(listener.changes > 0);
    QVERIFY(!theme().dark);
}

void TestTheme::iconsFollowTheTheme()
{
    const QIcon play = icon("play");
    applyTheme(*qApp, ThemeChoice::Dark);
    const QColor onDark = strongest(play.pixmap(32, 32));
    applyTheme(*qApp, ThemeChoice::Light);
    const QColor onLight = strongest(play.pixmap(32, 32));
    QCOMPARE(onDark.rgb(), themeFor(true).text.rgb());
    QCOMPARE(onLight.rgb(), themeFor(false).text.rgb());
}

void TestTheme::everyIconDraws()
{
    applyTheme(*qApp, ThemeChoice::Dark);
    const QStringList names = QDir(":/icons").entryList({"*.svg"});
    QVERIFY(names.size() > 20);
    for (const QString& name : names) {
        QVERIFY2(strongest(icon(QString(name).chopped(4)).pixmap(32, 32)).alpha() > 100, qPrintable(name));
    }
}

void TestTheme::namesOfChoicesRoundTrip()
{
    for (const ThemeChoice choice :
        {ThemeChoice::System, ThemeChoice::Dark, ThemeChoice::Light, ThemeChoice::HighContrast}) {
        QCOMPARE(themeChoiceFromName(themeChoiceName(choice)), choice);
    }
    QCOMPARE(themeChoiceFromName("rubbish"), ThemeChoice::System);
}

QTEST_MAIN(TestTheme)
#include "tst_theme.moc"
