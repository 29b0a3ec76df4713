// SPDX-License-Identifier: Apache-2.0
#include "ui/tune/preset_menu.h"

#include "ui/policy_texts.h"
#include "ui/theme/icons.h"

#include <QFileDialog>
#include <QInputDialog>
#include <QMenu>

namespace toca::ui {

PresetMenu::PresetMenu(CachingModel& caching, PresetStore& store, QWidget* parent)
    : QToolButton(parent)
    , m_caching(caching)
    , m_store(store)
{
    setObjectName("presetMenu");
    setIcon(toca::ui::icon("list"));
    setToolTip(tr("Presets: your own to choose, save, rename, delete, import and export"));
    setAccessibleName(tr("Presets"));
    setPopupMode(InstantPopup);
    auto* menu = new QMenu(this);
    menu->setToolTipsVisible(true);
    setMenu(menu);
    connect(menu, &QMenu::aboutToShow, this, &PresetMenu::fill);
    connect(&store, &PresetStore::failed, this, &PresetMenu::failed);
    fill();
}

QString PresetMenu::current() const
{
    const CachingState& state = m_caching.state();
    for (const plan::NamedSetting& preset : m_store.presets()) {
        if (CachingState{preset.policy, preset.preset, preset.values, preset.storage, preset.budget} == state) {
            return QString::fromStdString(preset.name);
        }
    }
    return {};
}

void PresetMenu::fill()
{
    QMenu* list = menu();
    list->clear();
    list->addSection(tr("Published examples (read-only)"));
    for (const plan::Preset* preset : m_caching.presets()) {
        const std::string name = m_caching.isDefaultPreset(*preset) ? std::string() : preset->name;
        QAction* item = list->addAction(policyText(preset->label), this, [this, name] { m_caching.setPreset(name); });
        item->setToolTip(QString::fromStdString(preset->source));
        item->setCheckable(true);
        item->setChecked(preset == m_caching.preset() && m_caching.state().values.empty());
    }
    list->addSection(tr("Your presets"));
    const QString chosen = current();
    for (const plan::NamedSetting& preset : m_store.presets()) {
        const QString name = QString::fromStdString(preset.name);
        QAction* item = list->addAction(QString(name).replace('&', "&&"), this, [this, name] { choose(name); });
        item->setToolTip(policyText(plan::findPolicy(preset.policy)->title));
        item->setCheckable(true);
        item->setChecked(name == chosen);
    }
    if (m_store.presets().empty()) {
        list->addAction(tr("None yet"))->setEnabled(false);
    }
    list->addSeparator();
    list->addAction(tr("&Save the present setting…"), this, &PresetMenu::askName)->setObjectName("presetSave");
    const auto addList = [this, list](const QString& title, auto act) {
        QMenu* names = list->addMenu(title);
        for (const plan::NamedSetting& preset : m_store.presets()) {
            const QString name = QString::fromStdString(preset.name);
            names->addAction(QString(name).replace('&', "&&"), this, [act, name] { act(name); });
        }
        names->setEnabled(!m_store.presets().empty());
    };
    addList(tr("&Rename"), [this](const QString& name) { askRename(name); });
    addList(tr("&Delete"), [this](const QString& name) { m_store.remove(name); });
    list->addSeparator();
    list->addAction(tr("&Import…"), this, &PresetMenu::askImport);
    addList(tr("&Export"), [this](const QString& name) { askExport(name); });
}

void PresetMenu::choose(const QString& name)
{
    if (const plan::NamedSetting* preset = m_store.find(name)) {
        m_caching.edit({preset->policy, preset->preset, preset->values, preset->storage, preset->budget},
            tr("choose preset %1").arg(name));
    }
}

bool PresetMenu::saveAs(const QString& name)
{
    const QString plain = name.simplified().left(80);
    if (plain.isEmpty()) {
        return false;
    }
    const CachingState& state = m_caching.state();
    m_store.save({plain.toStdString(), {}, state.policy, state.preset, state.values, state.storage, state.budget});
    return true;
}

bool PresetMenu::importFrom(const QString& path)
{
    const auto names = m_store.importFrom(path);
    if (!names) {
        Q_EMIT failed(names.error());
        return false;
    }
    if (names->size() == 1) {
        choose(names->front());
    }
    return true;
}

bool PresetMenu::exportTo(const QString& path, const QString& name)
{
    const auto written = m_store.exportTo(path, name);
    if (!written) {
        Q_EMIT failed(written.error());
    }
    return written.has_value();
}

void PresetMenu::askName()
{
    bool isGiven = false;
    const QString name = QInputDialog::getText(window(), tr("Save preset"),
        tr("Name of the preset; one of the same name is replaced:"), QLineEdit::Normal, current(), &isGiven);
    if (isGiven) {
        saveAs(name);
    }
}

void PresetMenu::askRename(const QString& name)
{
    bool isGiven = false;
    const QString next =
        QInputDialog::getText(window(), tr("Rename preset"), tr("New name:"), QLineEdit::Normal, name, &isGiven);
    if (isGiven && next.simplified() != name && !m_store.rename(name, next)) {
        Q_EMIT failed(Error{ErrorCode::InvalidArgument,
            tr("The preset cannot be called %1: choose a name that is not empty and not taken.")
                .arg(next)
                .toStdString()});
    }
}

void PresetMenu::askImport()
{
    const QString path =
        QFileDialog::getOpenFileName(window(), tr("Import presets"), {}, tr("Presets (*.json);;All files (*)"));
    if (!path.isEmpty()) {
        importFrom(path);
    }
}

void PresetMenu::askExport(const QString& name)
{
    const QString path =
        QFileDialog::getSaveFileName(window(), tr("Export preset"), name + ".json", tr("Presets (*.json)"));
    if (!path.isEmpty()) {
        exportTo(path, name);
    }
}

} // namespace toca::ui
