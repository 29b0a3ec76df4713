// SPDX-License-Identifier: Apache-2.0
#include "ui/sensitivity/sensitivity_model.h"

#include "ui/selection/cell_text.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

namespace toca::ui {

SensitivityModel::SensitivityModel(EnginePort& engine, QObject* parent)
    : QObject(parent)
    , m_engine(engine)
{
    connect(&engine, &EnginePort::sensitivityProgressed, this, [this](const auto& progress, const auto& record) {
        if (isRunning() && !m_isDropping) {
            m_progress = progress;
            take(record);
        }
    });
    connect(&engine, &EnginePort::sensitivityMeasured, this, [this](const auto& record) {
        if (!isRunning()) {
            return;
        }
        if (m_isDropping) {
            m_record.reset();
            setState(State::Empty);
            Q_EMIT changed();
            return;
        }
        take(record);
        setState(record->isComplete ? State::Done : State::Paused);
    });
    connect(&engine, &EnginePort::sensitivityFailed, this, [this](const Error& error) {
        if (!isRunning()) {
            return;
        }
        setState(m_record && !m_isDropping ? State::Paused : State::Empty);
        if (error.code != ErrorCode::Cancelled) {
            Q_EMIT failed(error);
        }
    });
}

void SensitivityModel::setState(State state)
{
    m_state = state;
    m_isDropping = false;
    Q_EMIT stateChanged();
}

void SensitivityModel::take(const std::shared_ptr<const SensitivityRecord>& record)
{
    const bool isOther = !m_record || m_record->sites.size() != record->sites.size();
    m_record = record;
    if (m_site >= static_cast<int>(record->sites.size()) || isOther) {
        m_site = 0;
        Q_EMIT siteChanged();
    }
    Q_EMIT changed();
}

bool SensitivityModel::start(const GenerationRequest& request, const SensitivityOptions& options)
{
    if (isRunning() || m_engine.isRunning()) {
        return false;
    }
    m_job = {request, options, nullptr};
    m_record.reset();
    m_progress = {};
    setState(State::Running);
    Q_EMIT changed();
    m_engine.measureSensitivity(m_job);
    return true;
}

void SensitivityModel::pause()
{
    if (isRunning()) {
        m_engine.cancel();
    }
}

bool SensitivityModel::resume()
{
    if (m_state != State::Paused || !m_record || m_engine.isRunning()) {
        return false;
    }
    m_job.request = m_record->request;
    m_job.options = m_record->options;
    m_job.earlier = m_record;
    setState(State::Running);
    m_engine.measureSensitivity(m_job);
    return true;
}

void SensitivityModel::cancel()
{
    if (isRunning()) {
        m_isDropping = true;
        m_engine.cancel();
    } else if (m_record) {
        m_record.reset();
        setState(State::Empty);
        Q_EMIT changed();
    }
}

QString SensitivityModel::open(const QString& path)
{
    if (isRunning()) {
        return tr("A measurement is going on. Pause or cancel it first.");
    }
    auto read = readSensitivity(std::filesystem::path(path.toStdU16String()));
    if (!read) {
        return QString::fromStdString(read.error().message);
    }
    m_record.reset();
    m_progress = {};
    for (const SensitivitySite& site : read->sites) {
        m_progress.done += site.measured();
    }
    m_progress.total = static_cast<std::int64_t>(read->sites.size()) * read->groupCount();
    const State state = read->isComplete ? State::Done : State::Paused;
    take(std::make_shared<const SensitivityRecord>(std::move(*read)));
    setState(state);
    return {};
}

QString SensitivityModel::save(const QString& path) const
{
    if (!m_record) {
        return tr("There is no measurement to save.");
    }
    const auto written = writeSensitivity(std::filesystem::path(path.toStdU16String()), *m_record);
    return written ? QString() : QString::fromStdString(written.error().message);
}

void SensitivityModel::setSite(int site)
{
    if (m_record && site >= 0 && site < static_cast<int>(m_record->sites.size()) && site != m_site) {
        m_site = site;
        Q_EMIT siteChanged();
        Q_EMIT changed();
    }
}

const SensitivitySite* SensitivityModel::shown() const
{
    if (!m_record || m_site >= static_cast<int>(m_record->sites.size())) {
        return nullptr;
    }
    return &m_record->sites[static_cast<std::size_t>(m_site)];
}

QString SensitivityModel::siteTitle(int site) const
{
    if (!m_record || site < 0 || site >= static_cast<int>(m_record->sites.size())) {
        return {};
    }
    const SensitivitySite& place = m_record->sites[static_cast<std::size_t>(site)];
    const plan::LayerKind kind = m_record->layerKinds[static_cast<std::size_t>(place.layer)];
    return tr("Step %1, layer %2 (%3), %4")
        .arg(place.step)
        .arg(place.layer)
        .arg(QString::fromStdString(std::string(plan::layerKindName(kind))), moduleTitle(place.module));
}

std::vector<float> SensitivityModel::change() const
{
    const SensitivitySite* site = shown();
    if (!site) {
        return {};
    }
    std::vector<float> values(
        static_cast<std::size_t>(m_record->grid.tokens()), std::numeric_limits<float>::quiet_NaN());
    const auto groups = m_record->groups();
    for (std::size_t group = 0; group < groups.size(); ++group) {
        for (const std::int32_t token : groups[group]) {
            values[static_cast<std::size_t>(token)] = site->change[group];
        }
    }
    return values;
}

std::vector<float> SensitivityModel::score(SensitivityScore score) const
{
    const SensitivitySite* site = shown();
    return site ? site->scores[static_cast<std::size_t>(score)] : std::vector<float>();
}

std::vector<float> SensitivityModel::propagation(std::int64_t token) const
{
    const SensitivitySite* site = shown();
    if (!site || token < 0 || token >= m_record->grid.tokens()) {
        return {};
    }
    const auto owner = plan::groupOfToken(m_record->groups(), m_record->grid.tokens());
    const auto group = static_cast<std::size_t>(owner[static_cast<std::size_t>(token)]);
    return group < site->propagation.size() && site->propagation[group] ? *site->propagation[group]
                                                                        : std::vector<float>();
}

double SensitivityModel::correlation(SensitivityScore score) const
{
    const SensitivitySite* site = shown();
    if (!site) {
        return std::numeric_limits<double>::quiet_NaN();
    }
    const std::vector<double> change(site->change.begin(), site->change.end());
    return plan::spearman(groupScores(*m_record, *site, score), change);
}

} // namespace toca::ui
