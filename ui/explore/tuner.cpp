// SPDX-License-Identifier: Apache-2.0
#include "ui/explore/tuner.h"

#include "core/base/atomic_file.h"
#include "ui/compare/baseline_store.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <numeric>

namespace toca::ui {

namespace {

constexpr int kRetryMilliseconds = 300;
constexpr double kMostDb = 99; // of identical clips
constexpr std::uint64_t kTrainingSeed = 1;
constexpr std::uint64_t kHeldOutSeed = 1001; // seeds that no training prompt has
constexpr qint64 kLargestFile = 64 << 20;

double decibels(const RunResult& run, const RunResult& uncachedRun)
{
    const auto measured = fidelity(run.clip, uncachedRun.clip, run.latent, uncachedRun.latent);
    return !measured ? 0 : measured->identical ? kMostDb : std::min(measured->psnrDb, kMostDb);
}

double mean(const std::vector<double>& values)
{
    return values.empty() ? 0 : std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

QJsonArray textsOf(const std::vector<std::string>& texts)
{
    QJsonArray list;
    for (const std::string& text : texts) {
        list.append(QString::fromStdString(text));
    }
    return list;
}

std::vector<std::string> textsIn(const QJsonValue& value)
{
    std::vector<std::string> texts;
    for (const QJsonValue& each : value.toArray()) {
        texts.push_back(each.toString().left(10'000).toStdString());
    }
    return texts;
}

} // namespace

Tuner::Tuner(EnginePort& engine, std::function<bool()> isOthersBusy, QObject* parent)
    : QObject(parent)
    , m_engine(engine)
    , m_isOthersBusy(std::move(isOthersBusy))
{
    m_retry.setSingleShot(true);
    connect(&m_retry, &QTimer::timeout, this, &Tuner::pump);
    connect(&engine, &EnginePort::backgroundFinished, this, [this](const RunResult& result) {
        // Others make runs in the background too.
        if (m_current && result.request.prompt == m_current->prompt && result.request.seed == m_current->seed
            && result.request.policy == m_current->policy
            && result.request.policyParameters == m_current->policyParameters) {
            m_current.reset();
            take(result);
        }
    });
    connect(&engine, &EnginePort::backgroundFailed, this, [this](const Error& error) {
        if (!m_current) {
            return;
        }
        m_current.reset();
        if (error.code == ErrorCode::Cancelled) {
            m_retry.start(kRetryMilliseconds); // displaced: the same run is made again
        } else {
            fail(error);
        }
    });
}

GenerationRequest Tuner::uncachedOf(const std::string& prompt, std::uint64_t seed) const
{
    GenerationRequest request = uncached(m_question.request);
    request.prompt = prompt;
    request.seed = seed;
    return request;
}

void Tuner::setFile(const QString& path)
{
    m_file = path;
    m_saved.reset();
    load();
    Q_EMIT changed();
}

Result<void> Tuner::start(const TunerQuestion& question)
{
    if (question.training.empty() || question.heldOut.empty()) {
        return unexpected(ErrorCode::InvalidArgument, "The tuner needs prompts to try and others to judge by.");
    }
    if (question.request.policy == "none" || question.request.classLabel >= 0) {
        return unexpected(ErrorCode::Unsupported,
            "The tuner beats a caching setting on prompts: choose a policy that caches, and a model that is told a "
            "prompt.");
    }
    m_question = question;
    m_runs = 0;
    m_search.reset();
    m_saved.reset();
    return begin();
}

Result<void> Tuner::resume()
{
    if (!m_saved) {
        return unexpected(ErrorCode::NotFound, "There is no search to go on with.");
    }
    m_question = m_saved->question;
    m_runs = m_saved->runs;
    m_search.reset();
    return begin();
}

Result<void> Tuner::begin()
{
    m_uncached.clear();
    m_point.reset();
    m_judge.reset();
    m_judged = 0;
    m_verdict = {};
    for (auto* values : {&m_tunedDb, &m_referenceDb, &m_tunedSeconds, &m_referenceSeconds}) {
        values->clear();
    }
    m_stage = Stage::Uncached;
    Q_EMIT changed();
    pump();
    return {};
}

void Tuner::stop()
{
    if (!isRunning()) {
        return;
    }
    save();
    m_stage = Stage::Idle;
    m_retry.stop();
    if (m_current) {
        m_current.reset();
        m_engine.cancelBackground();
    }
    load();
    Q_EMIT changed();
}

void Tuner::fail(const Error& error)
{
    stop();
    Q_EMIT failed(error);
}

std::optional<double> Tuner::startDb() const
{
    if (m_search) {
        for (const plan::SearchPoint& point : m_search->points()) {
            if (point.origin == "start 1" && point.isComplete) {
                return point.mean();
            }
        }
    }
    return {};
}

std::optional<GenerationRequest> Tuner::nextRequest()
{
    if (m_stage == Stage::Uncached) {
        return uncachedOf(m_question.training[m_uncached.size()], kTrainingSeed);
    }
    if (m_stage == Stage::Searching) {
        if (!m_point) {
            if (m_runs < m_question.budget) {
                m_point = m_search->next();
            }
            if (!m_point) {
                m_stage = Stage::Judging;
                if (!m_search->best()) {
                    return {};
                }
                return nextRequest();
            }
        }
        GenerationRequest request = uncachedOf(m_question.training[m_point->fidelity.size()], kTrainingSeed);
        request.policy = "schedule";
        request.policyParameters = {{"table", m_point->table}};
        return request;
    }
    const std::size_t prompt = m_judged / 3;
    if (m_stage != Stage::Judging || prompt >= m_question.heldOut.size()) {
        return {};
    }
    GenerationRequest request = uncachedOf(m_question.heldOut[prompt], kHeldOutSeed + prompt);
    if (m_judged % 3 == 1) {
        request.policy = "schedule";
        request.policyParameters = {{"table", m_search->best()->table}};
    } else if (m_judged % 3 == 2) {
        request.policy = m_question.request.policy;
        request.preset = m_question.request.preset;
        request.policyParameters = m_question.request.policyParameters;
    }
    return request;
}

void Tuner::pump()
{
    if (!isRunning() || m_current) {
        return;
    }
    if (m_engine.isRunning() || m_isOthersBusy()) {
        m_retry.start(kRetryMilliseconds);
        return;
    }
    const auto request = nextRequest();
    if (!request) {
        fail({ErrorCode::Unsupported, "No schedule costs as little as the setting to beat."});
        return;
    }
    m_current = request;
    m_engine.generateInBackground(*request);
}

void Tuner::take(const RunResult& result)
{
    if (m_stage == Stage::Uncached) {
        m_uncached.push_back(std::make_shared<const RunResult>(result));
        if (m_uncached.size() == m_question.training.size()) {
            plan::SearchProblem problem;
            problem.geometry = result.plan.geometry();
            problem.schedule = result.plan.schedule();
            problem.context.family = problem.geometry.family;
            problem.costs = m_question.costs;
            const auto policy = plan::makePolicy(m_question.request.policy, m_question.request.policyParameters,
                m_question.request.preset, problem.context);
            const auto reference = policy ? (*policy)->plan(problem.geometry, problem.schedule)
                                          : Result<plan::Plan>(unexpected(policy.error()));
            if (!reference || !reference->isStatic()) {
                fail(reference ? Error{ErrorCode::Unsupported,
                         "This setting decides while running, so its cost is not known before; choose one "
                         "with a plan, such as ToCa."}
                               : reference.error());
                return;
            }
            problem.starts = {*reference};
            problem.limit =
                (1 + 1e-9) * (problem.costs ? problem.costs->secondsOf(*reference).seconds : reference->totalFlops());
            m_search = std::make_unique<plan::ScheduleSearch>(std::move(problem));
            if (m_saved && m_saved->runs > 0) {
                (void)m_search->setPoints(m_saved->points); // damaged: from the beginning
            }
            m_stage = Stage::Searching;
        }
    } else if (m_stage == Stage::Searching) {
        ++m_runs;
        m_point->fidelity.push_back(decibels(result, *m_uncached[m_point->fidelity.size()]));
        const bool isHopeless = m_search->isHopeless(m_point->fidelity);
        if (isHopeless || m_point->fidelity.size() == m_question.training.size()) {
            m_point->isComplete = !isHopeless;
            m_search->tell(std::move(*m_point));
            m_point.reset();
            save();
        }
    } else if (m_stage == Stage::Judging) {
        if (m_judged % 3 == 0) {
            m_judge = std::make_shared<const RunResult>(result);
        } else {
            (m_judged % 3 == 1 ? m_tunedDb : m_referenceDb).push_back(decibels(result, *m_judge));
            (m_judged % 3 == 1 ? m_tunedSeconds : m_referenceSeconds).push_back(result.times.denoising);
        }
        if (++m_judged == 3 * m_question.heldOut.size()) {
            m_verdict.table = m_search->best()->table;
            m_verdict.tunedDb = mean(m_tunedDb);
            m_verdict.referenceDb = mean(m_referenceDb);
            m_verdict.prompts = static_cast<int>(m_tunedDb.size());
            for (std::size_t i = 0; i < m_tunedDb.size(); ++i) {
                m_verdict.betterOn += m_tunedDb[i] > m_referenceDb[i] ? 1 : 0;
                m_verdict.timeRatio +=
                    m_tunedSeconds[i] / m_referenceSeconds[i] / static_cast<double>(m_tunedDb.size());
            }
            m_stage = Stage::Done;
            m_saved.reset();
            if (!m_file.isEmpty()) {
                m_tasks.finish();
                QFile::remove(m_file);
            }
            Q_EMIT changed();
            Q_EMIT finished();
            return;
        }
    }
    Q_EMIT changed();
    m_retry.start(0); // the window paints first
}

void Tuner::save()
{
    if (m_file.isEmpty() || !m_search) {
        return;
    }
    const QJsonObject file{{"format", "toca-tuner"}, {"version", 1},
        {"request", QString::fromStdString(toJson(m_question.request))}, {"training", textsOf(m_question.training)},
        {"held_out", textsOf(m_question.heldOut)}, {"budget", m_question.budget}, {"runs", m_runs},
        {"costs", m_question.costs ? QString::fromStdString(m_question.costs->json()) : QString()},
        {"points", QString::fromStdString(m_search->pointsJson())}};
    m_tasks.run([this, path = m_file.toStdString(),
                    text = QJsonDocument(file).toJson(QJsonDocument::Compact)]() -> BackgroundTasks::Continuation {
        const auto written =
            writeFileAtomically(path, std::string_view(text.constData(), static_cast<std::size_t>(text.size())));
        if (!written) {
            return [this, error = written.error()] { Q_EMIT failed(error); };
        }
        return {};
    });
}

void Tuner::load()
{
    m_tasks.finish();
    QFile file(m_file);
    if (m_file.isEmpty() || file.size() > kLargestFile || !file.open(QIODevice::ReadOnly)) {
        return;
    }
    const QJsonObject json = QJsonDocument::fromJson(file.readAll()).object();
    const auto request = requestFromJson(json["request"].toString().toStdString());
    Saved saved;
    saved.question.training = textsIn(json["training"]);
    saved.question.heldOut = textsIn(json["held_out"]);
    saved.question.budget = std::clamp(json["budget"].toInt(), 1, 1'000'000);
    saved.runs = std::max(0, json["runs"].toInt());
    saved.points = json["points"].toString().toStdString();
    if (json["format"].toString() != QLatin1String("toca-tuner") || !request || saved.question.training.empty()
        || saved.question.heldOut.empty() || saved.question.training.size() > 1000
        || saved.question.heldOut.size() > 1000) {
        return; // nothing that could be gone on with
    }
    saved.question.request = *request;
    if (auto costs = plan::ModuleCosts::fromJson(json["costs"].toString().toStdString()); costs && !costs->isEmpty()) {
        saved.question.costs = std::move(*costs);
    }
    m_saved = std::move(saved);
}

} // namespace toca::ui
