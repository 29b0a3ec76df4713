// SPDX-License-Identifier: Apache-2.0
#include "ui/caching/cache_memory_row.h"

#include "cache/plan/cache_budget.h"
#include "ui/caching/caching_model.h"
#include "ui/prompt/system_memory.h"
#include "ui/theme/theme.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QLabel>
#include <QSignalBlocker>

#include <algorithm>
#include <cmath>

namespace toca::ui {

namespace {

constexpr double kMegabyte = 1e6;
constexpr double kMostMegabytes = 1e7;

/// A setting made of several formats, as a file may have it.
constexpr int kMixed = plan::kCacheDtypes;

QLabel* caption(const QString& text, QWidget* of)
{
    auto* label = new QLabel(text);
    label->setProperty("muted", true);
    label->setBuddy(of);
    return label;
}

} // namespace

CacheMemoryRow::CacheMemoryRow(CachingModel& model, QWidget* parent)
    : QWidget(parent)
    , m_model(model)
    , m_format(new QComboBox)
    , m_budget(new QDoubleSpinBox)
    , m_offload(new QCheckBox(tr("Offload instead of saving bits")))
    , m_note(new QLabel)
{
    m_format->setObjectName("cacheFormat");
    m_format->setAccessibleName(tr("Format of the cache"));
    m_format->setToolTip(tr("<b>How cached module outputs are held</b><p>32 bits keep them as they are. 16 bits take "
                            "half of the memory, 8 bits (with one scale for each token) about a quarter. What this "
                            "costs in fidelity is measured in docs/performance.md.</p>"));
    m_format->addItem(tr("32 bits, exact"));
    m_format->addItem(tr("16 bits"));
    m_format->addItem(tr("8 bits"));
    m_budget->setObjectName("cacheBudget");
    m_budget->setAccessibleName(tr("Most memory of the cache"));
    m_budget->setToolTip(tr("<b>Cache budget</b><p>Where the plan needs more, module outputs are held in fewer bits: "
                            "the largest ones first in 16, then in 8. A budget that cannot be met is refused before "
                            "the run, with the smallest one that can.</p>"));
    m_budget->setRange(0, kMostMegabytes);
    m_budget->setDecimals(1);
    m_budget->setSuffix(tr(" MB"));
    m_budget->setSpecialValueText(tr("no limit"));
    m_budget->setKeyboardTracking(false);
    m_budget->setStepType(QAbstractSpinBox::AdaptiveDecimalStepType);
    m_offload->setObjectName("cacheOffload");
    m_offload->setToolTip(tr(
        "<b>Offloading</b><p>Where the plan needs more than the budget, module outputs move from the GPU's memory to "
        "the computer's, the largest ones first. No bits are lost, but each use goes over the bus.</p><p>On the "
        "processor there is nothing to offload: such a run is refused, or warns if the device was chosen "
        "automatically.</p>"));
    m_note->setObjectName("cacheNote");
    m_note->setProperty("muted", true);
    m_note->setFont(smallFont());
    m_note->setWordWrap(true);

    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(kSpace);
    grid->setVerticalSpacing(6);
    grid->setColumnStretch(0, 5);
    grid->setColumnStretch(1, 6);
    grid->addWidget(caption(tr("Cache format"), m_format), 0, 0);
    grid->addWidget(m_format, 0, 1);
    grid->addWidget(caption(tr("Cache budget"), m_budget), 1, 0);
    grid->addWidget(m_budget, 1, 1);
    grid->addWidget(m_offload, 2, 1);
    grid->addWidget(m_note, 3, 0, 1, 2);

    connect(m_format, &QComboBox::activated, this, [this](int index) {
        if (index < kMixed) {
            plan::CacheStorage storage = m_model.state().storage; // where it lies is kept
            storage.modules.fill(static_cast<plan::CacheDtype>(index));
            m_model.setCacheMemory(storage, m_model.state().budget);
        }
    });
    connect(m_budget, &QDoubleSpinBox::valueChanged, this, [this](double megabytes) {
        m_model.setCacheMemory(m_model.state().storage, std::llround(megabytes * kMegabyte));
    });
    connect(m_offload, &QCheckBox::clicked, this, [this](bool isOn) {
        plan::CacheStorage storage = m_model.state().storage;
        storage.mayOffload = isOn;
        m_model.setCacheMemory(storage, m_model.state().budget);
    });
    connect(&m_model, &CachingModel::changed, this, &CacheMemoryRow::showModel);
    showModel();
}

void CacheMemoryRow::showModel()
{
    const CachingState& state = m_model.state();
    const bool isMixed = state.storage.modules != plan::CacheStorage::all(state.storage.modules[0]).modules;
    if (isMixed && m_format->count() == kMixed) {
        m_format->addItem(tr("by module"));
    } else if (!isMixed && m_format->count() > kMixed) {
        m_format->removeItem(kMixed);
    }
    m_format->setCurrentIndex(isMixed ? kMixed : static_cast<int>(state.storage.modules[0]));
    {
        const QSignalBlocker blocker(m_budget);
        m_budget->setValue(static_cast<double>(state.budget) / kMegabyte);
    }
    m_offload->setVisible(state.budget > 0 || state.storage.mayOffload);
    m_offload->setChecked(state.storage.mayOffload);
    const plan::Plan* plan = m_model.plan();
    QString note;
    if (plan && plan->storage().offloaded != state.storage.offloaded) {
        note = tr("To fit, %1 lie in the computer's memory; %2 stay on the GPU.")
                   .arg(dataSize(plan->offloadedBytes()), dataSize(plan->cacheBytes()));
    } else if (plan && plan->storage() != state.storage) {
        note = tr("To fit, the cache is held as %1: %2 instead of %3.")
                   .arg(QString::fromStdString(plan::toText(plan->storage())).replace(',', ", "),
                       dataSize(plan->cacheBytes()), dataSize(plan->cacheBytes(state.storage)));
    }
    if (plan && plan->storage().modules != state.storage.modules) {
        const auto& held = plan->storage().modules;
        const bool isByte = std::find(held.begin(), held.end(), plan::CacheDtype::Int8) != held.end();
        note += " "
            + tr("The embedded model's clips keep at least %1 dB PSNR with all modules in %2 bits.")
                  .arg(plan::measuredFidelity(isByte ? plan::CacheDtype::Int8 : plan::CacheDtype::BFloat16))
                  .arg(isByte ? 8 : 16);
    }
    m_note->setText(note);
    m_note->setVisible(!note.isEmpty());
}

} // namespace toca::ui
