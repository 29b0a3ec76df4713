// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/caching/caching_model.h"
#include "ui/tune/preset_store.h"

#include <QToolButton>

namespace toca::ui {

/// The button beside the preset: the user's presets to choose, save, rename, delete, import and export; the papers'
/// presets as examples that cannot be changed.
class PresetMenu : public QToolButton {
    Q_OBJECT
public:
    PresetMenu(CachingModel& caching, PresetStore& store, QWidget* parent = nullptr);

    // What the menu's entries do, without their dialogs.
    void choose(const QString& name);
    /// Keeps the present setting under a name. @return false for an empty one
    bool saveAs(const QString& name);
    bool importFrom(const QString& path); ///< and chooses it when it is one; false after `failed`
    bool exportTo(const QString& path, const QString& name);
    /// The user's preset that the present setting equals; empty when there is none.
    QString current() const;

Q_SIGNALS:
    void failed(const toca::Error& error);

private:
    void fill();
    void askName();
    void askRename(const QString& name);
    void askImport();
    void askExport(const QString& name);

    CachingModel& m_caching;
    PresetStore& m_store;
};

} // namespace toca::ui
