// SPDX-License-Identifier: Apache-2.0
#include "ui/colour/colour_map.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace toca::ui;

class TestColourMap : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void oklabOfKnownColours();
    void oklabRoundTripKeepsEveryChannel();
    void colourOutsideOfSrgbKeepsItsLightness();
    void lightnessIsMonotone_data();
    void lightnessIsMonotone();
    void equalStepsLookEqual_data();
    void equalStepsLookEqual();
    void endsAreFarApart_data();
    void endsAreFarApart();
    void outsideValuesTakeTheEnds();
    void inkContrastsWithItsGround();
    void mixedEndsAreTheColours();

private:
    static void maps();
    static const ColourMap& current();
};

void TestColourMap::maps()
{
    QTest::addColumn<int>("which");
    QTest::newRow("share, dark") << 0;
    QTest::newRow("share, light") << 1;
    QTest::newRow("age, dark") << 2;
    QTest::newRow("age, light") << 3;
    QTest::newRow("score, dark") << 4;
    QTest::newRow("score, light") << 5;
}

const ColourMap& TestColourMap::current()
{
    const int which = *static_cast<int*>(QTest::qData("which", QMetaType::Int));
    const bool dark = which % 2 == 0;
    return which < 2 ? ColourMap::share(dark) : which < 4 ? ColourMap::age(dark) : ColourMap::score(dark);
}

void TestColourMap::oklabOfKnownColours()
{
    // Ottosson's post gives these for sRGB primaries, three decimals.
    const Oklab white = oklabFromRgb(qRgb(255, 255, 255));
    QVERIFY(std::abs(white.lightness - 1.0) < 1e-3 && std::abs(white.a) < 1e-3 && std::abs(white.b) < 1e-3);
    const Oklab red = oklabFromRgb(qRgb(255, 0, 0));
    QVERIFY(std::abs(red.lightness - 0.628) < 1e-3 && std::abs(red.a - 0.225) < 1e-3 && std::abs(red.b - 0.126) < 1e-3);
}

void TestColourMap::oklabRoundTripKeepsEveryChannel()
{
    for (const QRgb colour : {qRgb(0, 0, 0), qRgb(255, 255, 255), qRgb(255, 0, 0), qRgb(1, 2, 3), qRgb(90, 156, 255)}) {
        QCOMPARE(rgbFromOklab(oklabFromRgb(colour)), colour);
    }
}

void TestColourMap::colourOutsideOfSrgbKeepsItsLightness()
{
    const Oklab shown = oklabFromRgb(rgbFromOklab(oklch(0.7, 0.4, 150)));
    QVERIFY(std::abs(shown.lightness - 0.7) < 0.005); // one 8-bit step is about 0.003
    QVERIFY(std::hypot(shown.a, shown.b) < 0.39);
}

void TestColourMap::lightnessIsMonotone_data()
{
    maps();
}

void TestColourMap::lightnessIsMonotone()
{
    const auto& colours = current().colours();
    const double direction =
        oklabFromRgb(colours.back()).lightness > oklabFromRgb(colours.front()).lightness ? 1.0 : -1.0;
    for (std::size_t i = 1; i < colours.size(); ++i) {
        const double difference =
            direction * (oklabFromRgb(colours[i]).lightness - oklabFromRgb(colours[i - 1]).lightness);
        QVERIFY2(difference > -0.0025, qPrintable(QString::number(i))); // rounding to 8 bits
    }
    for (std::size_t i = 8; i < colours.size(); ++i) { // beyond rounding it truly rises
        QVERIFY(direction * (oklabFromRgb(colours[i]).lightness - oklabFromRgb(colours[i - 8]).lightness) > 0);
    }
}

void TestColourMap::equalStepsLookEqual_data()
{
    maps();
}

void TestColourMap::equalStepsLookEqual()
{
    double smallest = std::numeric_limits<double>::max();
    double largest = 0;
    for (int i = 0; i < 16; ++i) {
        const double step = distance(oklabFromRgb(current().at(i / 16.0)), oklabFromRgb(current().at((i + 1) / 16.0)));
        smallest = std::min(smallest, step);
        largest = std::max(largest, step);
    }
    // Chroma is cut where sRGB ends, and a bend makes the chord shorter than the path.
    QVERIFY2(largest / smallest < 1.35, qPrintable(QString::number(largest / smallest)));
}

void TestColourMap::endsAreFarApart_data()
{
    maps();
}

void TestColourMap::endsAreFarApart()
{
    const Oklab low = oklabFromRgb(current().at(0));
    const Oklab high = oklabFromRgb(current().at(1));
    QVERIFY(std::abs(low.lightness - high.lightness) > 0.55);
    // The low end is the one near the theme's background.
    const bool dark = *static_cast<int*>(QTest::qData("which", QMetaType::Int)) % 2 == 0;
    QCOMPARE(low.lightness < high.lightness, dark);
}

void TestColourMap::outsideValuesTakeTheEnds()
{
    const ColourMap& map = ColourMap::share(true);
    QCOMPARE(map.at(-3), map.at(0));
    QCOMPARE(map.at(7), map.at(1));
    QCOMPARE(map.at(std::numeric_limits<double>::quiet_NaN()), map.at(0));
    QCOMPARE(map.at(std::numeric_limits<double>::infinity()), map.at(1));
}

void TestColourMap::inkContrastsWithItsGround()
{
    for (const double value : {0.0, 0.3, 0.7, 1.0}) {
        const ColourMap& map = ColourMap::share(true);
        QVERIFY(distance(oklabFromRgb(map.ink(value)), oklabFromRgb(map.at(value))) > 0.35);
    }
}

void TestColourMap::mixedEndsAreTheColours()
{
    const QRgb under = qRgb(10, 20, 30);
    const QRgb over = qRgb(200, 100, 50);
    QCOMPARE(mixed(under, over, 0), under);
    QCOMPARE(mixed(under, over, 1), over);
    const double middle = oklabFromRgb(mixed(under, over, 0.5)).lightness;
    QVERIFY(middle > oklabFromRgb(under).lightness && middle < oklabFromRgb(over).lightness);
}

QTEST_GUILESS_MAIN(TestColourMap)
#include "tst_colour_map.moc"
