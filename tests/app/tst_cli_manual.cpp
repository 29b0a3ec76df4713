// SPDX-License-Identifier: Apache-2.0
#include "tests/support/run_toca.h"

#include <QRegularExpression>
#include <QTest>

using toca::test::TocaCall;

constexpr const char* kCommands[] = {"generate", "train", "eval", "plan", "race", "compare", "sweep", "bench",
    "calibrate", "threshold", "sensitivity", "probe", "tune", "replay", "bundle", "verify", "info", "policies",
    "models", "convert-model", "convert-router"};

/// What `toca` says of itself: help, registries, and the manual that must agree with them.
class CliManualTest final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QVERIFY(m_folder.isValid()); }
    void printsVersionAndHelp();
    void listsPolicies();
    void whatIsListedIsAccepted_data();
    void whatIsListedIsAccepted();
    void manualShowsTheRegistry();
    void manualNamesEveryOption_data();
    void manualNamesEveryOption();

private:
    toca::test::TocaFolder m_folder;
};

void CliManualTest::printsVersionAndHelp()
{
    const TocaCall version = m_folder.call({"--version"});
    QCOMPARE(version.exitCode, 0);
    QVERIFY(version.output.startsWith("toca "));
    QVERIFY(version.output.contains("libtorch "));
    const QByteArray help = m_folder.call({"--help"}).output;
    for (const char* command : kCommands)
        QVERIFY2(help.contains(command), command);
}

void CliManualTest::listsPolicies()
{
    const TocaCall policies = m_folder.call({"policies", "--json"});
    QCOMPARE(policies.exitCode, 0);
    QStringList names;
    for (const QJsonValue& policy : policies.json()["policies"].toArray())
        names += policy[u"name"].toString();
    for (const char* name : {"none", "fora", "toca"})
        QVERIFY(names.contains(name));
    QVERIFY(m_folder.call({"policies"}).output.contains("--set fresh_ratio="));
}

void CliManualTest::whatIsListedIsAccepted_data()
{
    QTest::addColumn<QString>("policy");
    QTest::addColumn<QStringList>("choice");
    QTest::addColumn<QByteArray>("refusal");
    // A published preset may not fit the embedded model: then the answer says what does not.
    const QHash<QString, QByteArray> kUnfit = {
        {"dbcache f8b0", "8 layers"}, {"ebcache dit-xl-2", "50 entries"}, {"harmonica published", "router"}};
    for (const QJsonValue& policy : m_folder.call({"policies", "--json"}).json()["policies"].toArray()) {
        const QString name = policy[u"name"].toString();
        for (const QJsonValue& parameter : policy[u"parameters"].toArray()) {
            const QString setting = parameter[u"name"].toString() + "=" + parameter[u"default"].toVariant().toString();
            QTest::addRow("%s %s", qPrintable(name), qPrintable(setting))
                << name << QStringList{"--set", setting} << QByteArray(name == "harmonica" ? "router" : "");
            QVERIFY(!parameter[u"help"].toString().isEmpty());
        }
        for (const QJsonValue& preset : policy[u"presets"].toArray()) {
            const QString called = preset[u"name"].toString();
            QTest::addRow("%s, preset %s", qPrintable(name), qPrintable(called))
                << name << QStringList{"--preset", called} << kUnfit.value(name + " " + called);
        }
    }
}

/// Printed defaults and presets can be given back to the program.
void CliManualTest::whatIsListedIsAccepted()
{
    QFETCH(QString, policy);
    QFETCH(QStringList, choice);
    QFETCH(QByteArray, refusal);
    const TocaCall plan = m_folder.call(QStringList{"plan", "--policy", policy} + choice);
    QVERIFY2(refusal.isEmpty() ? plan.exitCode == 0 : plan.exitCode != 0 && plan.errors.contains(refusal),
        plan.errors.constData());
}

void CliManualTest::manualShowsTheRegistry()
{
    QFile page(QString::fromUtf8(TOCA_SOURCE_DIR "/docs/cli.md"));
    QVERIFY(page.open(QIODevice::ReadOnly));
    const QByteArray tables = m_folder.call({"policies", "--markdown"}).output;
    QVERIFY(tables.size() > 1000);
    QVERIFY2(page.readAll().contains(tables),
        "docs/cli.md differs from `toca policies --markdown`; replace its section 'Settings' by that");
}

void CliManualTest::manualNamesEveryOption_data()
{
    QTest::addColumn<QString>("command");
    for (const char* command : kCommands)
        QTest::newRow(command) << command;
}

void CliManualTest::manualNamesEveryOption()
{
    QFETCH(QString, command);
    QFile page(QString::fromUtf8(TOCA_SOURCE_DIR "/docs/cli.md"));
    QVERIFY(page.open(QIODevice::ReadOnly));
    const QByteArray manual = page.readAll();
    const TocaCall help = m_folder.call({command, "--help"});
    QCOMPARE(help.exitCode, 0);
    const QRegularExpression option("--[a-z][a-z-]+");
    auto found = option.globalMatch(QString::fromUtf8(help.output));
    QVERIFY(found.hasNext()); // at least --help
    while (found.hasNext()) {
        const QString name = found.next().captured();
        QVERIFY2(manual.contains("`" + name.toUtf8()), qPrintable(name + " is not in docs/cli.md"));
    }
}

QTEST_GUILESS_MAIN(CliManualTest)
#include "tst_cli_manual.moc"
