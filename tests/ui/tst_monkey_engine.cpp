// SPDX-License-Identifier: Apache-2.0
// As tst_monkey, with the real engine and the embedded model behind the window.
#include "core/engine/make_engine.h"
#include "tests/ui/monkey.h"

using namespace toca;

class TestMonkeyEngine : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void survives_data()
    {
        QTest::addColumn<unsigned>("seed");
        for (int seed = 1; seed <= test::fromEnvironment("TOCA_MONKEY_SEEDS", 1); ++seed) {
            QTest::newRow(qPrintable(QString::number(seed))) << static_cast<unsigned>(seed);
        }
    }
    void survives()
    {
        QFETCH(const unsigned, seed);
        test::playFor(makeEngine(), seed, test::fromEnvironment("TOCA_MONKEY_EVENTS", 150));
    }
};

QTEST_MAIN(TestMonkeyEngine)
#include "tst_monkey_engine.moc"
