// SPDX-License-Identifier: Apache-2.0
#include "ui/runs/run_details.h"

#include "ui/runs/run_list_model.h"
#include "ui/theme/theme.h"

#include <QDateTime>
#include <QEvent>
#include <QLocale>

#include <cmath>

namespace toca::ui {

using library::RunRecord;

RunDetails::RunDetails(QWidget* parent)
    : QTextBrowser(parent)
{
    setAccessibleName(tr("Metadata of the selected run"));
    setOpenLinks(false);
    setFrameShape(QFrame::NoFrame);
    document()->setDocumentMargin(kSpace);
    setMinimumWidth(190);
}

void RunDetails::setRows(const QString& title, const QList<QPair<QString, QString>>& rows)
{
    m_title = title;
    m_rows = rows;
    const Theme& colours = theme();
    QString html =
        QStringLiteral("<div style='margin-bottom:6px'><b>%1</b></div><table cellspacing='0' cellpadding='1'>")
            .arg(title.toHtmlEscaped());
    for (const auto& [name, value] : rows) {
        html += QStringLiteral("<tr><td style='color:%1; padding-right:10px'>%2</td><td>%3</td></tr>")
                    .arg(colours.mutedText.name(), name.toHtmlEscaped(), value.toHtmlEscaped());
    }
    document()->setDefaultFont(smallFont());
    setHtml(html + QStringLiteral("</table>"));
}

void RunDetails::showNothing(const QString& text)
{
    setRows(text, {});
}

void RunDetails::showCount(int count, qint64 bytes)
{
    setRows(tr("%n run(s) selected", "", count), {{tr("Size"), QLocale().formattedDataSize(bytes)}});
}

void RunDetails::show(const RunRecord& record)
{
    const QLocale locale;
    QList<QPair<QString, QString>> rows;
    const auto add = [&](const QString& name, const QString& value) {
        if (!value.isEmpty()) {
            rows.append({name, value});
        }
    };
    const auto number = [&](double value, char format, int digits, const QString& unit) {
        return std::isnan(value) ? QString()
                                 : QStringLiteral("%1 %2").arg(locale.toString(value, format, digits), unit).trimmed();
    };
    if (record.isDamaged()) {
        setRows(tr("Damaged run"),
            {{tr("Why"), QString::fromStdString(record.problem)},
                {tr("Folder"), QString::fromStdString(record.folder.string())}});
        return;
    }
    const GenerationRequest& request = record.request;
    add(tr("Policy"),
        QString::fromStdString(request.preset.empty() ? request.policy : request.policy + ", " + request.preset));
    QStringList values;
    for (const auto& [name, value] : request.policyParameters) {
        const QString text = QString::fromStdString(plan::toText(value));
        values += QStringLiteral("%1 = %2").arg(
            QString::fromStdString(name), text.size() > 60 ? text.left(60) + QChar(0x2026) : text);
    }
    add(tr("Settings"), values.join(QStringLiteral(", ")));
    add(tr("Time"), number(record.seconds, 'f', 2, tr("s denoising")));
    add(tr("Time gain against the newest uncached run"), number(record.timeGain, 'f', 2, tr("×")));
    add(tr("FLOPs gain"), number(record.flopsGain, 'f', 2, tr("×")));
    add(tr("PSNR"),
        std::isinf(record.psnrDb) ? tr("identical") : number(record.psnrDb, 'f', 2, tr("dB to the uncached run")));
    add(tr("SSIM"), number(record.ssim, 'f', 4, {}));
    add(tr("Latent error"), number(record.latentError, 'g', 3, {}));
    if (!std::isnan(record.cacheBytes)) {
        add(tr("Cache"), locale.formattedDataSize(static_cast<qint64>(record.cacheBytes)));
    }
    add(tr("FLOPs"),
        std::isnan(record.flops) ? QString() : tr("%1 GFLOP").arg(locale.toString(record.flops / 1e9, 'f', 1)));
    add(tr("Seed"), QString::number(request.seed));
    add(tr("Steps"), QString::number(request.steps));
    add(tr("Guidance"), locale.toString(request.guidanceScale));
    add(tr("Size"), tr("%1 × %2, %3 frames").arg(request.width).arg(request.height).arg(request.frames));
    add(tr("Model"), request.modelPath.empty() ? tr("built in") : QString::fromStdString(request.modelPath));
    add(tr("Sampler"), QString::fromStdString(request.sampler));
    add(tr("Negative"), QString::fromStdString(request.negativePrompt));
    add(tr("Made"), locale.toString(QDateTime::fromSecsSinceEpoch(record.finished), QLocale::ShortFormat));
    add(tr("From"), QString::fromStdString(record.origin.title.empty() ? record.origin.kind : record.origin.title));
    add(tr("On disk"), locale.formattedDataSize(record.bytes));
    add(tr("Folder"), QString::fromStdString(record.id));
    setRows(runCaption(record), rows);
}

void RunDetails::changeEvent(QEvent* event)
{
    QTextBrowser::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        setRows(m_title, m_rows);
    }
}

} // namespace toca::ui
