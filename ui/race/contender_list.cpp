// SPDX-License-Identifier: Apache-2.0
#include "ui/race/contender_list.h"
#include "ui/policy_texts.h"

#include "ui/theme/theme.h"
#include "ui/window/background_tasks.h"

#include <QEvent>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLocale>
#include <QSignalBlocker>

#include <algorithm>
#include <cmath>
#include <set>

Q_DECLARE_METATYPE(toca::ui::CachingState)

namespace toca::ui {

namespace {

enum Column { NameColumn, SettingColumn, GainColumn, Columns };
constexpr int kStateRole = Qt::UserRole;
constexpr int kGainRole = Qt::UserRole + 1;
constexpr int kKeptRole = Qt::UserRole + 2; ///< index in m_kept

/// Policies whose default presets are checked at first: one of each kind, and what the program is about.
constexpr const char* kFirstChoices[]{"toca", "duca", "fora", "taylorseer", "easycache"};

/// What a row is recognised by when the list is filled anew.
std::string keyOf(const CachingState& state)
{
    std::string key = state.policy + '\n' + state.preset;
    for (const auto& [name, value] : state.values) {
        key += '\n' + name + '=' + plan::toText(value);
    }
    return key;
}

/// A row that can't be chosen, and why.
void refuse(QTreeWidgetItem& row, const QString& reason)
{
    row.setFlags(Qt::ItemIsUserCheckable | Qt::ItemNeverHasChildren);
    row.setCheckState(NameColumn, Qt::Unchecked);
    for (int column = 0; column < Columns; ++column) {
        row.setForeground(column, theme().faintText);
        row.setToolTip(column, reason);
    }
    row.setText(GainColumn, QStringLiteral("–"));
    row.setData(NameColumn, Qt::AccessibleDescriptionRole, reason);
}

QString gainText(double gain)
{
    return std::isnan(gain) ? QString() : QStringLiteral("%1 ×").arg(QLocale().toString(gain, 'f', 2));
}

} // namespace

ContenderList::ContenderList(const CachingModel& model, BackgroundTasks& tasks, QWidget* parent)
    : QTreeWidget(parent)
    , m_model(model)
    , m_tasks(tasks)
{
    setObjectName("contenders");
    setAccessibleName(tr("Contenders of the race"));
    setColumnCount(Columns);
    setHeaderLabels({tr("Policy"), tr("Setting"), tr("Planned")});
    headerItem()->setTextAlignment(GainColumn, Qt::AlignRight | Qt::AlignVCenter);
    headerItem()->setToolTip(GainColumn,
        tr("Planned FLOPs gain on the present model and size. Policies that decide while running say nothing before."));
    header()->setSectionResizeMode(NameColumn, QHeaderView::ResizeToContents);
    header()->setSectionResizeMode(SettingColumn, QHeaderView::Stretch);
    header()->setSectionResizeMode(GainColumn, QHeaderView::ResizeToContents);
    header()->setStretchLastSection(false);
    header()->setSectionsMovable(false);
    setRootIsDecorated(false);
    setIndentation(0);
    setUniformRowHeights(false);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    connect(this, &QTreeWidget::itemChanged, this, [this](QTreeWidgetItem*, int column) {
        if (column == NameColumn) {
            Q_EMIT chosenChanged();
        }
    });
    connect(&model, &CachingModel::fitsChanged, this, &ContenderList::refresh);
    connect(&model, &CachingModel::changed, this, &ContenderList::showPresent);
}

Contender ContenderList::contenderOf(const QTreeWidgetItem& item)
{
    Contender contender;
    contender.caching = item.data(NameColumn, kStateRole).value<CachingState>();
    contender.name = item.text(NameColumn);
    contender.setting = item.text(SettingColumn);
    const double gain = item.data(NameColumn, kGainRole).toDouble();
    contender.plannedGain = gain > 0 ? gain : 1;
    return contender;
}

QList<QTreeWidgetItem*> ContenderList::rows() const
{
    QList<QTreeWidgetItem*> rows;
    for (int group = 0; group < topLevelItemCount(); ++group) {
        for (int row = 0; row < topLevelItem(group)->childCount(); ++row) {
            rows += topLevelItem(group)->child(row);
        }
    }
    return rows;
}

std::vector<Contender> ContenderList::chosen() const
{
    std::vector<Contender> chosen;
    std::set<std::string> seen;
    for (const QTreeWidgetItem* row : rows()) {
        const bool isChosen = !row->isDisabled() && (row->flags() & Qt::ItemIsUserCheckable)
            && row->checkState(NameColumn) == Qt::Checked;
        if (!isChosen) {
            continue;
        }
        Contender contender = contenderOf(*row);
        // The present settings may be one of the presets below.
        if (contender.caching.policy != "none" && seen.insert(keyOf(contender.caching)).second) {
            chosen.push_back(std::move(contender));
        }
    }
    return chosen;
}

bool ContenderList::setChosen(const std::string& policy, const std::string& preset, bool chosen)
{
    if (m_isStale) {
        fill();
    }
    for (QTreeWidgetItem* row : rows()) {
        const CachingState state = row->data(NameColumn, kStateRole).value<CachingState>();
        if (row != m_present && state == CachingState{policy, preset, {}, {}, 0}) {
            row->setCheckState(NameColumn, chosen ? Qt::Checked : Qt::Unchecked);
            return true;
        }
    }
    return false;
}

void ContenderList::uncheckAll()
{
    {
        const QSignalBlocker quiet(this);
        for (QTreeWidgetItem* row : rows()) {
            if (row->flags() & Qt::ItemIsUserCheckable) {
                row->setCheckState(NameColumn, Qt::Unchecked);
            }
        }
    }
    viewport()->update();
    Q_EMIT chosenChanged();
}

Contender ContenderList::present() const
{
    Contender contender;
    contender.caching = m_model.state();
    contender.name = policyName(m_model.entry());
    const plan::Preset* preset = m_model.preset();
    contender.setting = preset ? policyText(preset->label) : tr("defaults");
    if (!contender.caching.values.empty()) {
        contender.setting += tr(", changed");
    }
    const plan::Plan* plan = m_model.plan();
    contender.plannedGain = plan && plan->isStatic() ? plan->flopsGain() : RaceNumbers::kUnknown;
    return contender;
}

void ContenderList::keepPresent()
{
    if (m_isStale) {
        fill();
    }
    Contender kept = present();
    QStringList changes;
    for (const auto& [name, value] : kept.caching.values) {
        changes += QString::fromStdString(name + " " + plan::toText(value));
    }
    if (!changes.isEmpty()) {
        kept.setting = changes.join(", ");
    }
    const std::string key = keyOf(kept.caching);
    const bool isKnown =
        std::any_of(m_kept.begin(), m_kept.end(), [&key](const Contender& each) { return keyOf(each.caching) == key; });
    if (!isKnown) {
        m_kept.push_back(std::move(kept));
    }
    fill();
    for (QTreeWidgetItem* row : rows()) {
        if (row->data(NameColumn, kKeptRole).isValid()
            && keyOf(row->data(NameColumn, kStateRole).value<CachingState>()) == key) {
            row->setCheckState(NameColumn, Qt::Checked);
            scrollToItem(row);
        }
    }
}

QTreeWidgetItem* ContenderList::addGroup(const QString& title, const QString& help)
{
    auto* group = new QTreeWidgetItem(this, {title});
    group->setFlags(Qt::ItemIsEnabled);
    group->setFirstColumnSpanned(true);
    group->setToolTip(NameColumn, help);
    QFont font = smallFont();
    font.setWeight(QFont::DemiBold);
    group->setFont(NameColumn, font);
    group->setForeground(NameColumn, theme().mutedText);
    group->setSizeHint(NameColumn, {0, QFontMetrics(font).height() + kSpace + kHalfSpace});
    group->setTextAlignment(NameColumn, Qt::AlignLeft | Qt::AlignBottom);
    group->setExpanded(true);
    return group;
}

QTreeWidgetItem* ContenderList::addRow(QTreeWidgetItem* group, const Contender& contender, const QString& tip)
{
    auto* row = new QTreeWidgetItem(group, {contender.name, contender.setting, gainText(contender.plannedGain)});
    row->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable | Qt::ItemNeverHasChildren);
    row->setCheckState(NameColumn, Qt::Unchecked);
    row->setData(NameColumn, kStateRole, QVariant::fromValue(contender.caching));
    row->setData(NameColumn, kGainRole, contender.plannedGain);
    row->setForeground(SettingColumn, theme().mutedText);
    row->setForeground(GainColumn, theme().mutedText);
    row->setFont(GainColumn, numberFont());
    row->setSizeHint(SettingColumn, {0, group->treeWidget()->fontMetrics().height() + kHalfSpace + 2});
    row->setTextAlignment(GainColumn, Qt::AlignRight | Qt::AlignVCenter);
    for (int column = 0; column < Columns; ++column) {
        // Whole, because a narrow column cuts it.
        const QString whole = tr("%1, %2").arg(contender.name, contender.setting);
        row->setToolTip(column, tip.isEmpty() ? whole : whole + QLatin1Char('\n') + tip);
    }
    return row;
}

void ContenderList::fill()
{
    m_isStale = false;
    std::set<std::string> checked;
    const bool presentWasChecked = m_present && m_present->checkState(NameColumn) == Qt::Checked;
    for (const QTreeWidgetItem* row : rows()) {
        if (row != m_present && row->checkState(NameColumn) == Qt::Checked) {
            checked.insert(keyOf(row->data(NameColumn, kStateRole).value<CachingState>()));
        }
    }
    const QSignalBlocker quiet(this);
    clear();
    m_present = addRow(addGroup(tr("Present settings"), tr("What the caching panel shows now")), present(), {});
    m_present->setCheckState(NameColumn, m_isFirst || presentWasChecked ? Qt::Checked : Qt::Unchecked);
    if (!m_kept.empty()) {
        QTreeWidgetItem* group = addGroup(tr("Kept settings"), tr("Delete removes the selected one"));
        for (std::size_t index = 0; index < m_kept.size(); ++index) {
            QTreeWidgetItem* row =
                addRow(group, m_kept[index], tr("%1. Delete removes it.").arg(m_kept[index].setting));
            row->setData(NameColumn, kKeptRole, static_cast<qulonglong>(index));
        }
    }
    const auto& entries = plan::policyEntries();
    const std::string& family = m_model.context().family;
    for (const PolicyGroup& group : policyGroups()) {
        QTreeWidgetItem* parent = nullptr;
        for (const plan::PolicyEntry* entry : group.policies) {
            if (entry->name == "none") {
                continue; // always there
            }
            if (!parent) {
                parent = addGroup(group.title, group.help);
            }
            const PolicyFit& fit = m_model.fits()[static_cast<std::size_t>(entry - entries.data())];
            const plan::Preset* standard = plan::defaultPreset(*entry, family);
            Contender contender{{entry->name, {}, {}}, policyName(*entry), tr("defaults"), RaceNumbers::kUnknown};
            if (!fit.isPossible) {
                contender.setting = tr("not for this model");
                refuse(*addRow(parent, contender, {}), fit.reason);
                continue;
            }
            const QString needs = fit.reason.isEmpty() ? QString() : tr("Not ready: %1").arg(fit.reason);
            if (!standard) {
                addRow(parent, contender, needs.isEmpty() ? policyText(entry->summary) : needs);
            }
            for (const plan::Preset& preset : entry->presets) {
                if (!preset.family.empty() && preset.family != family) {
                    continue;
                }
                contender.caching.preset = &preset == standard ? std::string() : preset.name;
                contender.setting = policyText(preset.label);
                addRow(parent, contender, needs.isEmpty() ? QString::fromStdString(preset.source) : needs);
            }
        }
    }
    for (QTreeWidgetItem* row : rows()) {
        const CachingState state = row->data(NameColumn, kStateRole).value<CachingState>();
        const bool isFirstChoice = m_isFirst && state.preset.empty() && state.values.empty()
            && state != m_model.state() // its row is checked already
            && std::find(std::begin(kFirstChoices), std::end(kFirstChoices), state.policy) != std::end(kFirstChoices);
        if (row != m_present && (row->flags() & Qt::ItemIsUserCheckable)
            && (isFirstChoice || checked.contains(keyOf(state)))) {
            row->setCheckState(NameColumn, Qt::Checked);
        }
    }
    m_isFirst = false;
    expandAll();
    planGains();
}

void ContenderList::refresh()
{
    m_isStale = true;
    if (isVisible()) {
        fill();
        Q_EMIT chosenChanged();
    }
}

void ContenderList::showPresent()
{
    if (!m_present || m_isStale) {
        return;
    }
    const Contender now = present();
    {
        const QSignalBlocker quiet(this);
        m_present->setText(NameColumn, now.name);
        m_present->setText(SettingColumn, now.setting);
        m_present->setText(GainColumn, gainText(now.plannedGain));
        m_present->setData(NameColumn, kStateRole, QVariant::fromValue(now.caching));
        m_present->setData(NameColumn, kGainRole, now.plannedGain);
    }
    viewport()->update();
    Q_EMIT chosenChanged();
}

/// Many plans take a moment for long runs of large models, so they are made aside.
void ContenderList::planGains()
{
    const std::uint64_t filling = ++m_fillings;
    const auto& geometry = m_model.runGeometry();
    if (!geometry) {
        return;
    }
    std::vector<CachingState> states;
    for (const QTreeWidgetItem* row : rows()) {
        states.push_back(row->data(NameColumn, kStateRole).value<CachingState>());
    }
    m_tasks.run([this, filling, states = std::move(states), geometry = *geometry, schedule = m_model.runSchedule(),
                    context = m_model.context()]() -> BackgroundTasks::Continuation {
        struct Planned {
            double gain = RaceNumbers::kUnknown;
            std::string unsupported;
        };
        std::vector<Planned> gains;
        for (const CachingState& state : states) {
            Planned& row = gains.emplace_back();
            if (const auto policy = plan::makePolicy(state.policy, state.values, state.preset, context)) {
                const auto planned = (*policy)->plan(geometry, schedule);
                if (planned && planned->isStatic()) {
                    row.gain = planned->flopsGain();
                } else if (!planned && planned.error().code == ErrorCode::Unsupported) {
                    row.unsupported = planned.error().message;
                }
            }
        }
        return [this, filling, gains = std::move(gains)] {
            if (filling != m_fillings) {
                return;
            }
            const QSignalBlocker quiet(this);
            const QList<QTreeWidgetItem*> filled = rows();
            for (qsizetype row = 0; row < filled.size(); ++row) {
                const auto& [gain, unsupported] = gains[static_cast<std::size_t>(row)];
                filled[row]->setData(NameColumn, kGainRole, gain);
                filled[row]->setText(GainColumn, std::isnan(gain) ? QStringLiteral("?") : gainText(gain));
                if (std::isnan(gain)) {
                    filled[row]->setToolTip(GainColumn, tr("Decided while running: the gain is not known before."));
                }
                if (!unsupported.empty() && filled[row] != m_present) {
                    refuse(*filled[row], QString::fromStdString(unsupported));
                }
            }
            viewport()->update();
        };
    });
}

void ContenderList::keyPressEvent(QKeyEvent* event)
{
    const QTreeWidgetItem* row = currentItem();
    const QVariant kept = row ? row->data(NameColumn, kKeptRole) : QVariant();
    if (event->key() == Qt::Key_Delete && kept.isValid()) {
        m_kept.erase(m_kept.begin() + static_cast<std::ptrdiff_t>(kept.toULongLong()));
        fill();
        Q_EMIT chosenChanged();
        return;
    }
    QTreeWidget::keyPressEvent(event);
}

void ContenderList::showEvent(QShowEvent* event)
{
    QTreeWidget::showEvent(event);
    if (m_isStale) {
        fill();
        Q_EMIT chosenChanged();
    }
}

void ContenderList::changeEvent(QEvent* event)
{
    QTreeWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_present) {
        refresh(); // rows carry colours of the theme
    }
}

} // namespace toca::ui
