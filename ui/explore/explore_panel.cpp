// SPDX-License-Identifier: Apache-2.0
#include "ui/explore/explore_panel.h"

#include "ui/elided_label.h"
#include "ui/explore/free_ticker.h"
#include "ui/runs/run_list_model.h"
#include "ui/statistics/plot_card.h"
#include "ui/statistics/plot_parts.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

#include <QComboBox>
#include <QFrame>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLocale>
#include <QPointer>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include <cmath>
#include <set>

namespace toca::ui {

using library::RunRecord;

namespace {

constexpr double kReach = 14; // logical pixels around a point
constexpr int kNarrowest = 330, kLowest = 200; ///< pixels; a wide panel would widen the whole window
constexpr int kSideBySide = 520; ///< below this width the tuner stands under the chart
constexpr int kSideWidth = 240; ///< of the tuner beside the chart
constexpr int kChartHeight = 170; ///< what is lower scrolls
constexpr int kPopupPicture = 112;

QString unitOf(CostAxis axis)
{
    return axis == CostAxis::Seconds ? ExplorePanel::tr("s")
        : axis == CostAxis::Flops    ? ExplorePanel::tr("GFLOP")
                                     : ExplorePanel::tr("MiB");
}

QString settingText(const GenerationRequest& request)
{
    QString text =
        QString::fromStdString(request.preset.empty() ? request.policy : request.policy + ":" + request.preset);
    for (const auto& [name, value] : request.policyParameters) {
        text += QStringLiteral(", %1 = %2")
                    .arg(QString::fromStdString(name), QString::fromStdString(plan::toText(value)).left(30));
    }
    return text;
}

QByteArray quoted(const QString& text)
{
    return '"' + QString(text).replace(QLatin1Char('"'), QLatin1String("\"\"")).toUtf8() + '"';
}

} // namespace

ExplorePanel::ExplorePanel(RunStore& store, QWidget* parent)
    : QWidget(parent)
    , m_store(store)
    , m_cost(new QComboBox)
    , m_fidelity(new QComboBox)
    , m_scope(new QComboBox)
    , m_card(new PlotCard(tr("Cost and fidelity"),
          tr("Each point is a cached run of the library that was compared with its uncached run. Points on the line "
             "are "
             "beaten by no other: whatever costs less is further from the uncached run.")))
    , m_text(new ElidedLabel)
    , m_use(new QPushButton(tr("Use these settings")))
    , m_popup(new QFrame(this))
    , m_picture(new QLabel)
    , m_caption(new QLabel)
    , m_bar(new QGridLayout)
    , m_below(new QBoxLayout(QBoxLayout::LeftToRight))
    , m_row(new QHBoxLayout)
{
    setObjectName("explorePanel");
    m_cost->setObjectName("exploreCost");
    m_cost->setAccessibleName(tr("Cost"));
    m_cost->addItems({tr("Time"), tr("FLOPs"), tr("Cache memory")});
    m_cost->setToolTip(
        tr("What a run costs: seconds of the denoising loop, counted FLOPs, or the most that the cache held"));
    m_fidelity->setObjectName("exploreFidelity");
    m_fidelity->setAccessibleName(tr("Fidelity"));
    m_fidelity->addItems({tr("PSNR"), tr("SSIM"), tr("Latent error")});
    m_fidelity->setToolTip(tr("How near a run is to its own uncached run"));
    m_scope->setObjectName("exploreScope");
    m_scope->setAccessibleName(tr("Runs shown"));
    m_scope->setToolTip(tr("Which runs are points: all of this model, those of the present prompt, seed and size, or "
                           "those of one job"));
    // Narrow, because the window is as wide as its widest dock.
    for (QComboBox* box : {m_cost, m_fidelity, m_scope}) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(5);
    }
    auto* sweep = new QPushButton(tr("Sweep…"));
    sweep->setObjectName("exploreSweep");
    sweep->setToolTip(tr("Run any two parameters, or several policies, through the queue"));
    m_use->setObjectName("exploreUse");
    m_use->setToolTip(tr("Take the caching of the selected run into the panel (U)"));
    m_use->setEnabled(false);
    m_text->setObjectName("exploreText");
    m_text->setFont(smallFont());
    m_text->setProperty("muted", true);
    m_text->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);

    QCustomPlot& plot = m_card->plot();
    plot.setObjectName("explorePlot");
    plot.xAxis->setTicker(QSharedPointer<QCPAxisTicker>(new FreeTicker(*plot.xAxis)));
    plot.xAxis->grid()->setVisible(true);
    plot.setFocusPolicy(Qt::StrongFocus);
    m_front = plot.addGraph();
    m_all = plot.addGraph();
    m_mark = plot.addGraph();
    m_front->setLineStyle(QCPGraph::lsLine);
    m_all->setLineStyle(QCPGraph::lsNone);
    m_mark->setLineStyle(QCPGraph::lsNone);
    m_card->setRecolour([this](const Theme& colours) {
        m_all->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, colours.reused, colours.reused, 6));
        m_front->setPen(QPen(colours.computed, 1.5));
        m_front->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, colours.computed, colours.computed, 8));
        m_mark->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssCircle, QPen(colours.accent, 2), Qt::NoBrush, 13));
        m_card->setKey({{colours.computed, tr("beaten by no other"), PlotCard::Key::Sign::Line},
            {colours.reused, tr("other runs")}});
    });
    m_card->setTable([this] { return csv(); });
    plot.installEventFilter(this);

    m_popup->setObjectName("explorePopup");
    m_popup->setProperty("card", true);
    m_popup->setAttribute(Qt::WA_TransparentForMouseEvents);
    auto* popupLayout = new QVBoxLayout(m_popup);
    popupLayout->setContentsMargins(6, 6, 6, 6);
    popupLayout->setSpacing(kHalfSpace);
    m_caption->setFont(smallFont());
    m_caption->setWordWrap(true);
    m_caption->setFixedWidth(2 * kPopupPicture);
    popupLayout->addWidget(m_picture);
    popupLayout->addWidget(m_caption);
    m_popup->hide();

    m_bar->setSpacing(kHalfSpace);
    m_bar->addWidget(m_cost, 0, 0);
    m_bar->addWidget(m_fidelity, 0, 1);
    m_bar->addWidget(m_scope, 0, 2);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(sweep);
    buttons->addWidget(m_use);
    m_below->addWidget(m_text, 1);
    m_below->addLayout(buttons);
    auto* left = new QVBoxLayout;
    left->setSpacing(kHalfSpace);
    left->addLayout(m_bar);
    left->addWidget(m_card, 1);
    left->addLayout(m_below);
    m_row->setContentsMargins(kSpace, kHalfSpace, kSpace, kHalfSpace);
    m_row->setSpacing(kSpace);
    m_row->addLayout(left, 1);
    for (QComboBox* box : {m_cost, m_fidelity, m_scope}) {
        box->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    }
    m_card->setMinimumHeight(kChartHeight);
    auto* scroll = new QScrollArea(this);
    scroll->setAccessibleName(tr("Cost and fidelity"));
    auto* page = new QWidget;
    page->setLayout(m_row);
    scroll->setWidget(page);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->addWidget(scroll);
    m_popup->raise();

    for (QComboBox* box : {m_cost, m_fidelity, m_scope}) {
        connect(box, &QComboBox::currentIndexChanged, this, &ExplorePanel::fill);
    }
    connect(sweep, &QPushButton::clicked, this, &ExplorePanel::sweepRequested);
    connect(m_use, &QPushButton::clicked, this, [this] {
        if (m_selected >= 0) {
            Q_EMIT settingsRequested(QString::fromStdString(m_points[static_cast<std::size_t>(m_selected)].record->id));
        }
    });
    connect(&store, &RunStore::changed, this, [this] {
        m_isStale = true;
        if (isVisible()) {
            fillScopes();
        }
    });
    fillScopes();
}

void ExplorePanel::setSideWidget(QWidget* widget)
{
    m_side = widget;
    m_row->addWidget(widget);
    arrange();
}

QSize ExplorePanel::minimumSizeHint() const
{
    return {kNarrowest, kLowest};
}

void ExplorePanel::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    arrange();
}

void ExplorePanel::arrange()
{
    const bool isNarrow = width() < kSideBySide;
    m_row->setDirection(isNarrow ? QBoxLayout::TopToBottom : QBoxLayout::LeftToRight);
    m_below->setDirection(isNarrow ? QBoxLayout::TopToBottom : QBoxLayout::LeftToRight);
    m_use->setText(isNarrow ? tr("Use") : tr("Use these settings"));
    m_bar->removeWidget(m_scope);
    m_bar->addWidget(m_scope, isNarrow ? 1 : 0, isNarrow ? 0 : 2, 1, isNarrow ? 2 : 1);
    for (int column = 0; column < 3; ++column) {
        m_bar->setColumnStretch(column, column == 2 ? (isNarrow ? 0 : 4) : 3);
    }
    if (m_side) {
        m_side->setMaximumWidth(isNarrow ? QWIDGETSIZE_MAX : kSideWidth);
    }
}

void ExplorePanel::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    if (m_isStale) {
        fillScopes();
    }
}

void ExplorePanel::setRequest(const GenerationRequest& request)
{
    const bool isOther = library::baselineKey(request) != library::baselineKey(m_request);
    m_request = request;
    if (isOther && isVisible()) {
        fill();
    } else if (isOther) {
        m_isStale = true;
    }
}

void ExplorePanel::fillScopes()
{
    m_isStale = false;
    const QVariant chosen = m_scope->currentData();
    const QSignalBlocker blocker(m_scope);
    m_scope->clear();
    m_scope->addItem(tr("This model"), QStringLiteral("model"));
    m_scope->addItem(tr("This request"), QStringLiteral("request"));
    std::set<std::string> groups;
    for (const RunRecord& record : m_store.records()) {
        const auto& origin = record.origin;
        if (!origin.group.empty() && groups.insert(origin.group).second) {
            const QString title = QString::fromStdString(origin.title);
            m_scope->addItem(origin.kind == "race" ? tr("A race")
                    : title.isEmpty()              ? tr("A job")
                                                   : title,
                QStringLiteral("group ") + QString::fromStdString(origin.group));
        }
    }
    m_scope->setCurrentIndex(std::max(0, m_scope->findData(chosen)));
    fill();
}

bool ExplorePanel::isWanted(const RunRecord& record) const
{
    const QString scope = m_scope->currentData().toString();
    if (scope == QLatin1String("model")) {
        return record.request.modelPath == m_request.modelPath;
    }
    if (scope == QLatin1String("request")) {
        return record.baselineKey == library::baselineKey(m_request);
    }
    return scope == QStringLiteral("group ") + QString::fromStdString(record.origin.group);
}

void ExplorePanel::fill()
{
    const std::string selected =
        m_selected >= 0 ? m_points[static_cast<std::size_t>(m_selected)].record->id : std::string();
    hover(-1);
    const auto cost = static_cast<CostAxis>(m_cost->currentIndex());
    const auto fidelity = static_cast<FidelityAxis>(m_fidelity->currentIndex());
    m_records = m_store.records(); // the points lead into them
    m_points = paretoPoints(m_records, cost, fidelity, [this](const RunRecord& record) { return isWanted(record); });
    m_selected = -1;
    QVector<double> x, y, frontX, frontY;
    for (std::size_t index = 0; index < m_points.size(); ++index) {
        const ParetoPoint& point = m_points[index];
        (point.isOnFront ? frontX : x) << point.cost;
        (point.isOnFront ? frontY : y) << point.fidelity;
        if (point.record->id == selected) {
            m_selected = static_cast<int>(index);
        }
    }
    m_all->setData(x, y);
    m_front->setData(frontX, frontY);
    QCustomPlot& plot = m_card->plot();
    if (!m_points.empty()) {
        const auto range = [](double low, double high) {
            const double room = std::max(high - low, std::abs(high) * 0.02 + 1e-9);
            return QCPRange(low - 0.08 * room, high + 0.08 * room);
        };
        const auto [low, high] = std::minmax_element(m_points.begin(), m_points.end(),
            [](const ParetoPoint& a, const ParetoPoint& b) { return a.fidelity < b.fidelity; });
        plot.xAxis->setRange(range(m_points.front().cost, m_points.back().cost));
        plot.yAxis->setRange(range(low->fidelity, high->fidelity));
    }
    m_card->setTitle(m_fidelity->currentText());
    m_card->setUnit(fidelity == FidelityAxis::Psnr  ? tr("dB")
            : fidelity == FidelityAxis::LatentError ? tr("%")
                                                    : QString());
    m_card->setAxisName(tr("%1, %2").arg(m_cost->currentText(), unitOf(cost)));
    plot.xAxis->setLabel(m_card->axisName());
    select(m_selected);
}

void ExplorePanel::select(int index)
{
    m_selected = index >= 0 && static_cast<std::size_t>(index) < m_points.size() ? index : -1;
    m_mark->setData({}, {});
    if (m_selected >= 0) {
        const ParetoPoint& point = m_points[static_cast<std::size_t>(m_selected)];
        m_mark->addData(point.cost, point.fidelity);
    }
    m_use->setEnabled(m_selected >= 0);
    showText();
    m_card->replotLater();
}

void ExplorePanel::showText()
{
    const int shown = m_hovered >= 0 ? m_hovered : m_selected;
    if (shown >= 0) {
        const RunRecord& record = *m_points[static_cast<std::size_t>(shown)].record;
        m_text->setText(
            QStringLiteral("%1 · %2 · %3").arg(settingText(record.request), runNumbers(record), runCaption(record)));
    } else if (m_points.empty()) {
        m_text->setText(tr("No compared run yet. Start a sweep, or compare a run with its uncached one."));
    } else {
        m_text->setText(tr("%n run(s). Click one to open it.", "", static_cast<int>(m_points.size())));
    }
    m_text->setToolTip(m_text->text());
}

QPointF ExplorePanel::pixelOf(int index) const
{
    const ParetoPoint& point = m_points[static_cast<std::size_t>(index)];
    QCustomPlot& plot = m_card->plot();
    return {plot.xAxis->coordToPixel(point.cost), plot.yAxis->coordToPixel(point.fidelity)};
}

int ExplorePanel::pointAt(const QPointF& place) const
{
    int nearest = -1;
    double distance = kReach;
    for (int index = 0; index < static_cast<int>(m_points.size()); ++index) {
        const QPointF away = pixelOf(index) - place;
        if (const double length = std::hypot(away.x(), away.y()); length < distance) {
            distance = length;
            nearest = index;
        }
    }
    return nearest;
}

void ExplorePanel::hover(int index)
{
    if (index == m_hovered) {
        return;
    }
    m_hovered = index;
    if (index < 0) {
        m_popup->hide();
        showText();
        return;
    }
    const RunRecord& record = *m_points[static_cast<std::size_t>(index)].record;
    m_picture->clear();
    m_picture->setVisible(record.hasThumbnail);
    m_store.readThumbnail(record, [panel = QPointer(this), id = record.id](const QImage& picture) {
        if (panel && panel->m_hovered >= 0
            && panel->m_points[static_cast<std::size_t>(panel->m_hovered)].record->id == id && !picture.isNull()) {
            panel->m_picture->setPixmap(QPixmap::fromImage(
                picture.scaled(kPopupPicture, kPopupPicture, Qt::KeepAspectRatio, Qt::SmoothTransformation)));
            panel->m_popup->adjustSize();
        }
    });
    m_caption->setText(QStringLiteral("<b>%1</b><br>%2<br>%3")
                           .arg(settingText(record.request).toHtmlEscaped(), runNumbers(record).toHtmlEscaped(),
                               runCaption(record).toHtmlEscaped()));
    m_popup->adjustSize();
    const QPoint at = m_card->plot().mapTo(this, pixelOf(index).toPoint());
    const int left = at.x() + 16 + m_popup->width() < width() ? at.x() + 16 : at.x() - 16 - m_popup->width();
    m_popup->move(
        std::max(0, left), std::clamp(at.y() - m_popup->height() / 2, 0, std::max(0, height() - m_popup->height())));
    m_popup->show();
    m_popup->raise();
    showText();
}

bool ExplorePanel::eventFilter(QObject* watched, QEvent* event)
{
    const int count = static_cast<int>(m_points.size());
    switch (event->type()) {
    case QEvent::MouseMove:
        hover(pointAt(static_cast<QMouseEvent*>(event)->position()));
        break;
    case QEvent::Leave:
        hover(-1);
        break;
    case QEvent::MouseButtonRelease: {
        const auto* mouse = static_cast<QMouseEvent*>(event);
        const int index = mouse->button() == Qt::LeftButton ? pointAt(mouse->position()) : -1;
        if (index >= 0) {
            select(index);
            Q_EMIT openRequested(QString::fromStdString(m_points[static_cast<std::size_t>(index)].record->id));
        }
        break;
    }
    case QEvent::KeyPress:
        switch (static_cast<QKeyEvent*>(event)->key()) {
        case Qt::Key_Right:
            select(std::min(m_selected + 1, count - 1));
            return true;
        case Qt::Key_Left:
            select(std::max(m_selected - 1, 0));
            return true;
        case Qt::Key_Return:
        case Qt::Key_Enter:
            if (m_selected >= 0) {
                Q_EMIT openRequested(QString::fromStdString(m_points[static_cast<std::size_t>(m_selected)].record->id));
            }
            return true;
        case Qt::Key_U:
            m_use->click();
            return true;
        default:
            break;
        }
        break;
    default:
        break;
    }
    return QWidget::eventFilter(watched, event);
}

QByteArray ExplorePanel::csv() const
{
    QByteArray table = "run,policy,preset,parameters,prompt,seed,steps,seconds,flops,cache_bytes,time_gain,flops_gain,"
                       "psnr_db,ssim,latent_relative_error,on_front\n";
    const auto number = [](double value) {
        return std::isnan(value) ? QByteArray() : QByteArray::number(value, 'g', 10);
    };
    for (const ParetoPoint& point : m_points) {
        const RunRecord& record = *point.record;
        const GenerationRequest& request = record.request;
        QStringList values;
        for (const auto& [name, value] : request.policyParameters) {
            values += QString::fromStdString(name + "=" + plan::toText(value));
        }
        table += quoted(QString::fromStdString(record.id)) + ',' + quoted(QString::fromStdString(request.policy)) + ','
            + quoted(QString::fromStdString(request.preset)) + ',' + quoted(values.join(QLatin1Char(' '))) + ','
            + quoted(QString::fromStdString(request.prompt)) + ','
            + QByteArray::number(static_cast<qulonglong>(request.seed)) + ',' + QByteArray::number(request.steps);
        for (const double value : {record.seconds, record.flops, record.cacheBytes, record.timeGain, record.flopsGain,
                 record.psnrDb, record.ssim, record.latentError}) {
            table += ',' + number(value);
        }
        table += point.isOnFront ? ",1\n" : ",0\n";
    }
    return table;
}

} // namespace toca::ui
