// SPDX-License-Identifier: Apache-2.0
#include "core/verify/verify.h"

#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include <iostream>
#include <sstream>

using toca::verify::VerifyOptions;

/// Every reference case that this version computes, tensor by tensor (what `toca verify` does).
class TestReferenceCases : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void agrees_data();
    void agrees();
    void unknownFamilyIsUnsupported();
    void folderWithoutCaseIsAnError();
};

void TestReferenceCases::agrees_data()
{
    QTest::addColumn<QString>("folder");
    QTest::addColumn<QStringList>("only");
    QTest::addColumn<int>("atLeast"); // so that a case that stops comparing is noticed
    QTest::newRow("stdit3") << "tests/reference/stdit3" << QStringList() << 30;
    QTest::newRow("pixart") << "tests/reference/pixart" << QStringList() << 42;
    QTest::newRow("t5") << "tests/reference/t5" << QStringList() << 8;
    QTest::newRow("vae") << "tests/reference/vae" << QStringList() << 30;
    QTest::newRow("schedulers") << "tests/reference/schedulers"
                                << QStringList{"rflow/*", "dpm/*", "embed/t", "embed/sin*", "embed/pos2d*",
                                       "plan/opensora_toca*"}
                                << 118;
    QTest::newRow("pipeline") << "resources/models/toca-miniature/expected" << QStringList() << 54;
}

void TestReferenceCases::agrees()
{
    QFETCH(QString, folder);
    QFETCH(QStringList, only);
    QFETCH(int, atLeast);
    VerifyOptions options;
    options.folders = {std::string(TOCA_SOURCE_DIR) + "/" + folder.toStdString()};
    for (const auto& glob : only)
        options.only.push_back(glob.toStdString());
    std::ostringstream lines;
    const auto summary = toca::verify::verify(options, lines);
    QVERIFY2(summary.has_value(), summary ? "" : summary.error().message.c_str());
    if (summary->failed > 0 || summary->unsupported > 0 || summary->compared < atLeast)
        std::cout << lines.str() << std::flush;
    QCOMPARE(summary->failed, 0);
    QCOMPARE(summary->unsupported, 0);
    QVERIFY2(summary->compared >= atLeast, qPrintable(QString::number(summary->compared)));
}

void TestReferenceCases::unknownFamilyIsUnsupported()
{
    QTemporaryDir folder;
    const QString from = QStringLiteral(TOCA_SOURCE_DIR "/tests/reference/t5/");
    QVERIFY(QFile::copy(from + "vectors.safetensors", folder.filePath("vectors.safetensors")));
    QFile original(from + "case.json"), changed(folder.filePath("case.json"));
    QVERIFY(original.open(QIODevice::ReadOnly) && changed.open(QIODevice::WriteOnly));
    changed.write(original.readAll().replace("\"family\": \"t5\"", "\"family\": \"t6\""));
    changed.close();
    VerifyOptions options;
    options.folders = {folder.path().toStdString()};
    std::ostringstream lines;
    const auto summary = toca::verify::verify(options, lines);
    QVERIFY(summary.has_value());
    QCOMPARE(summary->compared, 0);
    QVERIFY(summary->unsupported > 0);
}

void TestReferenceCases::folderWithoutCaseIsAnError()
{
    VerifyOptions options;
    options.folders = {std::string(TOCA_SOURCE_DIR) + "/cmake"};
    std::ostringstream lines;
    const auto summary = toca::verify::verify(options, lines);
    QVERIFY(!summary.has_value());
    QCOMPARE(summary.error().code, toca::ErrorCode::NotFound);
}

QTEST_GUILESS_MAIN(TestReferenceCases)
#include "tst_reference_cases.moc"
