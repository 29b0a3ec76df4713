// SPDX-License-Identifier: Apache-2.0
#include "ui/runs/run_index.h"

#include <QLoggingCategory>
#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QVariant>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>

Q_LOGGING_CATEGORY(lcRunIndex, "toca.runs")

namespace toca::ui {

namespace fs = std::filesystem;
using library::RunRecord;

namespace {

constexpr const char* kColumns = "id, stamp, finished, bytes, flags, request, problem, kind, job_group, job, title, "
                                 "seconds, total_seconds, flops, cache_bytes, flops_gain, time_gain, psnr_db, ssim, "
                                 "latent_error";

enum Flag { Starred = 1, Own = 2, Clip = 4, Trace = 8, Pixels = 16, Thumbnail = 32 };

/// NaN is NULL; infinity, which SQLite keeps, stays.
QVariant cell(double value)
{
    return std::isnan(value) ? QVariant() : QVariant(value);
}

double number(const QVariant& value)
{
    return value.isNull() ? RunRecord::kUnknown : value.toDouble();
}

QString text(const std::string& value)
{
    return QString::fromStdString(value);
}

} // namespace

struct RunIndex::Database {
    Database(const fs::path& file)
    {
        static std::atomic<int> counter{0};
        name = QStringLiteral("toca-runs-%1").arg(counter++);
        connection = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), name);
        connection.setDatabaseName(QString::fromStdString(file.string()));
        connection.setConnectOptions(QStringLiteral("QSQLITE_BUSY_TIMEOUT=2000"));
    }
    ~Database()
    {
        connection.close();
        connection = {};
        QSqlDatabase::removeDatabase(name);
    }
    bool exec(const QString& sql) { return QSqlQuery(connection).exec(sql); }
    qlonglong value(const QString& sql)
    {
        QSqlQuery query(connection);
        return query.exec(sql) && query.next() ? query.value(0).toLongLong() : -1;
    }
    QString name;
    QSqlDatabase connection;
};

fs::path RunIndex::fileIn(const fs::path& library)
{
    return library / ".index.sqlite";
}

RunIndex::RunIndex(const library::RunLibrary& library)
    : m_library(library)
{
    openFile();
}

RunIndex::~RunIndex() = default;

void RunIndex::openFile()
{
    const fs::path file = fileIn(m_library.folder());
    std::error_code error;
    const bool isThere = fs::exists(fs::symlink_status(file, error));
    if (open() && load()) {
        m_wasRebuilt = !isThere;
        return;
    }
    // Of another version, damaged, or no index at all: it holds nothing that the folders do not say.
    m_wasRebuilt = true;
    m_records.clear();
    m_stamps.clear();
    m_database.reset();
    for (const char* suffix : {"", "-journal", "-wal", "-shm"}) {
        fs::remove_all(fs::path(file.string() + suffix), error);
    }
    if (!open() || !load()) {
        qCWarning(lcRunIndex, "the run library's index cannot be written; all folders are read at each start");
        m_database.reset();
    }
}

bool RunIndex::open()
{
    m_database = std::make_unique<Database>(fileIn(m_library.folder()));
    Database& db = *m_database;
    if (!db.connection.open()) {
        return false;
    }
    const qlonglong version = db.value(QStringLiteral("PRAGMA user_version"));
    const qlonglong tables = db.value(QStringLiteral("SELECT count(*) FROM sqlite_master"));
    if (tables == 0 && version == 0) {
        return db.exec(QStringLiteral("CREATE TABLE runs (id TEXT PRIMARY KEY, stamp INTEGER, finished INTEGER, bytes "
                                      "INTEGER, flags INTEGER, request TEXT, problem TEXT, kind TEXT, job_group TEXT, "
                                      "job TEXT, title TEXT, seconds REAL, total_seconds REAL, flops REAL, cache_bytes "
                                      "REAL, flops_gain REAL, time_gain REAL, psnr_db REAL, ssim REAL, latent_error "
                                      "REAL) WITHOUT ROWID"))
            && db.exec(QStringLiteral("PRAGMA user_version = %1").arg(kVersion));
    }
    QSqlQuery check(db.connection);
    return version == kVersion && check.exec(QStringLiteral("PRAGMA quick_check(1)")) && check.next()
        && check.value(0).toString() == QLatin1String("ok");
}

bool RunIndex::load()
{
    QSqlQuery query(m_database->connection);
    query.setForwardOnly(true);
    if (!query.exec(QStringLiteral("SELECT %1 FROM runs ORDER BY id").arg(QLatin1String(kColumns)))) {
        return false;
    }
    m_records.clear();
    m_stamps.clear();
    while (query.next()) {
        int at = 0;
        const auto next = [&] { return query.value(at++); };
        RunRecord record;
        record.id = next().toString().toStdString();
        const auto stamp = static_cast<std::uint64_t>(next().toLongLong());
        record.folder = m_library.folder() / record.id;
        record.finished = next().toLongLong();
        record.bytes = next().toLongLong();
        const int flags = next().toInt();
        record.isStarred = flags & Starred;
        record.isOwn = flags & Own;
        record.hasClip = flags & Clip;
        record.hasTrace = flags & Trace;
        record.hasPixels = flags & Pixels;
        record.hasThumbnail = flags & Thumbnail;
        const std::string request = next().toString().toStdString();
        record.problem = next().toString().toStdString();
        record.origin.kind = next().toString().toStdString();
        record.origin.group = next().toString().toStdString();
        record.origin.job = next().toString().toStdString();
        record.origin.title = next().toString().toStdString();
        for (double* field : {&record.seconds, &record.totalSeconds, &record.flops, &record.cacheBytes,
                 &record.flopsGain, &record.timeGain, &record.psnrDb, &record.ssim, &record.latentError}) {
            *field = number(next());
        }
        if (!record.isDamaged()) {
            auto read = requestFromJson(request);
            if (!read) {
                return false; // not written by this program
            }
            record.request = std::move(*read);
            record.baselineKey = library::baselineKey(record.request);
        }
        m_stamps.emplace_back(record.id, stamp);
        m_records.push_back(std::move(record));
    }
    sort();
    return !query.lastError().isValid();
}

void RunIndex::store(const RunRecord& record, std::uint64_t stamp)
{
    if (!m_database) {
        return;
    }
    QSqlQuery query(m_database->connection);
    query.prepare(QStringLiteral("INSERT OR REPLACE INTO runs (%1) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")
                      .arg(QLatin1String(kColumns)));
    const int flags = (record.isStarred ? Starred : 0) | (record.isOwn ? Own : 0) | (record.hasClip ? Clip : 0)
        | (record.hasTrace ? Trace : 0) | (record.hasPixels ? Pixels : 0) | (record.hasThumbnail ? Thumbnail : 0);
    for (const QVariant& value : {QVariant(text(record.id)), QVariant(static_cast<qlonglong>(stamp)),
             QVariant(static_cast<qlonglong>(record.finished)), QVariant(static_cast<qlonglong>(record.bytes)),
             QVariant(flags), QVariant(record.isDamaged() ? QString() : text(toJson(record.request))),
             QVariant(text(record.problem)), QVariant(text(record.origin.kind)), QVariant(text(record.origin.group)),
             QVariant(text(record.origin.job)), QVariant(text(record.origin.title)), cell(record.seconds),
             cell(record.totalSeconds), cell(record.flops), cell(record.cacheBytes), cell(record.flopsGain),
             cell(record.timeGain), cell(record.psnrDb), cell(record.ssim), cell(record.latentError)}) {
        query.addBindValue(value);
    }
    if (!query.exec()) {
        // The next start reads the folder again.
        qCWarning(lcRunIndex, "%s", qPrintable(query.lastError().text()));
    }
}

void RunIndex::remove(const std::string& id)
{
    if (m_database) {
        QSqlQuery query(m_database->connection);
        query.prepare(QStringLiteral("DELETE FROM runs WHERE id = ?"));
        query.addBindValue(text(id));
        query.exec();
    }
}

void RunIndex::sort()
{
    std::stable_sort(m_records.begin(), m_records.end(), [](const RunRecord& a, const RunRecord& b) {
        return a.finished != b.finished ? a.finished > b.finished : a.id > b.id;
    });
}

Result<void> RunIndex::sync()
{
    const auto folders = m_library.folders();
    if (!folders) {
        return unexpected(folders.error());
    }
    m_foldersRead = 0;
    std::map<std::string, std::size_t> known;
    for (std::size_t index = 0; index < m_records.size(); ++index) {
        known.emplace(m_records[index].id, index);
    }
    const std::map<std::string, std::uint64_t> stamps(m_stamps.begin(), m_stamps.end());
    std::vector<RunRecord> records;
    std::vector<std::pair<std::string, std::uint64_t>> fresh;
    if (m_database) {
        m_database->connection.transaction();
    }
    for (const library::RunFolder& each : *folders) {
        const std::uint64_t stamp = library::stampOf(each.folder);
        const auto old = stamps.find(each.id);
        if (const auto at = known.find(each.id); at != known.end()) {
            if (old != stamps.end() && old->second == stamp) {
                records.push_back(std::move(m_records[at->second]));
                fresh.emplace_back(each.id, stamp);
                known.erase(at);
                continue;
            }
            known.erase(at);
        }
        records.push_back(library::readRecord(each.folder, each.id));
        fresh.emplace_back(each.id, stamp);
        store(records.back(), stamp);
        ++m_foldersRead;
    }
    for (const auto& [id, index] : known) {
        remove(id);
    }
    if (m_database) {
        m_database->connection.commit();
    }
    m_records = std::move(records);
    m_stamps = std::move(fresh);
    std::sort(m_stamps.begin(), m_stamps.end());
    sort();
    return {};
}

void RunIndex::update(const fs::path& folder, const std::string& id)
{
    std::erase_if(m_records, [&](const RunRecord& record) { return record.id == id; });
    std::erase_if(m_stamps, [&](const auto& each) { return each.first == id; });
    const std::uint64_t stamp = library::stampOf(folder);
    if (stamp == 0) {
        remove(id);
        return;
    }
    m_records.push_back(library::readRecord(folder, id));
    store(m_records.back(), stamp);
    m_stamps.insert(std::upper_bound(m_stamps.begin(), m_stamps.end(), std::pair(id, stamp)), {id, stamp});
    sort();
}

} // namespace toca::ui
