// SPDX-License-Identifier: Apache-2.0
#include "tests/support/run_toca.h"

#include <QDateTime>
#include <QFileInfo>
#include <QImage>
#include <QSet>
#include <QTemporaryDir>
#include <QTest>

using toca::test::callToca;
using toca::test::jsonFile;
using toca::test::TocaCall;

/// `toca eval` with the embedded model, and the prompt's check in the report of `toca generate`. Few steps: what is
/// tested is the counting, not the model.
class CliEvalTest final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void measuresAndGoesOn();
    void refuses_data();
    void refuses();
    void reportsTellOfThePrompt();
    void judgesClassesOfTheWorld();

private:
    TocaCall call(const QStringList& arguments) const { return callToca(m_folder.path(), arguments, 250); }
    QStringList eval(const QStringList& more) const
    {
        return QStringList{"eval", "--steps", "6", "--threads", "1", "--seed-groups", "0", "--quiet"} + more;
    }

    QTemporaryDir m_folder;
};

void CliEvalTest::measuresAndGoesOn()
{
    const QStringList arguments =
        eval({"--out", "eval", "--clips", "2", "--pairs", "1", "--sheet", "1", "--policies", "fora", "--json"});
    const TocaCall first = call(arguments);
    QVERIFY2(first.exitCode == 0, first.errors.constData());
    const QJsonObject json = first.json();
    QCOMPARE(json["format"].toString(), QString("toca-eval"));
    QCOMPARE(json["prompts_one_object"].toInt(), 2);
    QCOMPARE(json["prompts_two_objects"].toInt(), 1);
    const QJsonArray contestants = json["contestants"].toArray();
    QCOMPARE(contestants.size(), 2);
    QCOMPARE(contestants[0].toObject()["name"].toString(), QString("none"));
    QVERIFY(contestants[1].toObject()["flops_gain"].toDouble() > 1);
    QVERIFY(json["vae_psnr_db"].toObject()["mean"].toDouble() > 25);
    for (const char* clips : {"ceiling", "vae"})
        QCOMPARE(json[clips].toObject()["one_object"].toObject()["colour"].toObject()["asked"].toInt(), 2);
    // true renderings are what the prompts say
    const QJsonObject ceiling = json["ceiling"].toObject()["one_object"].toObject()["all"].toObject();
    QCOMPARE(ceiling["right"].toInt(), 2);
    for (const char* name : {"eval.json", "eval.md", "sheet-truth.png", "sheet-none.png", "sheet-fora.png"})
        QVERIFY2(QFileInfo::exists(m_folder.filePath(QString("eval/") + name)), name);

    // A prompt that is missing is made again, the others are not.
    const QString kept = m_folder.filePath("eval/one-001.json");
    const QDateTime date = QFileInfo(kept).lastModified();
    QVERIFY(QFile::remove(m_folder.filePath("eval/one-002.json")));
    const TocaCall second = call(arguments);
    QVERIFY2(second.exitCode == 0, second.errors.constData());
    QCOMPARE(QFileInfo(kept).lastModified(), date);
    const auto seen = [](const QJsonObject& all) {
        return all.value("cases").toArray().at(1).toObject().value("prompt");
    };
    QCOMPARE(seen(second.json()), seen(json));

    const TocaCall other = call(eval({"--out", "eval", "--clips", "3"}));
    QVERIFY(other.exitCode != 0 && other.hasOneErrorLine());
    QVERIFY2(other.errors.contains("another evaluation"), other.errors.constData());
}

void CliEvalTest::refuses_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("no folder") << QStringList{} << QByteArray("--out");
    QTest::newRow("a prompt") << QStringList{"--out", "x", "--prompt", "a red ball"} << QByteArray("--prompt");
    QTest::newRow("no clips") << QStringList{"--out", "x", "--clips", "0"} << QByteArray("--clips");
    QTest::newRow("too many") << QStringList{"--out", "x", "--pairs", "100000"} << QByteArray("--pairs");
    QTest::newRow("unknown policy") << QStringList{"--out", "x", "--policies", "magic"} << QByteArray("magic");
    QTest::newRow("a target for nobody") << QStringList{"--out", "x", "--target-gain", "2"} << QByteArray("--policies");
    QTest::newRow("a target below 1") << QStringList{"--out", "x", "--policies", "fora", "--target-gain", "0.5"}
                                      << QByteArray("--target-gain");
}

void CliEvalTest::refuses()
{
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, says);
    const TocaCall refused = call(QStringList{"eval"} + arguments);
    QVERIFY(refused.exitCode > 0);
    QVERIFY(refused.hasOneErrorLine());
    QVERIFY2(refused.errors.contains(says), refused.errors.constData());
}

void CliEvalTest::reportsTellOfThePrompt()
{
    const auto report = [this](const QString& prompt) {
        const TocaCall made = call({"generate", "--prompt", prompt, "--steps", "2", "--threads", "1", "--quiet",
            "--out", "clip.png", "--frames", "1", "--report", "report.json"});
        return made.exitCode == 0 ? jsonFile(m_folder.filePath("report.json")).object() : QJsonObject();
    };
    const QJsonObject check = report("a red ball bounces on a blue gradient")["prompt_check"].toObject();
    QVERIFY(check.contains("follows_prompt"));
    QVERIFY(check["asked"].toInt() >= 5);
    QVERIFY(check["right"].toInt() <= check["asked"].toInt());
    QVERIFY(check["seen"].toObject().contains("backdrop"));
    const QJsonObject other = report("a cat on a mat");
    QVERIFY(other.contains("prompt_check"));
    QVERIFY(other["prompt_check"].isNull());
}

void CliEvalTest::judgesClassesOfTheWorld()
{
    const TocaCall trained =
        call({"train", "--out", "classes", "--new", "dit", "--hidden", "32", "--depth", "2", "--heads", "2", "--patch",
            "2", "--clips", "64", "--steps", "1", "--samples", "0", "--threads", "1", "--quiet"});
    QVERIFY2(trained.exitCode == 0, trained.errors.constData());
    const TocaCall judged =
        call(eval({"--model", "classes/model", "--out", "judged", "--clips", "9", "--sheet", "9", "--json"}));
    QVERIFY2(judged.exitCode == 0, judged.errors.constData());
    const QJsonObject json = judged.json();
    QVERIFY(json["has_classes"].toBool());
    // True renderings show the class; nothing is asked of what a class does not say.
    const QJsonObject ceiling = json["ceiling"].toObject()["one_object"].toObject();
    for (const char* attribute : {"colour", "shape", "count"})
        QCOMPARE(ceiling[attribute].toObject()["asked"].toInt(), 9);
    for (const char* attribute : {"size", "motion", "backdrop"})
        QCOMPARE(ceiling[attribute].toObject()["asked"].toInt(), 0);
    QVERIFY(ceiling["colour"].toObject()["right"].toInt() >= 8);
    // The VAE's round trip keeps the class.
    QVERIFY(json["vae_psnr_db"].toObject()["least"].toDouble() > 25);
    const QJsonObject vae = json["vae"].toObject()["one_object"].toObject();
    QCOMPARE(vae["shape"].toObject()["asked"].toInt(), 9);
    QVERIFY(vae["shape"].toObject()["right"].toInt() >= 7);
    QSet<QString> classes;
    for (const QJsonValue& each : json["cases"].toArray())
        classes.insert(each[u"prompt"].toString());
    QCOMPARE(classes.size(), 9);
    QVERIFY2(classes.contains("red ball"), qPrintable(QStringList(classes.begin(), classes.end()).join(", ")));
    // Eight pictures in a row, with gaps of 4 pixels; the ninth below.
    const QImage sheet(m_folder.filePath("judged/sheet-truth.png"));
    QCOMPARE(sheet.size(), QSize(8 * 128 + 7 * 4, 2 * 128 + 4));
    QVERIFY(call({"eval", "--model", "classes/model", "--out", "pairs", "--pairs", "2"}).errors.contains("--pairs"));
}

QTEST_GUILESS_MAIN(CliEvalTest)
#include "tst_cli_eval.moc"
