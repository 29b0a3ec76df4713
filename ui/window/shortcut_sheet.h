// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QDialog>

class QAction;

namespace toca::ui {

/// All shortcuts of the window on one page (F1), from the actions themselves, so that it is never out of date.
class ShortcutSheet : public QDialog {
    Q_OBJECT
public:
    struct Section {
        QString title;
        QList<QAction*> actions;
    };
    explicit ShortcutSheet(const QList<Section>& sections, QWidget* parent = nullptr);
};

/// Name, versions and licences.
class AboutDialog : public QDialog {
    Q_OBJECT
public:
    AboutDialog(const QString& libraryVersions, QWidget* parent = nullptr);
};

} // namespace toca::ui
