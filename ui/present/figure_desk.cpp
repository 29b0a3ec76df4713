// SPDX-License-Identifier: Apache-2.0
#include "ui/present/figure_desk.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QMessageBox>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QVBoxLayout>

#include <algorithm>

namespace toca::ui {

namespace {

constexpr double kPixelsPerMillimetre = 96 / 25.4;

} // namespace

FigureDesk::FigureDesk(std::vector<Figure> figures, QWidget* parent)
    : QDialog(parent)
    , m_figures(std::move(figures))
    , m_list(new QListWidget(this))
    , m_preview(new QLabel(this))
    , m_width(new QDoubleSpinBox(this))
    , m_height(new QDoubleSpinBox(this))
    , m_unit(new QComboBox(this))
    , m_font(new QDoubleSpinBox(this))
    , m_theme(new QComboBox(this))
    , m_dots(new QSpinBox(this))
    , m_kind(new QComboBox(this))
    , m_twin(new QCheckBox(tr("Numbers beside it (CSV)"), this))
    , m_note(new QLabel(this))
{
    setWindowTitle(tr("Figure desk"));
    resize(980, 620);
    m_list->setObjectName("figures");
    m_list->setAccessibleName(tr("Figures"));
    m_list->setMaximumWidth(220);
    for (const Figure& figure : m_figures)
        m_list->addItem(figure.title);
    m_preview->setAlignment(Qt::AlignCenter);
    m_preview->setMinimumSize(320, 240);
    m_preview->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Ignored);
    m_preview->setAccessibleName(tr("Preview of the figure"));
    m_preview->setObjectName("figurePreview");
    m_unit->addItems({tr("mm"), tr("px")});
    m_unit->setObjectName("unit");
    m_unit->setAccessibleName(tr("Unit of the size"));
    for (QDoubleSpinBox* side : {m_width, m_height}) {
        side->setDecimals(0);
        side->setRange(20, 4000);
    }
    m_width->setObjectName("figureWidth");
    m_height->setObjectName("figureHeight");
    m_width->setAccessibleName(tr("Width"));
    m_height->setAccessibleName(tr("Height"));
    m_font->setObjectName("figureFont");
    m_font->setRange(4, 36);
    m_font->setDecimals(1);
    m_font->setValue(8);
    m_font->setSuffix(tr(" pt"));
    m_theme->setObjectName("figureTheme");
    m_theme->addItems({tr("Light, for paper"), tr("Dark, for slides")});
    m_dots->setObjectName("figureDots");
    m_dots->setRange(72, 1200);
    m_dots->setValue(300);
    m_dots->setSuffix(tr(" dpi"));
    m_dots->setToolTip(tr("Dots per inch of PNG pictures; SVG and PDF have none"));
    m_kind->setObjectName("figureKind");
    m_kind->addItems({QStringLiteral("PDF"), QStringLiteral("SVG"), QStringLiteral("PNG")});
    m_twin->setObjectName("csvTwin");
    m_twin->setChecked(true);
    m_twin->setToolTip(tr("Writes the table that the figure was drawn from under the same name"));
    m_note->setProperty("muted", true);
    m_note->setWordWrap(true);

    auto* size = new QHBoxLayout;
    size->addWidget(m_width);
    size->addWidget(new QLabel(QStringLiteral("×"), this));
    size->addWidget(m_height);
    size->addWidget(m_unit);
    auto* form = new QFormLayout;
    form->addRow(tr("Size"), size);
    form->addRow(tr("Font"), m_font);
    form->addRow(tr("Theme"), m_theme);
    form->addRow(tr("File"), m_kind);
    form->addRow(tr("Resolution"), m_dots);
    form->addRow(m_twin);
    auto* exporting = new QPushButton(tr("Export…"), this);
    exporting->setObjectName("exportFigure");
    exporting->setDefault(true);
    auto* closing = new QPushButton(tr("Close"), this);
    auto* buttons = new QHBoxLayout;
    buttons->addStretch();
    buttons->addWidget(closing);
    buttons->addWidget(exporting);
    auto* settings = new QVBoxLayout;
    settings->addLayout(form);
    settings->addWidget(m_note);
    settings->addStretch();
    settings->addLayout(buttons);
    auto* settingsBox = new QWidget(this);
    settingsBox->setLayout(settings);
    settingsBox->setFixedWidth(320);
    auto* layout = new QHBoxLayout(this);
    layout->setSpacing(kWideSpace);
    layout->addWidget(m_list);
    layout->addWidget(m_preview, 1);
    layout->addWidget(settingsBox);

    connect(m_list, &QListWidget::currentRowChanged, this, &FigureDesk::onFigureChanged);
    connect(m_unit, &QComboBox::currentIndexChanged, this, &FigureDesk::onUnitChanged);
    for (QDoubleSpinBox* number : {m_width, m_height, m_font})
        connect(number, &QDoubleSpinBox::valueChanged, this, &FigureDesk::showPreview);
    connect(m_theme, &QComboBox::currentIndexChanged, this, &FigureDesk::showPreview);
    connect(m_dots, &QSpinBox::valueChanged, this, &FigureDesk::showPreview);
    connect(m_kind, &QComboBox::currentIndexChanged, this, [this](int kind) {
        m_dots->setEnabled(kind == 2);
        showPreview();
    });
    m_dots->setEnabled(false);
    connect(exporting, &QPushButton::clicked, this, &FigureDesk::askAndExport);
    connect(closing, &QPushButton::clicked, this, &QDialog::reject);
    m_list->setCurrentRow(0);
}

double FigureDesk::perUnit() const
{
    return m_unit->currentIndex() == 0 ? kPixelsPerMillimetre : 1.0;
}

void FigureDesk::onUnitChanged()
{
    // The same size in the other unit.
    const double factor = (m_lastUnit == 0 ? kPixelsPerMillimetre : 1.0) / perUnit();
    m_lastUnit = m_unit->currentIndex();
    const QSignalBlocker quietWidth(m_width), quietHeight(m_height);
    m_width->setValue(m_width->value() * factor);
    m_height->setValue(m_height->value() * factor);
    showPreview();
}

void FigureDesk::onFigureChanged()
{
    if (const Figure* chosen = figure()) {
        const QSignalBlocker quietWidth(m_width), quietHeight(m_height);
        m_width->setValue(chosen->naturalSize.width() / perUnit());
        m_height->setValue(chosen->naturalSize.height() / perUnit());
    }
    showPreview();
}

const Figure* FigureDesk::figure() const
{
    const int row = m_list->currentRow();
    return row >= 0 && static_cast<std::size_t>(row) < m_figures.size() ? &m_figures[static_cast<std::size_t>(row)]
                                                                        : nullptr;
}

FigureFormat FigureDesk::format() const
{
    FigureFormat format;
    format.size = QSizeF(m_width->value(), m_height->value()) * perUnit();
    format.fontPoints = m_font->value();
    format.dark = m_theme->currentIndex() == 1;
    format.dotsPerInch = m_dots->value();
    format.csvTwin = m_twin->isChecked();
    return format;
}

void FigureDesk::showPreview()
{
    const Figure* chosen = figure();
    if (!chosen)
        return;
    const FigureFormat wanted = format();
    const QSizeF room = m_preview->size();
    const double scale = std::min(room.width() / wanted.size.width(), room.height() / wanted.size.height());
    const double ratio = devicePixelRatioF();
    QImage image = figurePreview(*chosen, wanted, std::max(40, static_cast<int>(wanted.size.width() * scale * ratio)));
    image.setDevicePixelRatio(ratio);
    m_preview->setPixmap(QPixmap::fromImage(image));
    const QSizeF millimetres = wanted.size / kPixelsPerMillimetre;
    QString note = tr("%1 × %2 mm").arg(millimetres.width(), 0, 'f', 0).arg(millimetres.height(), 0, 'f', 0);
    if (m_kind->currentIndex() == 2)
        note += tr(", %1 × %2 pixels")
                    .arg(wanted.size.width() * wanted.dotsPerInch / 96, 0, 'f', 0)
                    .arg(wanted.size.height() * wanted.dotsPerInch / 96, 0, 'f', 0);
    m_note->setText(note);
}

void FigureDesk::resizeEvent(QResizeEvent* event)
{
    QDialog::resizeEvent(event);
    showPreview();
}

QString FigureDesk::exportTo(const QString& path) const
{
    const Figure* chosen = figure();
    return chosen ? writeFigure(*chosen, path, format()) : tr("There is no figure to export yet.");
}

void FigureDesk::askAndExport()
{
    const Figure* chosen = figure();
    if (!chosen)
        return;
    const QString suffix = m_kind->currentText().toLower();
    QFileDialog dialog(this, tr("Export “%1”").arg(chosen->title), {}, QStringLiteral("*.%1").arg(suffix));
    dialog.setAcceptMode(QFileDialog::AcceptSave);
    dialog.setDefaultSuffix(suffix);
    dialog.selectFile(chosen->name + QLatin1Char('.') + suffix);
    if (dialog.exec() != QDialog::Accepted || dialog.selectedFiles().isEmpty())
        return;
    const QString path = dialog.selectedFiles().front();
    if (const QString problem = exportTo(path); !problem.isEmpty())
        QMessageBox::warning(this, tr("Figure desk"), problem);
    else
        Q_EMIT exported(path);
}

} // namespace toca::ui
