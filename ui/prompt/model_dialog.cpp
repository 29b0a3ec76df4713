// SPDX-License-Identifier: Apache-2.0
#include "ui/prompt/model_dialog.h"

#include "ui/elided_label.h"
#include "ui/prompt/system_memory.h"
#include "ui/theme/theme.h"

#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTableWidget>
#include <QVBoxLayout>

namespace toca::ui {

namespace {

QTableWidget* partsTable(const ModelInfo& model)
{
    auto* table = new QTableWidget(static_cast<int>(model.parts.size()), 5);
    table->setHorizontalHeaderLabels({ModelDialog::tr("Part"), ModelDialog::tr("Kind"), ModelDialog::tr("Parameters"),
        ModelDialog::tr("On disk"), ModelDialog::tr("Numbers")});
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->verticalHeader()->hide();
    table->setShowGrid(false);
    table->setFocusPolicy(Qt::NoFocus); // nothing in it can be chosen
    table->setSelectionMode(QAbstractItemView::NoSelection);
    table->horizontalHeader()->setHighlightSections(false);
    table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    for (const int column : {2, 3}) {
        table->horizontalHeaderItem(column)->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
    }
    table->setAccessibleName(ModelDialog::tr("Parts of the model"));
    int row = 0;
    for (const ModelPart& part : model.parts) {
        const QString cells[]{QString::fromStdString(part.name), QString::fromStdString(part.type),
            shortCount(static_cast<double>(part.parameters)), dataSize(part.bytes), QString::fromStdString(part.dtype)};
        int column = 0;
        for (const QString& text : cells) {
            auto* item = new QTableWidgetItem(text);
            item->setTextAlignment((column == 2 || column == 3 ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
            table->setItem(row, column++, item);
        }
        ++row;
    }
    table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    table->horizontalHeader()->setStretchLastSection(true);
    return table;
}

} // namespace

ModelDialog::ModelDialog(const ModelInfo& model, std::int64_t cacheBytes, QWidget* parent)
    : QDialog(parent)
{
    setWindowTitle(tr("Model: %1").arg(QString::fromStdString(model.name)));
    resize(620, 400);
    auto* heading = new ElidedLabel(this, Qt::ElideMiddle);
    heading->setText(QString::fromStdString(model.name));
    heading->setProperty("value", true);
    QString facts = tr("%1, %2 parameters, %3 on disk, made for %4 × %5 pixels")
                        .arg(QString::fromStdString(model.family), shortCount(static_cast<double>(model.parameters())),
                            dataSize(model.bytes()))
                        .arg(model.width)
                        .arg(model.height);
    facts += model.frames == 1 ? tr(", still pictures") : tr(" and %1 frames").arg(model.frames);
    if (!model.takesPrompt) {
        facts += tr(" of %1 classes").arg(model.shape.classes);
    }
    auto* family = new QLabel(facts);
    family->setProperty("muted", true);
    family->setWordWrap(true);

    auto* path = new ElidedLabel(this, Qt::ElideMiddle);
    path->setText(model.path.empty() ? tr("built into this program") : QString::fromStdString(model.path));
    path->setProperty("muted", true);

    const std::int64_t wanted = model.bytes() + cacheBytes;
    const std::int64_t available = availableMemory();
    const bool fits = available == 0 || wanted < available;
    auto* memory = new QLabel(
        tr("Memory: %1 for the weights and %2 for the cache of the present policy, and room to compute in. %3")
            .arg(dataSize(model.bytes()), dataSize(cacheBytes),
                available == 0 ? tr("This system doesn't tell what is free.")
                    : fits     ? tr("This machine has %1 free.").arg(dataSize(available))
                               : tr("This machine has only %1 free: runs will be refused until memory is freed.")
                                 .arg(dataSize(available))));
    memory->setWordWrap(true);
    memory->setProperty(fits ? "muted" : "warningText", true);

    auto* buttons = new QDialogButtonBox;
    QPushButton* use = buttons->addButton(tr("Use this model"), QDialogButtonBox::AcceptRole);
    use->setProperty("primary", true);
    buttons->addButton(QDialogButtonBox::Cancel)->setIcon({});
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kWideSpace, kWideSpace, kWideSpace, kWideSpace);
    layout->setSpacing(kSpace);
    layout->addWidget(heading);
    layout->addWidget(family);
    layout->addWidget(path);
    layout->addWidget(partsTable(model), 1);
    layout->addWidget(memory);
    if (!model.notice.empty()) {
        auto* notice = new QLabel(QString::fromStdString(model.notice));
        notice->setWordWrap(true);
        layout->addWidget(notice);
    }
    layout->addWidget(buttons);
}

} // namespace toca::ui
