// SPDX-License-Identifier: Apache-2.0
#include "tests/support/run_toca.h"

#include <QTest>

#include <cmath>

using toca::test::TocaCall;

/// `toca plan`: what a run would do, without a run.
class CliPlanTest final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QVERIFY(m_folder.isValid()); }
    void planOfThePublishedGeometry_data();
    void planOfThePublishedGeometry();
    void planOfEachGeometry_data();
    void planOfEachGeometry();
    void planAddsUp();
    void planRefusesWhatARunRefuses_data();
    void planRefusesWhatARunRefuses();
    void comparesWithPublishedTables();
    void cacheMemoryIsPlanned();
    void planOfTheEmbeddedModelCountsItsPrompt();

private:
    toca::test::TocaFolder m_folder;
};

void CliPlanTest::planOfThePublishedGeometry_data()
{
    QTest::addColumn<QStringList>("policy");
    QTest::addColumn<double>("teraFlops"); // of the published tables
    QTest::newRow("uncached") << QStringList{"--policy", "none"} << 3283.0;
    QTest::newRow("ToCa, published setting") << QStringList{"--policy", "toca"} << 1393.0;
    QTest::newRow("ToCa, its preset") << QStringList{"--policy", "toca", "--preset", "opensora-r85"} << 1393.0;
}

void CliPlanTest::planOfThePublishedGeometry()
{
    QFETCH(QStringList, policy);
    QFETCH(double, teraFlops);
    const TocaCall plan = m_folder.call(QStringList{"plan", "--geometry", "opensora-v1.2", "--size", "854x480",
                                            "--frames", "51", "--steps", "30", "--json"}
        + policy);
    QCOMPARE(plan.exitCode, 0);
    const double total = plan.json()["total_flops"].toDouble() / 1e12;
    QVERIFY2(std::abs(total / teraFlops - 1) < 0.01, qPrintable(QString::number(total)));
    QCOMPARE(plan.json()["settings"].toObject()["steps"].toInt(), 30);
    QCOMPARE(plan.json()["text_tokens"].toInt(), 25);
}

void CliPlanTest::planOfEachGeometry_data()
{
    QTest::addColumn<QString>("geometry");
    QTest::addColumn<QStringList>("more");
    QTest::addColumn<QString>("sampler");
    QTest::addColumn<int>("steps");
    QTest::addColumn<int>("width");
    QTest::addColumn<double>("uncached"); // TFLOP
    QTest::addColumn<double>("cached"); // with ToCa's published setting for the family
    QTest::newRow("DiT") << "dit-xl-2-256" << QStringList{} << "ddim" << 50 << 256 << 23.74 << 10.23;
    QTest::newRow("DiT, DDPM") << "dit-xl-2-256" << QStringList{"--sampler", "ddpm"} << "ddpm" << 250 << 256 << 118.6
                               << 0.0;
    QTest::newRow("DiT 512") << "dit-xl-2-512" << QStringList{} << "ddim" << 50 << 512 << 104.9 << 0.0;
    QTest::newRow("PixArt") << "pixart-alpha-256" << QStringList{} << "dpm-solver++" << 20 << 256 << 11.18 << 5.72;
    QTest::newRow("PixArt 512") << "pixart-alpha-512" << QStringList{} << "dpm-solver++" << 20 << 512 << 48.7 << 0.0;
    QTest::newRow("PixArt 1024") << "pixart-alpha-1024" << QStringList{} << "dpm-solver++" << 20 << 1024 << 260.0
                                 << 0.0;
    QTest::newRow("Open-Sora") << "opensora-v1.2" << QStringList{} << "rflow" << 30 << 854 << 3283.2 << 1394.0;
}

void CliPlanTest::planOfEachGeometry()
{
    QFETCH(QString, geometry);
    QFETCH(QStringList, more);
    QFETCH(QString, sampler);
    QFETCH(int, steps);
    QFETCH(int, width);
    QFETCH(double, uncached);
    QFETCH(double, cached);
    const TocaCall plan = m_folder.call(QStringList{"plan", "--geometry", geometry, "--json"} + more);
    QVERIFY2(plan.exitCode == 0, plan.errors);
    const QJsonObject object = plan.json(), settings = object["settings"].toObject();
    QCOMPARE(object["sampler"].toString(), sampler);
    QCOMPARE(settings["steps"].toInt(), steps);
    QCOMPARE(settings["width"].toInt(), width);
    const auto isNear = [](double flops, double tera) { return std::abs(flops / 1e12 / tera - 1) < 0.01; };
    QVERIFY2(isNear(object["baseline_flops"].toDouble(), uncached), plan.output.left(400));
    if (cached > 0)
        QVERIFY2(isNear(object["total_flops"].toDouble(), cached), plan.output.left(400));
    QVERIFY(object["cache_bytes"].toDouble() > 0);
    // The settings shown are those of the family's default preset.
    const bool isCycle = geometry != "opensora-v1.2";
    QCOMPARE(settings["parameters"].toObject()["refresh"].toString(), isCycle ? "cycle" : "per-module");
}

void CliPlanTest::planAddsUp()
{
    const QJsonObject plan = m_folder.call({"plan", "--geometry", "opensora-v1.2", "--json"}).json();
    double steps = plan["once_flops"].toDouble(), modules = steps + plan["fixed_flops"].toDouble();
    for (const QJsonValue& step : plan["steps"].toArray())
        steps += step[u"flops"].toDouble();
    const QJsonObject moduleObjects = plan["modules"].toObject();
    QCOMPARE(moduleObjects.keys(), QStringList({"cross_attention", "mlp", "self_attention"}));
    for (const QString& name : moduleObjects.keys())
        modules += moduleObjects[name][u"flops"].toDouble();
    const double total = plan["total_flops"].toDouble();
    QVERIFY(std::abs(steps / total - 1) < 1e-9);
    QVERIFY(std::abs(modules / total - 1) < 1e-9);
    QVERIFY(std::abs(plan["baseline_flops"].toDouble() / total / plan["flops_gain"].toDouble() - 1) < 1e-9);
    QVERIFY(plan["static"].toBool());
    QVERIFY(!plan["caches_nothing"].toBool());
    const QJsonArray perStep = plan["steps"].toArray();
    QCOMPARE(perStep.size(), 30);
    QCOMPARE(perStep[0][u"fresh_ratio"].toDouble(), 1.0);
    QVERIFY(perStep[4][u"fresh_ratio"].toDouble() < 0.2);
}

void CliPlanTest::planRefusesWhatARunRefuses_data()
{
    QTest::addColumn<QStringList>("options");
    QTest::newRow("size between the VAE's pixels") << QStringList{"--size", "100x100"};
    QTest::newRow("one side") << QStringList{"--size", "128x127"};
    QTest::newRow("frames") << QStringList{"--frames", "5"};
    QTest::newRow("class") << QStringList{"--class", "3"};
    QTest::newRow("sampler") << QStringList{"--sampler", "ddim"};
}

void CliPlanTest::planRefusesWhatARunRefuses()
{
    QFETCH(QStringList, options);
    const QStringList prompt = options.contains("--class") ? QStringList{} : QStringList{"--prompt", "a red ball"};
    const TocaCall run = m_folder.call(QStringList{"generate", "--out", "never.mp4"} + prompt + options);
    QCOMPARE(run.exitCode, 2);
    for (const QStringList& more : {prompt, QStringList{}, QStringList{"--text-tokens", "5"}}) {
        const TocaCall plan = m_folder.call(QStringList{"plan"} + more + options);
        QCOMPARE(plan.exitCode, 2);
        QCOMPARE(plan.errors, run.errors);
    }
    // What the model says about sizes is what is refused.
    const int multiple = m_folder.call({"models", "--json"}).json()["embedded"].toObject()["size_multiple"].toInt();
    const auto size = [&](int pixels) {
        return m_folder.call({"plan", "--size", QString("%1x%1").arg(pixels)}).exitCode;
    };
    QCOMPARE(size(10 * multiple), 0);
    QCOMPARE(size(10 * multiple + multiple / 2), 2);
}

void CliPlanTest::comparesWithPublishedTables()
{
    const TocaCall table = m_folder.call({"plan", "--table", "--json"});
    QVERIFY2(table.exitCode == 0, table.errors);
    const QJsonArray rows = table.json()["rows"].toArray();
    QVERIFY(rows.size() > 30);
    for (const QJsonValue& row : rows) {
        if (row[u"state"].toString() != "compared") {
            QVERIFY(row[u"tera_flops"].isNull());
            QVERIFY(!row[u"note"].toString().isEmpty());
            continue;
        }
        QVERIFY(row[u"gain"].toDouble() >= 1);
        if (std::abs(row[u"difference"].toDouble()) > 0.02)
            QVERIFY2(!row[u"note"].toString().isEmpty(), qPrintable(row[u"label"].toString()));
    }
    const QByteArray csv = m_folder.call({"plan", "--table", "--csv"}).output;
    QCOMPARE(csv.count('\n'), rows.size() + 1);
    QVERIFY(csv.startsWith("table,geometry,sampler,steps,label,policy,"));
    const QByteArray text = m_folder.call({"plan", "--table"}).output;
    QVERIFY(text.contains("PixArt") && text.contains("DDIM-50") && text.contains("[1]"));
}

void CliPlanTest::cacheMemoryIsPlanned()
{
    const QStringList plan{"plan", "--geometry", "dit-xl-2-256", "--json"};
    const QJsonObject exact = m_folder.call(plan).json();
    const QJsonObject as = exact[u"cache_bytes_as"].toObject();
    QCOMPARE(exact[u"cache_dtype"].toString(), "fp32");
    QCOMPARE(exact[u"cache_bytes"].toDouble(), as[u"fp32"].toDouble());
    QCOMPARE(as[u"bf16"].toDouble(), as[u"fp32"].toDouble() / 2);
    const QJsonObject bytes = m_folder.call(plan + QStringList{"--cache-dtype", "int8"}).json();
    QCOMPARE(bytes[u"cache_bytes"].toDouble(), as[u"int8"].toDouble());
    QCOMPARE(bytes[u"settings"].toObject()[u"cache_dtype"].toString(), "int8");
    // A budget: what was made of it is said where people look.
    const TocaCall within = m_folder.call(plan + QStringList{"--cache-budget", "100MB"});
    QCOMPARE(within.exitCode, 0);
    QVERIFY2(within.errors.contains("bf16") && within.errors.contains("100 MB"), within.errors);
    QVERIFY(within.json()[u"cache_bytes"].toDouble() <= 100e6);
    const TocaCall refused = m_folder.call(plan + QStringList{"--cache-budget", "10MB"});
    QCOMPARE(refused.exitCode, 5);
    const QString least = QString::number(as[u"int8"].toDouble(), 'f', 0);
    QVERIFY2(refused.errors.contains(least.toUtf8()), refused.errors);
    QCOMPARE(m_folder.call(plan + QStringList{"--cache-budget", least}).exitCode, 0);
    // Beside the published codes.
    QCOMPARE(m_folder.call({"plan", "--memory-table"}).exitCode, 0);
    const QByteArray text = m_folder.call({"plan", "--memory-table", "--json"}).output;
    const QJsonArray rows = QJsonDocument::fromJson(text).array();
    QVERIFY(rows.size() >= 10);
    for (const QJsonValue& row : rows) {
        double sum = 0;
        for (const QJsonValue& tensors : row[u"tensors"].toArray())
            sum += tensors[u"bytes"].toDouble();
        QCOMPARE(row[u"published_bytes"].toDouble(), sum);
    }
}

void CliPlanTest::planOfTheEmbeddedModelCountsItsPrompt()
{
    const QJsonObject little = m_folder.call({"plan", "--prompt", "a red ball", "--json"}).json();
    const QJsonObject much =
        m_folder.call({"plan", "--prompt", "a red ball moves to the right on a blue background", "--json"}).json();
    QVERIFY(little["text_tokens"].toInt() >= 4); // the words and the end mark
    QVERIFY(much["text_tokens"].toInt() > little["text_tokens"].toInt());
    QVERIFY(much["total_flops"].toDouble() > little["total_flops"].toDouble());
    QVERIFY(much["memory_bytes"].toObject()["total"].toDouble() > 0);
    QCOMPARE(much["tokens"].toInt(), 320); // 17 frames at 128 x 128
    QCOMPARE(m_folder.call({"plan", "--text-tokens", "7", "--json"}).json()["text_tokens"].toInt(), 7);

    const TocaCall nothing =
        m_folder.call({"plan", "--policy", "fora", "--set", "per_module=false", "--set", "interval=1"});
    QCOMPARE(nothing.exitCode, 0);
    QVERIFY(nothing.errors.contains("caches nothing"));
}

QTEST_GUILESS_MAIN(CliPlanTest)
#include "tst_cli_plan.moc"
