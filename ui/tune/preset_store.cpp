// SPDX-License-Identifier: Apache-2.0
#include "ui/tune/preset_store.h"

#include <QUndoCommand>

#include <algorithm>

namespace toca::ui {

using plan::NamedSetting;

/// One undoable change of the list.
class PresetEdit : public QUndoCommand {
public:
    PresetEdit(
        PresetStore& store, std::vector<NamedSetting> before, std::vector<NamedSetting> after, const QString& text)
        : QUndoCommand(text)
        , m_store(store)
        , m_before(std::move(before))
        , m_after(std::move(after))
    {
    }
    void undo() override { m_store.apply(m_before); }
    void redo() override { m_store.apply(m_after); }

private:
    PresetStore& m_store;
    std::vector<NamedSetting> m_before;
    std::vector<NamedSetting> m_after;
};

PresetStore::PresetStore(std::filesystem::path file, QUndoStack& undo, QObject* parent)
    : QObject(parent)
    , m_file(std::move(file))
    , m_undo(undo)
{
    auto read = plan::readNamedSettings(m_file);
    if (read) {
        m_presets = std::move(*read);
    } else if (read.error().code != ErrorCode::NotFound) {
        m_problem = QString::fromStdString(read.error().message);
    }
}

const NamedSetting* PresetStore::find(const QString& name) const
{
    const auto found = std::find_if(m_presets.begin(), m_presets.end(),
        [wanted = name.toStdString()](const auto& each) { return each.name == wanted; });
    return found == m_presets.end() ? nullptr : &*found;
}

void PresetStore::push(std::vector<NamedSetting> next, const QString& text)
{
    if (next != m_presets) {
        m_undo.push(new PresetEdit(*this, m_presets, std::move(next), text));
    }
}

void PresetStore::apply(const std::vector<NamedSetting>& presets)
{
    m_presets = presets;
    if (!m_problem.isEmpty()) {
        Q_EMIT failed({ErrorCode::BadFormat,
            tr("Presets are not saved: %1 Move the file away and start again.").arg(m_problem).toStdString()});
    } else {
        std::error_code ignored; // writing says what is wrong
        std::filesystem::create_directories(m_file.parent_path(), ignored);
        if (const auto written = plan::writeNamedSettings(m_file, m_presets); !written) {
            Q_EMIT failed(written.error());
        }
    }
    Q_EMIT changed();
}

void PresetStore::save(const NamedSetting& preset)
{
    auto next = m_presets;
    const auto same =
        std::find_if(next.begin(), next.end(), [&](const auto& each) { return each.name == preset.name; });
    if (same != next.end()) {
        *same = preset;
    } else {
        next.push_back(preset);
    }
    push(std::move(next), tr("save preset %1").arg(QString::fromStdString(preset.name)));
}

bool PresetStore::rename(const QString& from, const QString& to)
{
    const QString name = to.simplified().left(80);
    if (!find(from) || name.isEmpty() || find(name)) {
        return false;
    }
    auto next = m_presets;
    for (NamedSetting& preset : next) {
        if (preset.name == from.toStdString()) {
            preset.name = name.toStdString();
        }
    }
    push(std::move(next), tr("rename preset %1").arg(from));
    return true;
}

bool PresetStore::remove(const QString& name)
{
    if (!find(name)) {
        return false;
    }
    auto next = m_presets;
    std::erase_if(next, [wanted = name.toStdString()](const auto& each) { return each.name == wanted; });
    push(std::move(next), tr("delete preset %1").arg(name));
    return true;
}

Result<QStringList> PresetStore::importFrom(const QString& path)
{
    auto read = plan::readNamedSettings(path.toStdString());
    if (!read) {
        return unexpected(read.error());
    }
    auto next = m_presets;
    QStringList names;
    for (NamedSetting& preset : *read) {
        const auto isTaken = [&next](const std::string& name) {
            return std::any_of(next.begin(), next.end(), [&](const auto& each) { return each.name == name; });
        };
        const std::string name = preset.name;
        for (int number = 2; isTaken(preset.name); ++number) {
            preset.name = name + " " + std::to_string(number);
        }
        names.append(QString::fromStdString(preset.name));
        next.push_back(std::move(preset));
    }
    push(std::move(next), names.size() == 1 ? tr("import preset %1").arg(names.front()) : tr("import presets"));
    return names;
}

Result<void> PresetStore::exportTo(const QString& path, const QString& name) const
{
    const NamedSetting* preset = find(name);
    if (!preset) {
        return unexpected(ErrorCode::NotFound, tr("There is no preset %1.").arg(name).toStdString());
    }
    return plan::writeNamedSettings(path.toStdString(), {*preset});
}

} // namespace toca::ui
