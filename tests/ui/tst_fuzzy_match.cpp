// SPDX-License-Identifier: Apache-2.0
#include "ui/commands/fuzzy_match.h"

#include <QTest>

using namespace toca::ui;

class TestFuzzyMatch : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void lettersMustOccurInOrder_data()
    {
        QTest::addColumn<QString>("pattern");
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("matches");
        QTest::newRow("initials") << "cwu"
                                  << "Compare with uncached" << true;
        QTest::newRow("capitals") << "RACE"
                                  << "Race" << true;
        QTest::newRow("blanks") << "save trace"
                                << "Save trace" << true;
        QTest::newRow("order") << "ecar"
                               << "Race" << false;
        QTest::newRow("missing") << "racex"
                                 << "Race" << false;
        QTest::newRow("nothing typed") << ""
                                       << "Race" << true;
        QTest::newRow("nothing there") << "a"
                                       << "" << false;
        QTest::newRow("other letters") << "größe"
                                       << "Größe" << true;
    }
    void lettersMustOccurInOrder()
    {
        QFETCH(const QString, pattern);
        QFETCH(const QString, text);
        QFETCH(const bool, matches);
        QCOMPARE(fuzzyMatch(pattern, text).has_value(), matches);
    }
    void positionsAreTheTypedLetters()
    {
        const auto match = fuzzyMatch("cwu", "Compare with uncached");
        QVERIFY(match);
        QCOMPARE(match->positions, (QList<int>{0, 8, 13}));
        const auto run = fuzzyMatch("unc", "Compare with uncached");
        QVERIFY(run);
        QCOMPARE(run->positions, (QList<int>{13, 14, 15}));
    }
    void betterMatchesScoreHigher_data()
    {
        QTest::addColumn<QString>("pattern");
        QTest::addColumn<QString>("better");
        QTest::addColumn<QString>("worse");
        QTest::newRow("start of the text") << "race"
                                           << "Race"
                                           << "Save trace";
        QTest::newRow("starts of words") << "st"
                                         << "Save trace"
                                         << "Reset layout";
        QTest::newRow("in a row") << "open"
                                  << "Open model folder"
                                  << "Compare old pen";
        QTest::newRow("shorter") << "dark"
                                 << "Dark theme"
                                 << "Dark theme of the night";
    }
    void betterMatchesScoreHigher()
    {
        QFETCH(const QString, pattern);
        QFETCH(const QString, better);
        QFETCH(const QString, worse);
        const auto first = fuzzyMatch(pattern, better), second = fuzzyMatch(pattern, worse);
        QVERIFY(first && second);
        QVERIFY(first->score > second->score);
    }
    void longTextsAreCut()
    {
        QVERIFY(!fuzzyMatch("z", QString(100'000, 'a') + 'z'));
        QVERIFY(fuzzyMatch(QString(100'000, 'a'), QString(100'000, 'a')));
    }
};

QTEST_GUILESS_MAIN(TestFuzzyMatch)
#include "tst_fuzzy_match.moc"
