// SPDX-License-Identifier: Apache-2.0
#include "tests/support/run_toca.h"

#include <QDir>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using toca::test::callToca;
using toca::test::jsonFile;
using toca::test::TocaCall;

/// Everything of `toca` that needs no run of the model: plans, registries, errors.
class CliTest final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QVERIFY(m_folder.isValid()); }
    void printsVersionAndHelp();
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
    void listsPolicies();
    void listsModels();
    void manualShowsTheRegistry();
    void manualNamesEveryOption();
    void refuses_data();
    void refuses();
    void refusesBytesThatAreNoText();
    void refusesUnwritablePlaces_data();
    void refusesUnwritablePlaces();
    void failsWhenOutputIsFull();
    void verifiesAReferenceCase();
    void verifyFails_data();
    void verifyFails();
    void verifyHoldsShapesAgainstTheCase();
    void infoRefuses_data();
    void infoRefuses();

private:
    TocaCall call(const QStringList& arguments, int seconds = 120) const
    {
        return callToca(m_folder.path(), arguments, seconds);
    }
    QString write(const QString& name, const QByteArray& content) const
    {
        QFile file(m_folder.filePath(name));
        if (file.open(QIODevice::WriteOnly))
            file.write(content);
        return file.fileName();
    }

    QTemporaryDir m_folder;
};

void CliTest::printsVersionAndHelp()
{
    const TocaCall version = call({"--version"});
    QCOMPARE(version.exitCode, 0);
    QVERIFY(version.output.startsWith("toca "));
    QVERIFY(version.output.contains("libtorch "));
    for (const char* command :
        {"generate", "plan", "race", "compare", "sweep", "eval", "bench", "calibrate", "threshold", "sensitivity",
            "probe", "tune", "replay", "bundle", "verify", "info", "policies", "models", "convert-router"}) {
        const TocaCall help = call({command, "--help"});
        QCOMPARE(help.exitCode, 0);
        QVERIFY2(help.output.contains("--help"), command);
        QVERIFY(call({"--help"}).output.contains(command));
    }
}

void CliTest::planOfThePublishedGeometry_data()
{
    QTest::addColumn<QStringList>("policy");
    QTest::addColumn<double>("teraFlops"); // of the published tables
    QTest::newRow("uncached") << QStringList{"--policy", "none"} << 3283.0;
    QTest::newRow("ToCa, published setting") << QStringList{"--policy", "toca"} << 1393.0;
    QTest::newRow("ToCa, its preset") << QStringList{"--policy", "toca", "--preset", "opensora-r85"} << 1393.0;
}

void CliTest::planOfThePublishedGeometry()
{
    QFETCH(QStringList, policy);
    QFETCH(double, teraFlops);
    const TocaCall plan = call(QStringList{"plan", "--geometry", "opensora-v1.2", "--size", "854x480", "--frames", "51",
                                   "--steps", "30", "--json"}
        + policy);
    QCOMPARE(plan.exitCode, 0);
    const double total = plan.json()["total_flops"].toDouble() / 1e12;
    QVERIFY2(std::abs(total / teraFlops - 1) < 0.01, qPrintable(QString::number(total)));
    QCOMPARE(plan.json()["settings"].toObject()["steps"].toInt(), 30);
    QCOMPARE(plan.json()["text_tokens"].toInt(), 25);
}

void CliTest::planOfEachGeometry_data()
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

void CliTest::planOfEachGeometry()
{
    QFETCH(QString, geometry);
    QFETCH(QStringList, more);
    QFETCH(QString, sampler);
    QFETCH(int, steps);
    QFETCH(int, width);
    QFETCH(double, uncached);
    QFETCH(double, cached);
    const TocaCall plan = call(QStringList{"plan", "--geometry", geometry, "--json"} + more);
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

void CliTest::planAddsUp()
{
    const QJsonObject plan = call({"plan", "--geometry", "opensora-v1.2", "--json"}).json();
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

void CliTest::planRefusesWhatARunRefuses_data()
{
    QTest::addColumn<QStringList>("options");
    QTest::newRow("size between the VAE's pixels") << QStringList{"--size", "100x100"};
    QTest::newRow("one side") << QStringList{"--size", "128x127"};
    QTest::newRow("frames") << QStringList{"--frames", "5"};
    QTest::newRow("class") << QStringList{"--class", "3"};
    QTest::newRow("sampler") << QStringList{"--sampler", "ddim"};
}

void CliTest::planRefusesWhatARunRefuses()
{
    QFETCH(QStringList, options);
    const QStringList prompt = options.contains("--class") ? QStringList{} : QStringList{"--prompt", "a red ball"};
    const TocaCall run = call(QStringList{"generate", "--out", "never.mp4"} + prompt + options);
    QCOMPARE(run.exitCode, 2);
    for (const QStringList& more : {prompt, QStringList{}, QStringList{"--text-tokens", "5"}}) {
        const TocaCall plan = call(QStringList{"plan"} + more + options);
        QCOMPARE(plan.exitCode, 2);
        QCOMPARE(plan.errors, run.errors);
    }
    // What the model says about sizes is what is refused.
    const int multiple = call({"models", "--json"}).json()["embedded"].toObject()["size_multiple"].toInt();
    const auto size = [&](int pixels) { return call({"plan", "--size", QString("%1x%1").arg(pixels)}).exitCode; };
    QCOMPARE(size(10 * multiple), 0);
    QCOMPARE(size(10 * multiple + multiple / 2), 2);
}

void CliTest::comparesWithPublishedTables()
{
    const TocaCall table = call({"plan", "--table", "--json"});
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
    const QByteArray csv = call({"plan", "--table", "--csv"}).output;
    QCOMPARE(csv.count('\n'), rows.size() + 1);
    QVERIFY(csv.startsWith("table,geometry,sampler,steps,label,policy,"));
    const QByteArray text = call({"plan", "--table"}).output;
    QVERIFY(text.contains("PixArt") && text.contains("DDIM-50") && text.contains("[1]"));
}

void CliTest::cacheMemoryIsPlanned()
{
    const QStringList plan{"plan", "--geometry", "dit-xl-2-256", "--json"};
    const QJsonObject exact = call(plan).json();
    const QJsonObject as = exact[u"cache_bytes_as"].toObject();
    QCOMPARE(exact[u"cache_dtype"].toString(), "fp32");
    QCOMPARE(exact[u"cache_bytes"].toDouble(), as[u"fp32"].toDouble());
    QCOMPARE(as[u"bf16"].toDouble(), as[u"fp32"].toDouble() / 2);
    const QJsonObject bytes = call(plan + QStringList{"--cache-dtype", "int8"}).json();
    QCOMPARE(bytes[u"cache_bytes"].toDouble(), as[u"int8"].toDouble());
    QCOMPARE(bytes[u"settings"].toObject()[u"cache_dtype"].toString(), "int8");
    // A budget: what was made of it is said where people look.
    const TocaCall within = call(plan + QStringList{"--cache-budget", "100MB"});
    QCOMPARE(within.exitCode, 0);
    QVERIFY2(within.errors.contains("bf16") && within.errors.contains("100 MB"), within.errors);
    QVERIFY(within.json()[u"cache_bytes"].toDouble() <= 100e6);
    const TocaCall refused = call(plan + QStringList{"--cache-budget", "10MB"});
    QCOMPARE(refused.exitCode, 5);
    const QString least = QString::number(as[u"int8"].toDouble(), 'f', 0);
    QVERIFY2(refused.errors.contains(least.toUtf8()), refused.errors);
    QCOMPARE(call(plan + QStringList{"--cache-budget", least}).exitCode, 0);
    // Beside the published codes.
    QCOMPARE(call({"plan", "--memory-table"}).exitCode, 0);
    const QByteArray text = call({"plan", "--memory-table", "--json"}).output;
    const QJsonArray rows = QJsonDocument::fromJson(text).array();
    QVERIFY(rows.size() >= 10);
    for (const QJsonValue& row : rows) {
        double sum = 0;
        for (const QJsonValue& tensors : row[u"tensors"].toArray())
            sum += tensors[u"bytes"].toDouble();
        QCOMPARE(row[u"published_bytes"].toDouble(), sum);
    }
}

void CliTest::planOfTheEmbeddedModelCountsItsPrompt()
{
    const QJsonObject little = call({"plan", "--prompt", "a red ball", "--json"}).json();
    const QJsonObject much =
        call({"plan", "--prompt", "a red ball moves to the right on a blue background", "--json"}).json();
    QVERIFY(little["text_tokens"].toInt() >= 4); // the words and the end mark
    QVERIFY(much["text_tokens"].toInt() > little["text_tokens"].toInt());
    QVERIFY(much["total_flops"].toDouble() > little["total_flops"].toDouble());
    QVERIFY(much["memory_bytes"].toObject()["total"].toDouble() > 0);
    QCOMPARE(much["tokens"].toInt(), 320); // 17 frames at 128 x 128
    QCOMPARE(call({"plan", "--text-tokens", "7", "--json"}).json()["text_tokens"].toInt(), 7);

    const TocaCall nothing = call({"plan", "--policy", "fora", "--set", "per_module=false", "--set", "interval=1"});
    QCOMPARE(nothing.exitCode, 0);
    QVERIFY(nothing.errors.contains("caches nothing"));
}

void CliTest::listsPolicies()
{
    const TocaCall policies = call({"policies", "--json"});
    QCOMPARE(policies.exitCode, 0);
    QStringList names;
    for (const QJsonValue& policy : policies.json()["policies"].toArray()) {
        names += policy[u"name"].toString();
        for (const QJsonValue& parameter : policy[u"parameters"].toArray()) {
            QVERIFY(!parameter[u"help"].toString().isEmpty());
            // The printed default is accepted by --set.
            const QString setting = parameter[u"name"].toString() + "=" + parameter[u"default"].toVariant().toString();
            const TocaCall plan = call({"plan", "--policy", names.last(), "--set", setting});
            const bool isMissingItsTable = names.last() == "harmonica" && plan.errors.contains("router");
            QVERIFY2(plan.exitCode == 0 || isMissingItsTable, qPrintable(setting + ": " + plan.errors));
        }
        for (const QJsonValue& preset : policy[u"presets"].toArray()) {
            // A published preset may not fit the embedded model: then the answer says what does not.
            const TocaCall plan = call({"plan", "--policy", names.last(), "--preset", preset[u"name"].toString()});
            const QString name = names.last() + " " + preset[u"name"].toString();
            static const QHash<QString, QByteArray> kUnfit = {
                {"dbcache f8b0", "8 layers"}, {"ebcache dit-xl-2", "50 entries"}, {"harmonica published", "router"}};
            QVERIFY2(
                kUnfit.contains(name) ? plan.exitCode != 0 && plan.errors.contains(kUnfit[name]) : plan.exitCode == 0,
                qPrintable(name + ": " + plan.errors));
        }
    }
    for (const char* name : {"none", "fora", "toca"})
        QVERIFY(names.contains(name));
    const QByteArray text = call({"policies"}).output;
    QVERIFY(text.contains("--set fresh_ratio="));
}

void CliTest::listsModels()
{
    const TocaCall models = call({"models", "--json"});
    QCOMPARE(models.exitCode, 0);
    QCOMPARE(models.json()["embedded"].toObject()["name"].toString(), "toca-miniature");
    QCOMPARE(models.json()["geometries"].toArray()[0][u"name"].toString(), "opensora-v1.2");
    QVERIFY(call({"models"}).output.contains("opensora-v1.2"));

    const QString folder = QString::fromUtf8(TOCA_SOURCE_DIR "/resources/models/toca-miniature");
    const TocaCall info = call({"info", folder, "--json"});
    QCOMPARE(info.exitCode, 0);
    QCOMPARE(info.json()["kind"].toString(), "model");
    QCOMPARE(info.json()["parts"].toArray().size(), 4);
    QVERIFY(call({"info", folder}).output.contains("transformer"));
}

void CliTest::manualShowsTheRegistry()
{
    QFile page(QString::fromUtf8(TOCA_SOURCE_DIR "/docs/cli.md"));
    QVERIFY(page.open(QIODevice::ReadOnly));
    const QByteArray tables = call({"policies", "--markdown"}).output;
    QVERIFY(tables.size() > 1000);
    QVERIFY2(page.readAll().contains(tables),
        "docs/cli.md differs from `toca policies --markdown`; replace its section 'Settings' by that");
}

void CliTest::manualNamesEveryOption()
{
    QFile page(QString::fromUtf8(TOCA_SOURCE_DIR "/docs/cli.md"));
    QVERIFY(page.open(QIODevice::ReadOnly));
    const QByteArray manual = page.readAll();
    const QRegularExpression option("--[a-z][a-z-]+");
    int options = 0;
    for (const char* command :
        {"generate", "plan", "race", "compare", "sweep", "bench", "calibrate", "threshold", "sensitivity", "probe",
            "tune", "replay", "bundle", "verify", "info", "policies", "models", "convert-router"}) {
        auto found = option.globalMatch(QString::fromUtf8(call({command, "--help"}).output));
        for (; found.hasNext(); ++options) {
            const QString name = found.next().captured();
            QVERIFY2(manual.contains("`" + name.toUtf8()), qPrintable(name + " is not in docs/cli.md"));
        }
    }
    QVERIFY(options > 40);
}

void CliTest::refuses_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("exitCode");
    QTest::addColumn<QByteArray>("says");
    const auto row = [](const char* name, const QStringList& arguments, int exitCode, const QByteArray& says) {
        QTest::newRow(name) << arguments << exitCode << says;
    };
    const auto generate = [](const QStringList& more) {
        return QStringList{"generate", "--prompt", "a red ball", "--out", "never.mp4"} + more;
    };
    row("nothing", {}, 2, "subcommand");
    row("unknown command", {"frobnicate"}, 2, "generate");
    row("unknown option", generate({"--frobnicate"}), 2, "--frobnicate");
    row("no prompt", {"generate"}, 2, "--prompt");
    row("option without value", {"generate", "--prompt"}, 2, "--prompt");
    row("option twice", generate({"--steps", "4", "--steps", "5"}), 2, "--steps");
    row("steps with letters", generate({"--steps", "30x"}), 2, "30x");
    row("steps with a space", generate({"--steps", " 30"}), 2, "--steps");
    row("steps empty", generate({"--steps="}), 2, "--steps");
    row("steps 0", generate({"--steps", "0"}), 2, "steps");
    row("steps -1", generate({"--steps", "-1"}), 2, "-1");
    row("steps 1001", generate({"--steps", "1001"}), 2, "1000");
    row("steps huge", generate({"--steps", "99999999999999999999"}), 2, "--steps");
    row("steps of a fraction", generate({"--steps", "3.5"}), 2, "3.5");
    row("guidance NaN", generate({"--guidance", "nan"}), 2, "--guidance");
    row("guidance infinite", generate({"--guidance", "inf"}), 2, "--guidance");
    row("guidance negative", generate({"--guidance", "-1"}), 2, "guidance");
    row("guidance with a comma", generate({"--guidance", "3,5"}), 2, "3,5");
    row("guidance by its option", generate({"--guidance", "-1"}), 2, "--guidance is -1");
    row("threads by their option", generate({"--threads", "100000"}), 2, "--threads is");
    row("protection by its option", generate({"--protect-strength", "1000"}), 2, "--protect-strength is");
    row("bundle of nothing", {"bundle", "nope"}, 3, "There is no run 'nope'");
    row("replay of a text file", {"replay", TOCA_SOURCE_DIR "/CMakeLists.txt"}, 4,
        "is a text file; expected was a bundle");
    row("replay of another folder", {"replay", TOCA_SOURCE_DIR "/cmake"}, 4, "a folder without a run");
    row("sensitivity of a text file", {"sensitivity", "--show", TOCA_SOURCE_DIR "/CMakeLists.txt"}, 4,
        "is a text file; expected was a file that `toca sensitivity --out` wrote");
    row("sensitivity of nothing", {"sensitivity", "--show", "nope"}, 3, "nope");
    row("layer that is not there", {"sensitivity", "--prompt", "p", "--layers", "99"}, 2, "asks for layer 99;");
    row("step and layer that are not there", {"sensitivity", "--prompt", "p", "--layers", "99", "--at-steps", "50"}, 2,
        "step 50 and layer 99;");
    row("one label for two clips", {"compare", "a.mp4", "b.mp4", "--labels", "one"}, 2, "gives 1 label for 2 clips");
    row("tuned against a threshold", {"tune", "--against", "teacache", "--out", "t.json"}, 1, "decides while running");
    row("tuned against nothing", {"tune", "--against", "none", "--out", "t.json"}, 2, "--against none");
    row("info of a text file", {"info", TOCA_SOURCE_DIR "/CMakeLists.txt"}, 4, "is a text file; expected was");
    row("size 0x0", generate({"--size", "0x0"}), 2, "0x0");
    row("size odd", generate({"--size", "127x129"}), 2, "127x129");
    row("size huge", generate({"--size", "1000000x1000000"}), 2, "1000000x1000000");
    row("size below a patch", generate({"--size", "8x8"}), 2, "16");
    row("size beyond the memory", generate({"--size", "16384x16384"}), 5, "MiB");
    row("size without x", generate({"--size", "128"}), 2, "128x128");
    row("size with spaces", generate({"--size", "128 x 128"}), 2, "--size");
    row("size negative", generate({"--size", "-128x128"}), 2, "--size");
    row("frames 0", generate({"--frames", "0"}), 2, "frames");
    row("frames -1", generate({"--frames", "-1"}), 2, "-1");
    row("frames 2", generate({"--frames", "2"}), 2, "nearest");
    row("frames 16", generate({"--frames", "16"}), 2, "17");
    row("frames huge", generate({"--frames", "2000000000"}), 2, "frames");
    row("frames beyond the memory", generate({"--frames", "1000000"}), 5, "MiB");
    row("fps 0", generate({"--fps", "0"}), 2, "fps");
    row("seed negative", generate({"--seed", "-1"}), 2, "--seed");
    row("seed too large", generate({"--seed", "18446744073709551616"}), 2, "--seed");
    row("seed and seeds", generate({"--seed", "1", "--seeds", "1-2"}), 2, "--seed");
    row("seeds backwards", generate({"--seeds", "5-1"}), 2, "5-1");
    row("seeds without end", generate({"--seeds", "5-"}), 2, "--seeds");
    row("seeds far too many", generate({"--seeds", "0-18446744073709551615"}), 2, "100000");
    row("policy unknown", generate({"--policy", "magic"}), 2, "toca");
    row("policy empty", generate({"--policy", ""}), 2, "toca");
    row("preset unknown", generate({"--preset", "magic"}), 2, "opensora-r85");
    row("setting unknown", generate({"--set", "magic=1"}), 2, "fresh_ratio");
    row("setting without value", generate({"--set", "fresh_ratio"}), 2, "key=value");
    row("setting without key", generate({"--set", "=1"}), 2, "key=value");
    row("setting with an empty value", generate({"--set", "fresh_ratio="}), 2, "fresh_ratio");
    row("setting out of range", generate({"--set", "fresh_ratio=1.5"}), 2, "from 0 to 1");
    row("setting NaN", generate({"--set", "fresh_ratio=nan"}), 2, "fresh_ratio");
    row("setting of another policy", generate({"--policy", "none", "--set", "fresh_ratio=0.1"}), 2, "it has none");
    row("device unknown", generate({"--device", "tpu"}), 2, "cpu, cuda or auto");
    row("threads negative", generate({"--threads", "-1"}), 2, "threads");
    row("threads huge", generate({"--threads", "100000"}), 2, "threads");
    row("repeat without comparison", generate({"--repeat", "3"}), 2, "--compare-baseline");
    row("repeat 0", generate({"--compare-baseline", "--repeat", "0"}), 2, "--repeat");
    row("model missing", generate({"--model", "no-such-folder"}), 3, "no-such-folder");
    row("model empty", generate({"--model", ""}), 2, "--model");
    row("model is a text file", generate({"--model", TOCA_SOURCE_DIR "/CMakeLists.txt"}), 4, "CMakeLists.txt");
    row("model is another folder", generate({"--model", TOCA_SOURCE_DIR "/cmake"}), 3, "pipeline.json");
    row("condition missing", generate({"--condition", "no-such.png"}), 3, "no-such.png");
    row("condition frames without condition", generate({"--condition-frames", "2"}), 2, "--condition");
    row("prompts missing", {"generate", "--prompts", "no-such.txt"}, 3, "no-such.txt");
    row("prompt and prompts", generate({"--prompts", "no-such.txt"}), 2, "--prompt");
    row("cache format unknown", {"plan", "--geometry", "opensora-v1.2", "--cache-dtype", "int4"}, 2, "int8");
    row("cache budget is no size", {"plan", "--geometry", "opensora-v1.2", "--cache-budget", "lots"}, 2, "400MB");
    row("cache budget of nothing", {"plan", "--geometry", "opensora-v1.2", "--cache-budget", "0"}, 2, "--cache-budget");
    row("geometry unknown", {"plan", "--geometry", "sora-2"}, 2, "opensora-v1.2");
    row("geometry and model", {"plan", "--geometry", "opensora-v1.2", "--model", "x"}, 2, "--model");
    row("text tokens too many", {"plan", "--geometry", "opensora-v1.2", "--text-tokens", "301"}, 2, "300");
    row("text tokens negative", {"plan", "--geometry", "opensora-v1.2", "--text-tokens", "-1"}, 2, "-1");
    row("sampler of another family", {"plan", "--geometry", "dit-xl-2-256", "--sampler", "rflow"}, 2, "ddim, ddpm");
    row("size of another geometry", {"plan", "--geometry", "dit-xl-2-256", "--size", "512x512"}, 2, "256x256");
    row("frames of a picture", {"plan", "--geometry", "pixart-alpha-256", "--frames", "17"}, 2, "must be 1");
    row("table and geometry", {"plan", "--table", "--geometry", "dit-xl-2-256"}, 2, "--table");
    row("CSV of one plan", {"plan", "--csv"}, 2, "--table");
    row("verify without folder", {"verify"}, 2, "DIR");
    row("info without file", {"info"}, 2, "FILE");
    row("extra argument", {"policies", "toca"}, 2, "toca");
    row("100,000 characters as a policy", generate({"--policy", QString(100'000, 'x')}), 2, "toca");
    row("100,000 characters as steps", generate({"--steps", QString(100'000, '9')}), 2, "--steps");
}

void CliTest::refuses()
{
    QFETCH(QStringList, arguments);
    QFETCH(int, exitCode);
    QFETCH(QByteArray, says);
    const TocaCall refused = call(arguments);
    QVERIFY2(refused.exitCode == exitCode, QByteArray::number(refused.exitCode) + ": " + refused.errors);
    QVERIFY2(refused.hasOneErrorLine(), refused.errors);
    QVERIFY2(refused.errors.contains(says), refused.errors);
    QVERIFY(refused.errors.size() < 6000);
    QVERIFY(!QFile::exists(m_folder.filePath("never.mp4")));
}

void CliTest::refusesBytesThatAreNoText()
{
    // QProcess would encode the argument; a shell passes the bytes on.
    for (const char* argument : {"--policy '\xff\xfe\x1b[31m'", "--set '\xc0\x80=\x01'", "--out '\xff\x01/x.mp4'"}) {
        const QString script =
            write("bytes.sh", "exec '" TOCA_BIN_DIR "/toca' generate --prompt p --out n.mp4 " + QByteArray(argument));
        QProcess process;
        process.setWorkingDirectory(m_folder.path());
        process.start("sh", {script});
        QVERIFY(process.waitForFinished());
        const QByteArray errors = process.readAllStandardError();
        QVERIFY2(process.exitCode() == 2 || process.exitCode() == 3, errors);
        QVERIFY(errors.startsWith("toca: "));
        QVERIFY(!errors.contains('\x1b') && !errors.contains('\xff'));
    }
}

void CliTest::refusesUnwritablePlaces_data()
{
    QTest::addColumn<QString>("option");
    QTest::addColumn<QString>("path");
    QTest::addColumn<int>("exitCode");
    QTest::newRow("a missing folder") << "--out"
                                      << "no/such/folder/x.mp4" << 3;
    QTest::newRow("an existing folder") << "--out"
                                        << "folder.mp4" << 3;
    QTest::newRow("a device") << "--out"
                              << "/dev/full" << 2; // no ending of a clip
    QTest::newRow("below a device") << "--out"
                                    << "/dev/full/x.mp4" << 3;
    QTest::newRow("a link to a device") << "--out"
                                        << "link.mp4" << 3;
    QTest::newRow("a kernel's folder") << "--out"
                                       << "/proc/x.mp4" << 3;
    QTest::newRow("a name too long") << "--out" << QString(300, 'x') + ".mp4" << 3;
    QTest::newRow("an unknown ending") << "--out"
                                       << "x.avi" << 2;
    QTest::newRow("no ending") << "--out"
                               << "x" << 2;
    QTest::newRow("an empty name") << "--out"
                                   << "" << 2;
    QTest::newRow("a file as a folder") << "--out"
                                        << "file/" << 3;
    QTest::newRow("a report on a device") << "--report"
                                          << "/dev/full" << 3;
    QTest::newRow("a report on a folder") << "--report"
                                          << "folder.mp4" << 3;
    QTest::newRow("a report in a missing folder") << "--report"
                                                  << "no/such/r.json" << 3;
    QTest::newRow("a trace in a missing folder") << "--trace"
                                                 << "no/such/t.safetensors" << 3;
    QTest::newRow("a trace on a folder") << "--trace"
                                         << "folder.mp4" << 3;
}

void CliTest::refusesUnwritablePlaces()
{
    QFETCH(QString, option);
    QFETCH(QString, path);
    QFETCH(int, exitCode);
    QDir(m_folder.path()).mkdir("folder.mp4");
    write("file", "kept");
    QFile::link("/dev/full", m_folder.filePath("link.mp4"));
    const QDir before(m_folder.path(), {}, QDir::Name, QDir::AllEntries | QDir::Hidden | QDir::System);
    const QStringList names = before.entryList();
    QStringList arguments{"generate", "--prompt", "a red ball", "--quiet", option, path};
    if (option != "--out")
        arguments += {"--out", "never.mp4"};
    const TocaCall refused = call(arguments);
    QVERIFY2(refused.exitCode == exitCode, QByteArray::number(refused.exitCode) + ": " + refused.errors);
    QVERIFY2(refused.hasOneErrorLine(), refused.errors);
    // Found out before the run: nothing was made, nothing is left.
    QCOMPARE(QDir(m_folder.path(), {}, QDir::Name, QDir::AllEntries | QDir::Hidden | QDir::System).entryList(), names);
}

void CliTest::failsWhenOutputIsFull()
{
    QProcess process;
    process.setStandardOutputFile("/dev/full");
    process.start(QString::fromUtf8(TOCA_BIN_DIR "/toca"), {"policies"});
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 3);
}

void CliTest::verifiesAReferenceCase()
{
    const QString folder = QString::fromUtf8(TOCA_SOURCE_DIR "/tests/reference/t5");
    const TocaCall verified = call({"verify", folder}, 280);
    QVERIFY2(verified.exitCode == 0, verified.output.right(2000) + verified.errors);
    const QList<QByteArray> lines = verified.output.trimmed().split('\n');
    const QRegularExpression summary("^(\\d+) compared, 0 failed, 0 unsupported$");
    const auto match = summary.match(QString::fromUtf8(lines.last()));
    QVERIFY2(match.hasMatch(), lines.last());
    QVERIFY(match.captured(1).toInt() > 3);
}

void CliTest::verifyFails_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("a missing folder") << QStringList{"no-such-folder"};
    QTest::newRow("a folder without case") << QStringList{"empty"};
    QTest::newRow("a damaged case") << QStringList{"damaged"};
    QTest::newRow("a case without tensors") << QStringList{"hollow"};
    QTest::newRow("nothing compared") << QStringList{
        TOCA_SOURCE_DIR "/tests/reference/t5", "--only", "no/such/tensor*"};
}

void CliTest::verifyFails()
{
    QFETCH(QStringList, arguments);
    for (const char* name : {"empty", "damaged", "hollow"})
        QDir(m_folder.path()).mkdir(name);
    write("damaged/case.json", "{\"family\": \"t5\", \"tensors\": [1, 2");
    write("damaged/vectors.safetensors", QByteArray(64, '\xff'));
    write("hollow/case.json", "{\"family\": \"t5\", \"tensors\": {}}");
    const TocaCall failed = call(QStringList{"verify"} + arguments);
    QVERIFY2(failed.exitCode > 0, failed.output + failed.errors);
}

void CliTest::verifyHoldsShapesAgainstTheCase()
{
    const QString reference = QString::fromUtf8(TOCA_SOURCE_DIR "/tests/reference/t5/");
    QDir(m_folder.path()).mkdir("lying");
    QFile::copy(reference + "vectors.safetensors", m_folder.filePath("lying/vectors.safetensors"));
    QJsonObject described = jsonFile(reference + "case.json").object(), tensors = described["tensors"].toObject();
    QJsonObject ids = tensors["batch/input_ids"].toObject();
    ids["shape"] = QJsonArray{20, 4};
    tensors["batch/input_ids"] = ids;
    described["tensors"] = tensors;
    write("lying/case.json", QJsonDocument(described).toJson());
    const TocaCall failed = call({"verify", "lying"});
    QCOMPARE(failed.exitCode, 1);
    QVERIFY2(failed.output.contains("0 compared, 1 failed"), failed.output);
    QVERIFY2(failed.hasOneErrorLine(), failed.errors);
    QVERIFY2(failed.errors.contains("batch/input_ids") && failed.errors.contains("[20,4]"), failed.errors);
}

void CliTest::infoRefuses_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("text") << QByteArray("hello\n");
    QTest::newRow("zeros") << QByteArray(1000, '\0');
    QTest::newRow("a safetensors header that lies") << QByteArray("\xff\xff\xff\xff\xff\xff\x00\x00{\"a\":1}", 15);
    QTest::newRow("a safetensors file without trace") << QByteArray("\x02\0\0\0\0\0\0\0{}", 10);
    QTest::newRow("a cut PNG") << QByteArray("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16);
}

void CliTest::infoRefuses()
{
    QFETCH(QByteArray, content);
    const TocaCall refused = call({"info", write("rubbish", content)});
    QVERIFY2(refused.exitCode == 4, refused.errors);
    QVERIFY2(refused.hasOneErrorLine(), refused.errors);
    QCOMPARE(call({"info", "no-such-file"}).exitCode, 3);
}

QTEST_GUILESS_MAIN(CliTest)
#include "tst_cli.moc"
