// SPDX-License-Identifier: Apache-2.0
#include "ui/statistics/plot_card.h"

#include "ui/qcustomplot.h"
#include "ui/statistics/figure_file.h"
#include "ui/still_frame.h"
#include "ui/theme/theme.h"

#include <QBuffer>
#include <QClipboard>
#include <QFileDialog>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QMessageBox>
#include <QPdfWriter>
#include <QSvgGenerator>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace toca::ui {

PlotCard::PlotCard(const QString& title, const QString& help, QWidget* parent)
    : QWidget(parent)
    , m_title(title)
    , m_axisName(tr("step"))
    , m_titleLabel(new QLabel(this))
    , m_keyLabel(new QLabel(this))
    , m_valueLabel(new QLabel(this))
    , m_plot(new QCustomPlot(this))
    , m_cursor(new QCPItemStraightLine(m_plot))
{
    m_titleLabel->setToolTip(help);
    m_titleLabel->setTextFormat(Qt::RichText);
    m_keyLabel->setTextFormat(Qt::RichText);
    m_keyLabel->setFont(smallFont());
    m_keyLabel->setTextInteractionFlags(Qt::NoTextInteraction);
    m_valueLabel->setFont(numberFont());
    m_valueLabel->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_plot->setAccessibleName(title);
    m_plot->setAccessibleDescription(help);
    m_plot->setMouseTracking(true);
    m_plot->setMinimumHeight(84);
    m_plot->setFocusPolicy(Qt::StrongFocus);
    m_plot->installEventFilter(this);
    m_plot->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(m_plot, &QWidget::customContextMenuRequested, this, &PlotCard::showMenu);

    // The cursor has a layer of its own: moving it paints nothing else again.
    m_plot->layer(QStringLiteral("overlay"))->setMode(QCPLayer::lmBuffered);
    m_cursor->setLayer(QStringLiteral("overlay"));
    m_cursor->setVisible(false);
    m_plot->plotLayout()->setRowSpacing(0);
    m_plot->axisRect()->setAutoMargins(QCP::msLeft | QCP::msBottom);
    m_plot->axisRect()->setMargins(QMargins(0, 4, 6, 0));
    m_plot->xAxis->setTicker(QSharedPointer<QCPAxisTickerFixed>(new QCPAxisTickerFixed));
    m_plot->xAxis->setSubTicks(false);
    m_plot->yAxis->setSubTicks(false);
    m_plot->xAxis->grid()->setVisible(false);
    m_plot->yAxis->ticker()->setTickCount(4);
    for (QCPAxis* axis : {m_plot->xAxis, m_plot->yAxis}) {
        axis->setTickLength(0, 3);
        axis->setTickLabelFont(smallFont());
        axis->setTickLabelPadding(4);
        axis->setLabelFont(smallFont());
    }

    auto* heading = new QHBoxLayout;
    heading->setSpacing(kSpace);
    heading->addWidget(m_titleLabel);
    heading->addWidget(new StillFrame(m_valueLabel), 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addLayout(heading);
    layout->addWidget(new StillFrame(m_keyLabel));
    layout->addWidget(m_plot, 1);
    setTitle(title);
    applyColours(theme());
}

void PlotCard::setTitle(const QString& title)
{
    m_title = title;
    QString text = QStringLiteral("<b>%1</b>").arg(title.toHtmlEscaped());
    if (!m_unit.isEmpty()) {
        text +=
            QStringLiteral(" <span style='color:%1'>%2</span>").arg(theme().mutedText.name(), m_unit.toHtmlEscaped());
    }
    m_titleLabel->setText(text);
    m_plot->setAccessibleName(title);
}

void PlotCard::setUnit(const QString& unit)
{
    if (unit != m_unit) {
        m_unit = unit;
        setTitle(m_title);
    }
}

void PlotCard::setKey(const std::vector<Key>& key)
{
    m_key = key;
    showKey();
}

void PlotCard::showKey()
{
    const bool inside = m_cursorStep >= 0 && m_cursorStep < m_steps;
    const QStringList values = inside && m_keyValues ? m_keyValues(m_cursorStep) : QStringList();
    QStringList entries;
    for (std::size_t i = 0; i < m_key.size(); ++i) {
        const Key& entry = m_key[i];
        const QString sign = entry.sign == Key::Sign::Block ? QStringLiteral("■")
            : entry.sign == Key::Sign::Line                 ? QStringLiteral("—")
                                                            : QStringLiteral("╌");
        const QString name = values.isEmpty() || entry.shortText.isEmpty() ? entry.text : entry.shortText;
        QString text = QStringLiteral("<span style='color:%1'>%2</span>&nbsp;<span style='color:%3'>%4</span>")
                           .arg(entry.colour.name(), sign, theme().mutedText.name(), name.toHtmlEscaped());
        if (const QString value = values.value(static_cast<qsizetype>(i)); !value.isEmpty()) {
            text += QStringLiteral("&nbsp;%1").arg(value.toHtmlEscaped());
        }
        entries << text;
    }
    m_keyLabel->setText(entries.join(QStringLiteral("&ensp; ")));
}

void PlotCard::setRecolour(std::function<void(const Theme&)> recolour)
{
    m_recolour = std::move(recolour);
    applyColours(theme());
}

void PlotCard::applyColours(const Theme& colours)
{
    m_plot->setBackground(QBrush(colours.panel));
    for (QCPAxis* axis : {m_plot->xAxis, m_plot->yAxis}) {
        axis->setBasePen(QPen(colours.border, 1));
        axis->setTickPen(QPen(colours.border, 1));
        axis->setTickLabelColor(colours.mutedText);
        axis->setLabelColor(colours.mutedText);
        axis->grid()->setPen(QPen(colours.grid, 1));
        axis->grid()->setZeroLinePen(QPen(colours.border, 1));
    }
    m_plot->yAxis->setBasePen(Qt::NoPen);
    if (m_plot->hasFocus()) {
        m_plot->xAxis->setBasePen(QPen(colours.accent, 2));
    }
    m_cursor->setPen(QPen(colours.cursor, 1));
    if (m_recolour) {
        m_recolour(colours);
    }
}

void PlotCard::setSteps(int steps)
{
    m_steps = std::max(steps, 0);
    m_plot->xAxis->setRange(-0.5, std::max(m_steps, 1) - 0.5);
    updateTicks();
}

void PlotCard::updateTicks()
{
    const int room = std::max(m_plot->width() / 36, 2);
    int stride = 1;
    for (const int candidate : {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10'000, 100'000}) {
        stride = candidate;
        if (m_steps / candidate <= room) {
            break;
        }
    }
    m_plot->xAxis->ticker().staticCast<QCPAxisTickerFixed>()->setTickStep(stride);
}

void PlotCard::setCursorStep(int step)
{
    const bool inside = step >= 0 && step < m_steps;
    if (step != m_cursorStep) {
        m_cursorStep = step;
        m_cursor->setVisible(inside);
        m_cursor->point1->setCoords(step, 0);
        m_cursor->point2->setCoords(step, 1);
        if (isVisible()) {
            m_plot->layer(QStringLiteral("overlay"))->replot();
        }
    }
    showValue();
}

QString PlotCard::valueText() const
{
    return m_valueLabel->text();
}

void PlotCard::showValue()
{
    const bool inside = m_cursorStep >= 0 && m_cursorStep < m_steps;
    m_valueLabel->setText(inside && m_valueText ? m_valueText(m_cursorStep) : QString());
    if (m_keyValues) {
        showKey();
    }
}

void PlotCard::replotLater()
{
    showValue();
    if (isVisible()) {
        m_plot->replot(QCustomPlot::rpQueuedReplot);
    } else {
        m_stale = true;
    }
}

void PlotCard::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    if (m_stale) {
        m_stale = false;
        m_plot->replot(QCustomPlot::rpQueuedReplot);
    }
}

bool PlotCard::eventFilter(QObject* watched, QEvent* event)
{
    if (watched != m_plot) {
        return QWidget::eventFilter(watched, event);
    }
    switch (event->type()) {
    case QEvent::MouseMove:
    case QEvent::MouseButtonPress: {
        const auto* mouse = static_cast<QMouseEvent*>(event);
        const int step = static_cast<int>(std::lround(m_plot->xAxis->pixelToCoord(mouse->position().x())));
        const bool inside = step >= 0 && step < m_steps;
        if (event->type() == QEvent::MouseMove) {
            Q_EMIT stepHovered(inside ? step : -1);
        } else if (inside && mouse->button() == Qt::LeftButton) {
            Q_EMIT stepActivated(step);
        }
        break;
    }
    case QEvent::Leave:
        Q_EMIT stepHovered(-1);
        break;
    case QEvent::FocusIn:
    case QEvent::FocusOut:
        applyColours(theme());
        replotLater();
        break;
    case QEvent::KeyPress:
        if (onKey(*static_cast<QKeyEvent*>(event))) {
            return true;
        }
        break;
    default:
        break;
    }
    return QWidget::eventFilter(watched, event);
}

bool PlotCard::onKey(QKeyEvent& event)
{
    if (event.matches(QKeySequence::Copy)) {
        copy();
        return true;
    }
    const auto moveTo = [this](int step) {
        if (m_steps > 0) {
            setCursorStep(std::clamp(step, 0, m_steps - 1));
            Q_EMIT stepHovered(m_cursorStep);
        }
    };
    switch (event.key()) {
    case Qt::Key_Left:
        moveTo(m_cursorStep < 0 ? m_steps - 1 : m_cursorStep - 1);
        return true;
    case Qt::Key_Right:
        moveTo(m_cursorStep + 1);
        return true;
    case Qt::Key_Home:
        moveTo(0);
        return true;
    case Qt::Key_End:
        moveTo(m_steps - 1);
        return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (m_cursorStep >= 0) {
            Q_EMIT stepActivated(m_cursorStep);
        }
        return true;
    default:
        return false;
    }
}

QString PlotCard::help() const
{
    return m_titleLabel->toolTip();
}

void PlotCard::copy() const
{
    const QString value = valueText();
    QGuiApplication::clipboard()->setText(value.isEmpty() ? QString::fromUtf8(table()) : m_title + ", " + value);
}

void PlotCard::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange) {
        applyColours(theme());
        setTitle(m_title);
        replotLater();
    }
    QWidget::changeEvent(event);
}

void PlotCard::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    updateTicks();
}

void PlotCard::showMenu(const QPoint& position)
{
    QMenu menu(this);
    menu.addAction(
        valueText().isEmpty() ? tr("Copy table") : tr("Copy value"), QKeySequence::Copy, this, &PlotCard::copy);
    menu.addSeparator();
    for (const char* suffix : {"png", "svg", "pdf", "csv"}) {
        menu.addAction(tr("Export as %1…").arg(QString::fromLatin1(suffix).toUpper()), this,
            [this, suffix] { askAndExport(QLatin1String(suffix)); });
    }
    menu.exec(m_plot->mapToGlobal(position));
}

void PlotCard::askAndExport(const QString& suffix)
{
    QString name = m_title.toLower();
    name.replace(QLatin1Char(' '), QLatin1Char('-'));
    const QString path = QFileDialog::getSaveFileName(
        this, tr("Export “%1”").arg(m_title), name + QLatin1Char('.') + suffix, QStringLiteral("*.%1").arg(suffix));
    if (path.isEmpty()) {
        return;
    }
    if (const QString problem = exportTo(path); !problem.isEmpty()) {
        QMessageBox::warning(this, tr("Export “%1”").arg(m_title), problem);
    }
}

void PlotCard::paintFigure(QPaintDevice& device, const QSizeF& size, const Theme& colours, const QFont& font)
{
    // With the labels that the card shows outside of the plot, and without the cursor.
    const bool cursorShown = m_cursor->visible();
    const auto setFonts = [this](const QFont& used) {
        for (QCPAxis* axis : {m_plot->xAxis, m_plot->yAxis}) {
            axis->setTickLabelFont(used);
            axis->setLabelFont(used);
        }
    };
    m_cursor->setVisible(false);
    applyColours(colours);
    setFonts(font);
    m_plot->xAxis->setLabel(m_axisName);
    m_plot->yAxis->setLabel(m_unit.isEmpty() ? m_title : tr("%1, %2").arg(m_title, m_unit));
    QCPPainter painter;
    painter.begin(&device);
    painter.setMode(QCPPainter::pmVectorized);
    painter.setMode(QCPPainter::pmNoCaching);
    m_plot->toPainter(
        &painter, static_cast<int>(std::lround(size.width())), static_cast<int>(std::lround(size.height())));
    painter.end();
    m_plot->xAxis->setLabel({});
    m_plot->yAxis->setLabel({});
    setFonts(smallFont());
    m_cursor->setVisible(cursorShown);
    applyColours(theme());
    replotLater();
}

QByteArray PlotCard::vectorFigure(bool pdf)
{
    const QSize size(std::max(m_plot->width(), 480), std::max(m_plot->height(), 240));
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    const Theme& paper = themeFor(false); // a figure for paper is light whatever the window is
    if (pdf) {
        QPdfWriter writer(&buffer);
        constexpr int kDotsPerInch = 96;
        writer.setResolution(kDotsPerInch);
        writer.setPageSize(QPageSize(QSizeF(size) * 72.0 / kDotsPerInch, QPageSize::Point, {}, QPageSize::ExactMatch));
        writer.setPageMargins(QMarginsF(0, 0, 0, 0));
        writer.setTitle(m_title);
        paintFigure(writer, size, paper, smallFont());
    } else {
        QSvgGenerator generator;
        generator.setOutputDevice(&buffer);
        generator.setSize(size);
        generator.setViewBox(QRect({0, 0}, size));
        generator.setTitle(m_title);
        paintFigure(generator, size, paper, smallFont());
    }
    return bytes;
}

QString PlotCard::exportTo(const QString& path)
{
    const QString suffix = path.section(QLatin1Char('.'), -1).toLower();
    if (suffix == QLatin1String("csv")) {
        return writeBytes(path, m_table ? m_table() : QByteArray());
    }
    if (suffix == QLatin1String("svg") || suffix == QLatin1String("pdf")) {
        return writeBytes(path, vectorFigure(suffix == QLatin1String("pdf")));
    }
    if (suffix == QLatin1String("png")) {
        m_plot->replot();
        return writePicture(path, grab().toImage());
    }
    return tr("%1: a plot is written as .png, .svg, .pdf or .csv; choose one of these endings.").arg(path);
}

} // namespace toca::ui
