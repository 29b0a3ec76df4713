// SPDX-License-Identifier: Apache-2.0
#include "ui/caching/caching_panel.h"
#include "ui/compare/summary_strip.h"
#include "ui/player/player_widget.h"
#include "ui/prompt/prompt_panel.h"
#include "ui/runs/run_desk.h"
#include "ui/selection/selection_panel.h"
#include "ui/selection/token_grid_panel.h"
#include "ui/statistics/figure_file.h"
#include "ui/statistics/statistics_panel.h"
#include "ui/window/banner.h"
#include "ui/window/file_kind.h"
#include "ui/window/main_window.h"
#include "ui/window/status_line.h"

#include <QApplication>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenu>
#include <QMimeData>
#include <QSettings>

namespace toca::ui {

namespace {

constexpr int kRecentLength = 10;
constexpr int kRecentWidth = 520; ///< of a path in the menu, logical pixels

std::filesystem::path toPath(const QString& path)
{
    return std::filesystem::path(path.toStdString());
}

/// Of files that traces are written to.
bool isTraceName(const QString& path)
{
    return path.endsWith(".safetensors", Qt::CaseInsensitive) || path.endsWith(".tcs", Qt::CaseInsensitive);
}

QString withSuffix(const QString& path, const QString& suffix)
{
    return path.isEmpty() || !QFileInfo(path).suffix().isEmpty() ? path : path + suffix;
}

} // namespace

void MainWindow::openPath(const QString& path)
{
    const QFileInfo info(path);
    if (!info.exists()) {
        m_banner->showError({ErrorCode::NotFound, "'" + path.toStdString() + "' does not exist."});
        return;
    }
    const FileKind kind = info.isDir() ? folderKind(path) : fileKind(path);
    if (kind == FileKind::Run) {
        m_status->showIdle(tr("Reading %1…").arg(info.fileName()));
        m_runDesk->store().loadPath(path);
    } else if (kind == FileKind::Settings) {
        openSettingFile(path);
    } else if (kind == FileKind::Training) {
        openTraining(path);
    } else if (kind == FileKind::Model) {
        openModel(path);
    } else if (kind == FileKind::Trace) {
        openTrace(path);
    } else {
        openClip(path);
    }
}

void MainWindow::openModel(const QString& path)
{
    m_modelPending = true;
    m_pendingModel = path;
    m_status->showIdle(tr("Reading %1…").arg(QFileInfo(path).fileName()));
    m_engine.describeModel(path);
}

void MainWindow::openTrace(const QString& path)
{
    if (m_run.isRunning()) {
        m_banner->showMessage(Banner::Kind::Info, tr("A run is going on; open the trace when it has ended."));
        return;
    }
    m_status->showIdle(tr("Reading %1…").arg(QFileInfo(path).fileName()));
    m_tasks.run([this, path]() -> BackgroundTasks::Continuation {
        auto file = plan::readTrace(toPath(path));
        return [this, path, file = std::move(file)] {
            if (!file) {
                m_status->showIdle(tr("The trace could not be opened"));
                m_banner->showError(file.error());
                return;
            }
            if (m_run.isRunning()) {
                return; // a run was started meanwhile; it is what is shown
            }
            m_banner->hide();
            leaveTraining();
            m_run.clear();
            m_openedTrace = file->trace;
            m_openedRequest = file->requestJson;
            m_openedName = QFileInfo(path).fileName();
            m_player->clear();
            m_player->clearBaseline();
            m_player->setTrace(m_openedTrace);
            m_selection->clear();
            m_selection->setTrace(m_openedTrace);
            m_tokens->setTrace(m_openedTrace);
            m_statistics->clear();
            m_statistics->setTrace(m_openedTrace);
            refreshLive();
            takeRequest(m_openedRequest);
            m_summary->showTrace(*m_openedTrace, m_openedName);
            m_status->showIdle(tr("Trace %1, nothing is recomputed").arg(m_openedName));
            rememberRecent(path);
            updateActions();
            Q_EMIT pathOpened(path);
        };
    });
}

void MainWindow::openClip(const QString& path)
{
    if (!m_files.readRequest) {
        m_banner->showError({ErrorCode::Unsupported, "This build reads no clips."});
        return;
    }
    m_status->showIdle(tr("Reading %1…").arg(QFileInfo(path).fileName()));
    m_tasks.run([this, path, services = m_files]() -> BackgroundTasks::Continuation {
        auto request = services.readRequest(toPath(path));
        Result<Clip> clip = services.readClip ? services.readClip(toPath(path)) : Result<Clip>(Clip());
        return [this, path, request = std::move(request), clip = std::move(clip)] {
            m_status->showIdle({});
            if (!request) {
                m_banner->showError(request.error());
                return;
            }
            takeRequest(*request);
            leaveTraining();
            if (clip && !clip->isEmpty() && !m_run.isRunning()) {
                m_run.clear();
                m_openedTrace.reset();
                m_summary->clear();
                m_player->clear();
                m_player->clearBaseline();
                m_player->setClip(*clip);
                // A clip brings no trace: what is left to show is the plan of its request.
                m_selection->clear();
                m_tokens->clear();
                m_statistics->clear();
                if (const plan::Plan* plan = m_caching->model().plan()) {
                    m_selection->setPlan(*plan);
                    m_statistics->setPlan(*plan);
                }
                updateActions();
            }
            m_status->showIdle(tr("Prompt and settings of %1 restored").arg(QFileInfo(path).fileName()));
            rememberRecent(path);
            Q_EMIT pathOpened(path);
        };
    });
}

void MainWindow::takeRequest(const std::string& json)
{
    if (json.empty()) {
        return;
    }
    const auto request = requestFromJson(json);
    if (!request) {
        m_banner->showError(request.error());
        return;
    }
    m_prompt->model().setSeedMode(SeedMode::Fixed); // what was restored is meant to be made again
    m_prompt->model().setRequest(*request);
    m_caching->model().setFrom(*request);
    const ModelInfo* model = m_prompt->model().hasModel() ? &m_prompt->model().model() : nullptr;
    if (model && !request->modelPath.empty() && request->modelPath != model->path) {
        m_banner->showMessage(Banner::Kind::Info,
            tr("This was made with the model in %1; the present model would make something else.")
                .arg(QString::fromStdString(request->modelPath).left(300)),
            tr("Open that model folder to make it again."));
    }
}

void MainWindow::askOpen()
{
    const QString path =
        QFileDialog::getOpenFileName(this, tr("Open a run, a trace, a picture or a clip"), m_lastFolder,
            tr("Bundles, traces, pictures, clips and presets (*.toca *.safetensors *.mp4 *.webm *.gif *.png "
               "*.json);;All files (*)"));
    if (!path.isEmpty()) {
        m_lastFolder = QFileInfo(path).path();
        openPath(path);
    }
}

void MainWindow::askOpenModel()
{
    const QString path = QFileDialog::getExistingDirectory(this, tr("Open a model folder"), m_lastFolder);
    if (!path.isEmpty()) {
        m_lastFolder = path;
        openPath(path);
    }
}

void MainWindow::askOpenCheckpoint()
{
    const QString path = QFileDialog::getOpenFileName(
        this, tr("Open a checkpoint"), m_lastFolder, tr("Checkpoints (*.safetensors *.pt *.pth *.bin);;All files (*)"));
    if (!path.isEmpty()) {
        m_lastFolder = QFileInfo(path).path();
        openModel(path);
    }
}

void MainWindow::askSaveClip()
{
    const auto result = m_run.result();
    const bool isPicture = result && result->clip.frames.size() == 1;
    const QString clips = tr("MP4, H.264 (*.mp4);;WebM, VP9 (*.webm);;GIF (*.gif)");
    const QString path = isPicture ? QFileDialog::getSaveFileName(this, tr("Save the picture"),
                             m_lastFolder + "/picture.png", tr("PNG, with the request in it (*.png);;%1").arg(clips))
                                   : QFileDialog::getSaveFileName(this, tr("Save the clip"), m_lastFolder + "/clip.mp4",
                                       tr("%1;;PNG pictures (*.png)").arg(clips));
    if (!path.isEmpty()) {
        m_lastFolder = QFileInfo(path).path();
        saveClipTo(withSuffix(path, isPicture ? ".png" : ".mp4"));
    }
}

/// The frame on the screen alone, as it is seen without overlay.
void MainWindow::askSavePicture()
{
    const QImage picture = m_player->framePicture();
    const QString path = picture.isNull() ? QString()
                                          : QFileDialog::getSaveFileName(this, tr("Save the frame on the screen"),
                                              m_lastFolder + "/frame.png", tr("PNG (*.png)"));
    if (path.isEmpty()) {
        return;
    }
    m_lastFolder = QFileInfo(path).path();
    const QString target = withSuffix(path, ".png");
    if (const QString problem = writePicture(target, picture); problem.isEmpty()) {
        m_status->showIdle(tr("Saved %1").arg(target));
    } else {
        m_banner->showError({ErrorCode::Io, problem.toStdString()});
    }
}

void MainWindow::saveClipTo(const QString& path)
{
    const auto result = m_run.result();
    if (!result || !m_files.saveClip) {
        return;
    }
    m_status->showIdle(tr("Saving %1…").arg(QFileInfo(path).fileName()));
    m_tasks.run([this, path, result, save = m_files.saveClip]() -> BackgroundTasks::Continuation {
        auto saved = save(toPath(path), *result);
        return [this, path, saved = std::move(saved)] {
            if (!saved) {
                m_status->showIdle(tr("Not saved"));
                m_banner->showError(saved.error());
                return;
            }
            m_status->showIdle(tr("Saved %1").arg(path));
            rememberRecent(path);
            Q_EMIT fileSaved(path);
        };
    });
}

void MainWindow::askSaveTrace()
{
    const QString path = QFileDialog::getSaveFileName(
        this, tr("Save the trace"), m_lastFolder + "/trace.safetensors", tr("Traces (*.safetensors)"));
    if (!path.isEmpty()) {
        m_lastFolder = QFileInfo(path).path();
        saveTraceTo(withSuffix(path, ".safetensors"));
    }
}

void MainWindow::askExportTrace()
{
    const QString path = QFileDialog::getSaveFileName(this, tr("Export the trace"), m_lastFolder + "/trace.csv",
        tr("Table, one line per step, layer and module (*.csv);;Trace events for profilers (*.json)"));
    if (!path.isEmpty()) {
        m_lastFolder = QFileInfo(path).path();
        saveTraceTo(withSuffix(path, ".csv"));
    }
}

void MainWindow::saveTraceTo(const QString& path)
{
    const auto trace = m_openedTrace ? m_openedTrace : m_run.current() ? m_run.current()->trace : nullptr;
    if (!trace) {
        return;
    }
    const std::string request = m_openedTrace ? m_openedRequest : toJson(m_run.current()->request);
    m_status->showIdle(tr("Saving %1…").arg(QFileInfo(path).fileName()));
    m_tasks.run([this, path, trace, request]() -> BackgroundTasks::Continuation {
        auto saved = path.endsWith(".csv", Qt::CaseInsensitive) ? plan::exportTraceCsv(toPath(path), *trace)
            : path.endsWith(".json", Qt::CaseInsensitive)       ? plan::exportTraceEvents(toPath(path), *trace)
                                                                : plan::writeTrace(toPath(path), *trace, request);
        return [this, path, saved = std::move(saved)] {
            if (!saved) {
                m_status->showIdle(tr("Not saved"));
                m_banner->showError(saved.error());
                return;
            }
            m_status->showIdle(tr("Saved %1").arg(path));
            if (isTraceName(path)) {
                rememberRecent(path);
            }
            Q_EMIT fileSaved(path);
        };
    });
}

void MainWindow::rememberRecent(const QString& path)
{
    if (path.isEmpty()) {
        return;
    }
    m_recent.removeAll(path);
    m_recent.prepend(path);
    m_recent = m_recent.mid(0, kRecentLength);
}

void MainWindow::fillRecent()
{
    m_recentMenu->clear();
    for (const QString& path : m_recent) {
        const QString shown = fontMetrics().elidedText(path, Qt::ElideMiddle, kRecentWidth).replace('&', "&&");
        m_recentMenu->addAction(shown, this, [this, path] { openPath(path); })->setToolTip(path);
    }
    if (m_recent.isEmpty()) {
        m_recentMenu->addAction(tr("Nothing yet"))->setEnabled(false);
    }
}

void MainWindow::saveSettings()
{
    m_workspaces->save(*m_settings);
    m_prompt->model().save(*m_settings);
    m_settings->setValue("theme", themeChoiceName(m_themeChoice));
    m_settings->setValue("recent", m_recent);
    m_settings->setValue("folder", m_lastFolder);
    GenerationRequest caching;
    m_caching->model().applyTo(caching);
    m_settings->setValue("caching", QString::fromStdString(toJson(caching)));
    m_settings->sync();
}

void MainWindow::restoreSettings()
{
    m_themeActions[static_cast<std::size_t>(m_themeChoice)]->setChecked(true);
    m_recent = m_settings->value("recent").toStringList().mid(0, kRecentLength);
    m_lastFolder = m_settings->value("folder", QDir::homePath()).toString();
    m_prompt->model().restore(*m_settings);
    if (const auto caching = requestFromJson(m_settings->value("caching", "{}").toString().toStdString())) {
        m_caching->model().setFrom(*caching);
    }
    m_workspaces->restore(*m_settings);
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event)
{
    const QList<QUrl> urls = event->mimeData()->urls();
    if (urls.size() == 1 && urls.front().isLocalFile()) {
        event->acceptProposedAction();
    }
}

void MainWindow::dropEvent(QDropEvent* event)
{
    event->acceptProposedAction();
    openPath(event->mimeData()->urls().value(0).toLocalFile());
}

} // namespace toca::ui
