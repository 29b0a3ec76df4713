// SPDX-License-Identifier: Apache-2.0
// Trainings in the window: opening them, and using their models.
#include "core/library/training_folder.h"
#include "ui/training/training_panel.h"
#include "ui/window/banner.h"
#include "ui/window/main_window.h"

#include <QDesktopServices>
#include <QFileDialog>
#include <QFileInfo>
#include <QSettings>
#include <QUrl>

namespace toca::ui {

namespace {

const char* const kLastTraining = "training/folder";

} // namespace

void MainWindow::connectTraining()
{
    connect(m_training, &TrainingPanel::openRequested, this, &MainWindow::askOpenTraining);
    connect(m_training, &TrainingPanel::useModelRequested, this, &MainWindow::openModel);
    connect(m_training, &TrainingPanel::showFolderRequested, this,
        [](const QString& folder) { QDesktopServices::openUrl(QUrl::fromLocalFile(folder)); });
    // The one of last time, as soon as somebody looks.
    const QString last = m_settings->value(kLastTraining).toString();
    if (!last.isEmpty() && library::TrainingFolder{last.toStdString()}.isTraining()) {
        m_training->openLater(last);
    }
}

void MainWindow::askOpenTraining()
{
    const QString path = QFileDialog::getExistingDirectory(this, tr("Open the folder of a training"), m_lastFolder);
    if (!path.isEmpty()) {
        m_lastFolder = QFileInfo(path).path();
        openTraining(path);
    }
}

void MainWindow::openTraining(const QString& path)
{
    const QFileInfo info(path);
    const QString folder = info.isDir() ? info.absoluteFilePath() : info.absolutePath();
    if (!library::TrainingFolder{folder.toStdString()}.isTraining()) {
        m_banner->showError({ErrorCode::NotFound,
            "'" + folder.toStdString()
                + "' holds no training: expected a folder that toca train --out wrote, with its log.jsonl."});
        return;
    }
    m_banner->hide();
    m_training->open(folder);
    m_workspaces->switchTo(Workspace::Training);
    rememberRecent(folder);
    m_settings->setValue(kLastTraining, folder);
    Q_EMIT pathOpened(folder);
}

void MainWindow::leaveTraining()
{
    if (m_workspaces->current() == Workspace::Training) {
        m_workspaces->switchTo(Workspace::Generate);
    }
}

} // namespace toca::ui
