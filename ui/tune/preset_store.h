// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/setting_file.h"
#include "core/base/expected.h"

#include <QObject>
#include <QString>
#include <QUndoStack>

#include <filesystem>
#include <vector>

namespace toca::ui {

/// The user's own presets, kept in one JSON file. Every change is one step of undo and written at once.
class PresetStore : public QObject {
    Q_OBJECT
public:
    /// Reads the file where there is one; a damaged one stays as it is, is never written over, and `problem` says why.
    /// @param undo takes the steps; must outlive the store
    PresetStore(std::filesystem::path file, QUndoStack& undo, QObject* parent = nullptr);

    const std::vector<plan::NamedSetting>& presets() const { return m_presets; }
    const plan::NamedSetting* find(const QString& name) const; ///< nullptr when there is none
    const QString& problem() const { return m_problem; }

    /// Adds, or replaces the one of the same name.
    void save(const plan::NamedSetting& preset);
    /// @return false when there is no `from`, or `to` is empty or taken
    bool rename(const QString& from, const QString& to);
    bool remove(const QString& name);
    /// Adds all presets of a file; those whose name is taken are numbered. @return their names, or why not
    Result<QStringList> importFrom(const QString& path);
    Result<void> exportTo(const QString& path, const QString& name) const;

Q_SIGNALS:
    void changed();
    void failed(const toca::Error& error); ///< the file could not be written

private:
    friend class PresetEdit;
    void push(std::vector<plan::NamedSetting> next, const QString& text);
    void apply(const std::vector<plan::NamedSetting>& presets);

    std::filesystem::path m_file;
    QUndoStack& m_undo;
    std::vector<plan::NamedSetting> m_presets;
    QString m_problem;
};

} // namespace toca::ui
