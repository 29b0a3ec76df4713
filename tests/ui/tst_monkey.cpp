// SPDX-License-Identifier: Apache-2.0
// Random but valid use of the whole window while runs go on: nothing may crash, hang or leave the engine stuck.
//
// A short round runs with all tests; TOCA_MONKEY_EVENTS (for each seed) and TOCA_MONKEY_SEEDS make it as long as
// wanted, TOCA_MONKEY_ROUNDS makes the count of memory longer, and TOCA_MONKEY_TELLS=1 prints every event.
#include "tests/support/fake_engine.h"
#include "tests/ui/monkey.h"

#include <QPixmapCache>

using namespace toca;

namespace {

constexpr int kEvents = 250, kSeeds = 2;

std::unique_ptr<Engine> quickEngine()
{
    auto engine = std::make_unique<test::FakeEngine>();
    engine->options.perStep = std::chrono::milliseconds(4);
    return engine;
}

} // namespace

class TestMonkey : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void survives_data()
    {
        QTest::addColumn<unsigned>("seed");
        for (int seed = 1; seed <= test::fromEnvironment("TOCA_MONKEY_SEEDS", kSeeds); ++seed) {
            QTest::newRow(qPrintable(QString::number(seed))) << static_cast<unsigned>(seed);
        }
    }
    void survives()
    {
        QFETCH(const unsigned, seed);
        test::playFor(quickEngine(), seed, test::fromEnvironment("TOCA_MONKEY_EVENTS", kEvents));
    }
    /// The same use again and again leaves no more behind than before.
    void keepsNoMemory()
    {
        constexpr int kWarmUp = 3;
        const int repeats = test::fromEnvironment("TOCA_MONKEY_ROUNDS", 3);
        // Fonts, icons and style sheets are kept by Qt once they were used; what a window leaves would come every time.
        constexpr std::size_t kAllowed = 512 << 10;
        std::vector<std::size_t> after;
        for (int i = 0; i < kWarmUp + repeats && !QTest::currentTestFailed(); ++i) {
            test::playFor(quickEngine(), 1, 120);
            QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
            QPixmapCache::clear(); // bounded, but not full yet
            after.push_back(test::liveBytes());
            qInfo("%zu KiB live after round %d", after.back() >> 10, i + 1);
        }
        if (!QTest::currentTestFailed()) {
            QVERIFY(after.back() < after[kWarmUp - 1] + static_cast<std::size_t>(repeats) * kAllowed);
        }
    }
};

QTEST_MAIN(TestMonkey)
#include "tst_monkey.moc"
