// SPDX-License-Identifier: Apache-2.0
#include "tests/support/run_toca.h"

#include <QDir>
#include <QRegularExpression>
#include <QTest>

using toca::test::jsonFile;
using toca::test::TocaCall;

/// `toca verify` and `toca info` with good and damaged files.
class CliVerifyTest final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QVERIFY(m_folder.isValid()); }
    void verifiesAReferenceCase();
    void verifyFails_data();
    void verifyFails();
    void verifyHoldsShapesAgainstTheCase();
    void infoRefuses_data();
    void infoRefuses();

private:
    toca::test::TocaFolder m_folder;
};

void CliVerifyTest::verifiesAReferenceCase()
{
    const QString folder = QString::fromUtf8(TOCA_SOURCE_DIR "/tests/reference/t5");
    const TocaCall verified = m_folder.call({"verify", folder}, 280);
    QVERIFY2(verified.exitCode == 0, verified.output.right(2000) + verified.errors);
    const QList<QByteArray> lines = verified.output.trimmed().split('\n');
    const QRegularExpression summary("^(\\d+) compared, 0 failed, 0 unsupported$");
    const auto match = summary.match(QString::fromUtf8(lines.last()));
    QVERIFY2(match.hasMatch(), lines.last());
    QVERIFY(match.captured(1).toInt() > 3);
}

void CliVerifyTest::verifyFails_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("a missing folder") << QStringList{"no-such-folder"};
    QTest::newRow("a folder without case") << QStringList{"empty"};
    QTest::newRow("a damaged case") << QStringList{"damaged"};
    QTest::newRow("a case without tensors") << QStringList{"hollow"};
    QTest::newRow("nothing compared") << QStringList{
        TOCA_SOURCE_DIR "/tests/reference/t5", "--only", "no/such/tensor*"};
}

void CliVerifyTest::verifyFails()
{
    QFETCH(QStringList, arguments);
    for (const char* name : {"empty", "damaged", "hollow"})
        QDir(m_folder.path()).mkdir(name);
    m_folder.write("damaged/case.json", "{\"family\": \"t5\", \"tensors\": [1, 2");
    m_folder.write("damaged/vectors.safetensors", QByteArray(64, '\xff'));
    m_folder.write("hollow/case.json", "{\"family\": \"t5\", \"tensors\": {}}");
    const TocaCall failed = m_folder.call(QStringList{"verify"} + arguments);
    QVERIFY2(failed.exitCode > 0, failed.output + failed.errors);
}

void CliVerifyTest::verifyHoldsShapesAgainstTheCase()
{
    const QString reference = QString::fromUtf8(TOCA_SOURCE_DIR "/tests/reference/t5/");
    QDir(m_folder.path()).mkdir("lying");
    QFile::copy(reference + "vectors.safetensors", m_folder.filePath("lying/vectors.safetensors"));
    QJsonObject described = jsonFile(reference + "case.json").object(), tensors = described["tensors"].toObject();
    QJsonObject ids = tensors["batch/input_ids"].toObject();
    ids["shape"] = QJsonArray{20, 4};
    tensors["batch/input_ids"] = ids;
    described["tensors"] = tensors;
    m_folder.write("lying/case.json", QJsonDocument(described).toJson());
    const TocaCall failed = m_folder.call({"verify", "lying"});
    QCOMPARE(failed.exitCode, 1);
    QVERIFY2(failed.output.contains("0 compared, 1 failed"), failed.output);
    QVERIFY2(failed.hasOneErrorLine(), failed.errors);
    QVERIFY2(failed.errors.contains("batch/input_ids") && failed.errors.contains("[20,4]"), failed.errors);
}

void CliVerifyTest::infoRefuses_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("text") << QByteArray("hello\n");
    QTest::newRow("zeros") << QByteArray(1000, '\0');
    QTest::newRow("a safetensors header that lies") << QByteArray("\xff\xff\xff\xff\xff\xff\x00\x00{\"a\":1}", 15);
    QTest::newRow("a safetensors file without trace") << QByteArray("\x02\0\0\0\0\0\0\0{}", 10);
    QTest::newRow("a cut PNG") << QByteArray("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16);
}

void CliVerifyTest::infoRefuses()
{
    QFETCH(QByteArray, content);
    const TocaCall refused = m_folder.call({"info", m_folder.write("rubbish", content)});
    QVERIFY2(refused.exitCode == 4, refused.errors);
    QVERIFY2(refused.hasOneErrorLine(), refused.errors);
    QCOMPARE(m_folder.call({"info", "no-such-file"}).exitCode, 3);
}

QTEST_GUILESS_MAIN(CliVerifyTest)
#include "tst_cli_verify.moc"
