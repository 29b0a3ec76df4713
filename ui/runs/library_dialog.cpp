// SPDX-License-Identifier: Apache-2.0
#include "ui/runs/library_dialog.h"

#include "ui/theme/theme.h"

#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QVBoxLayout>

namespace toca::ui {

namespace {

constexpr double kGigabyte = 1 << 30;

} // namespace

LibraryDialog::LibraryDialog(const RunStore& store, QWidget* parent)
    : QDialog(parent)
    , m_folder(new QLineEdit(store.folder()))
    , m_quota(new QDoubleSpinBox)
{
    setObjectName("libraryDialog");
    setWindowTitle(tr("Run library"));
    resize(520, 190);
    m_folder->setObjectName("libraryFolder");
    m_folder->setAccessibleName(tr("Folder of the library"));
    auto* browse = new QPushButton(tr("Choose…"));
    connect(browse, &QPushButton::clicked, this, [this] {
        const QString chosen = QFileDialog::getExistingDirectory(this, tr("Folder of the library"), m_folder->text());
        if (!chosen.isEmpty()) {
            m_folder->setText(chosen);
        }
    });
    m_quota->setObjectName("libraryQuota");
    m_quota->setAccessibleName(tr("Largest size of the library"));
    m_quota->setRange(0, 100'000);
    m_quota->setDecimals(1);
    m_quota->setSuffix(tr(" GiB"));
    m_quota->setSpecialValueText(tr("no limit"));
    m_quota->setValue(static_cast<double>(store.quota()) / kGigabyte);
    auto* used = new QLabel(tr("%1 in %2 runs now. Beyond the limit the oldest runs without a star are removed.")
                                .arg(QLocale().formattedDataSize(store.bytes(), 1))
                                .arg(store.records().size()));
    used->setWordWrap(true);
    used->setProperty("muted", true);
    auto* row = new QHBoxLayout;
    row->addWidget(m_folder, 1);
    row->addWidget(browse);
    auto* form = new QFormLayout;
    form->setSpacing(kSpace);
    form->addRow(tr("Folder"), row);
    form->addRow(tr("Size limit"), m_quota);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(form);
    layout->addWidget(used);
    layout->addStretch();
    layout->addWidget(buttons);
}

QString LibraryDialog::folder() const
{
    return m_folder->text().trimmed();
}

qint64 LibraryDialog::quota() const
{
    return static_cast<qint64>(m_quota->value() * kGigabyte);
}

} // namespace toca::ui
