// SPDX-License-Identifier: Apache-2.0
#include "tests/support/run_toca.h"

#include <QDir>
#include <QFileInfo>
#include <QTest>

using toca::test::TocaCall;

/// The models that come with the program, by their names, and copies of them in other number formats.
class CliModelsTest final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QVERIFY(m_folder.isValid()); }
    void listsModels();
    void aBrokenModelHidesNoOther();
    void aNameStandsForAnEmbeddedModel();
    void convertsAModel();
    void linksBecomeFiles();
    void refusesToConvert_data();
    void refusesToConvert();

private:
    const QString m_models = QString::fromUtf8(TOCA_SOURCE_DIR "/resources/models");
    toca::test::TocaFolder m_folder;
};

void CliModelsTest::listsModels()
{
    const TocaCall models = m_folder.call({"models", "--json"});
    QCOMPARE(models.exitCode, 0);
    QCOMPARE(models.json()["embedded"].toObject()["name"].toString(), "toca-miniature-2");
    QCOMPARE(models.json()["geometries"].toArray()[0][u"name"].toString(), "opensora-v1.2");
    const QByteArray text = m_folder.call({"models"}).output;
    QVERIFY(text.contains("opensora-v1.2"));
    const QStringList folders = QDir(m_models).entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    QCOMPARE(models.json()["embedded_models"].toArray().size(), folders.size());
    for (const QString& name : folders)
        QVERIFY2(text.contains(name.toUtf8()), qPrintable(name));

    const QString folder = QString::fromUtf8(TOCA_SOURCE_DIR "/resources/models/toca-miniature");
    const TocaCall info = m_folder.call({"info", folder, "--json"});
    QCOMPARE(info.exitCode, 0);
    QCOMPARE(info.json()["kind"].toString(), "model");
    QCOMPARE(info.json()["parts"].toArray().size(), 4);
    QVERIFY(m_folder.call({"info", folder}).output.contains("transformer"));
}

void CliModelsTest::aBrokenModelHidesNoOther()
{
    qputenv("TOCA_MODEL", m_folder.path().toUtf8() + "/gone");
    const TocaCall models = m_folder.call({"models", "--json"});
    qunsetenv("TOCA_MODEL");
    QVERIFY(models.exitCode > 0 && models.hasOneErrorLine());
    QVERIFY2(models.errors.contains("gone"), models.errors.constData());
    QVERIFY(models.json()["embedded"].isNull());
    const QStringList folders = QDir(m_models).entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    QCOMPARE(models.json()["embedded_models"].toArray().size(), folders.size() - 1);
}

void CliModelsTest::aNameStandsForAnEmbeddedModel()
{
    // A folder of that name in the working directory is meant by its path only.
    QVERIFY(QDir(m_folder.path()).mkdir("toca-miniature"));
    const auto plan = [this](const QString& model) {
        return m_folder.call({"plan", "--model", model, "--prompt", "a red ball", "--policy", "fora", "--json"});
    };
    const TocaCall named = plan("toca-miniature"), atItsPath = plan(m_models + "/toca-miniature");
    QVERIFY2(named.exitCode == 0, named.errors.constData());
    QCOMPARE(named.json()["total_flops"].toDouble(), atItsPath.json()["total_flops"].toDouble());
    const TocaCall folder = plan("./toca-miniature");
    QVERIFY(folder.exitCode > 0 && folder.hasOneErrorLine());
    const TocaCall unknown = plan("toca-enormous");
    QVERIFY2(unknown.exitCode > 0 && unknown.errors.contains("toca-enormous"), unknown.errors.constData());
}

void CliModelsTest::convertsAModel()
{
    const QString weights = "/transformer/model.safetensors";
    const TocaCall made = m_folder.call({"convert-model", "toca-miniature", "half"});
    QVERIFY2(made.exitCode == 0, made.errors.constData());
    const qint64 before = QFileInfo(m_models + "/toca-miniature" + weights).size();
    const qint64 after = QFileInfo(m_folder.filePath("half" + weights)).size();
    QVERIFY2(after > before * 0.49 && after < before * 0.52, qPrintable(QString::number(after)));
    QVERIFY(!QFileInfo::exists(m_folder.filePath("half/calibration")));
    // It runs, and shows what the model shows.
    for (const QString& model : {QString("toca-miniature"), QString("half")}) {
        const TocaCall run = m_folder.call({"generate", "--model", model == "half" ? "./half" : model, "--prompt",
            "a red ball moves up on a green background", "--steps", "4", "--seed", "3", "--quiet", "--out",
            model + ".png", "--frames", "1"});
        QVERIFY2(run.exitCode == 0, run.errors.constData());
    }
    const TocaCall compared = m_folder.call({"compare", "toca-miniature.png", "half.png", "--json"});
    QVERIFY2(compared.exitCode == 0, compared.errors.constData());
    const double psnr = compared.json()["clips"].toArray()[1][u"psnr_db"].toDouble();
    QVERIFY2(psnr > 40, qPrintable(QString::number(psnr)));
}

/// A model may share parts with another one by links; a copy is whole.
void CliModelsTest::linksBecomeFiles()
{
    QVERIFY(QFileInfo(m_models + "/toca-miniature-2/tokenizer/spiece.model").isSymLink());
    const TocaCall made = m_folder.call({"convert-model", "toca-miniature-2", "whole", "--dtype", "bfloat16"});
    QVERIFY2(made.exitCode == 0, made.errors.constData());
    for (const char* name : {"tokenizer/spiece.model", "vae/spatial/config.json", "vae/temporal/model.safetensors"}) {
        const QFileInfo file(m_folder.filePath(QString("whole/") + name));
        QVERIFY2(file.isFile() && !file.isSymLink() && file.size() > 0, name);
    }
    const TocaCall info = m_folder.call({"info", "whole", "--json"});
    QVERIFY2(info.exitCode == 0, info.errors.constData());
    QCOMPARE(info.json()["parts"].toArray().size(), 4);
}

void CliModelsTest::refusesToConvert_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("there already") << QStringList{"toca-miniature", "."} << QByteArray("there already");
    QTest::newRow("no weights") << QStringList{"empty", "out"} << QByteArray("no safetensors");
    QTest::newRow("no folder") << QStringList{"nowhere", "out"} << QByteArray("nowhere");
    QTest::newRow("dtype") << QStringList{"toca-miniature", "out", "--dtype", "int3"} << QByteArray("int3");
}

void CliModelsTest::refusesToConvert()
{
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, says);
    QDir(m_folder.path()).mkdir("empty");
    const TocaCall refused = m_folder.call(QStringList{"convert-model"} + arguments);
    QVERIFY(refused.exitCode > 0 && refused.hasOneErrorLine());
    QVERIFY2(refused.errors.contains(says), refused.errors.constData());
    QVERIFY(!QFileInfo::exists(m_folder.filePath("out")));
}

QTEST_GUILESS_MAIN(CliModelsTest)
#include "tst_cli_models.moc"
