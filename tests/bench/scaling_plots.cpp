// SPDX-License-Identifier: Apache-2.0
// The pictures of docs/performance.md from the files of bench-scaling:
//
//   QT_QPA_PLATFORM=offscreen build/bin/bench-scaling-plots docs/images fp32.json bf16.json
#include "ui/qcustomplot.h"
#include "ui/statistics/figure_file.h"

#include <QApplication>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <cmath>
#include <cstdio>
#include <functional>
#include <memory>

namespace {

// Dark enough on white, and apart from each other also for colour-blind readers.
const QColor kBlue(0x1f, 0x5f, 0xa8), kOrange(0xc8, 0x5a, 0x00), kInk(0x22, 0x22, 0x22), kGrid(0xd8, 0xd8, 0xd8);
constexpr int kWidth = 1000, kHeight = 460;
constexpr double kSharpness = 2;

QFont textFont(int pixels, bool isBold = false)
{
    QFont font(QStringLiteral("DejaVu Sans"));
    font.setPixelSize(pixels);
    font.setBold(isBold);
    return font;
}

/// All files' entries of one list.
QJsonArray joined(const QVector<QJsonObject>& files, const char* list)
{
    QJsonArray all;
    for (const QJsonObject& file : files)
        for (const QJsonValue& each : file[QLatin1String(list)].toArray())
            all.append(each);
    return all;
}

QJsonArray ofDtype(const QJsonArray& points, const QString& dtype)
{
    QJsonArray chosen;
    for (const QJsonValue& point : points)
        if (point[u"dtype"].toString() == dtype)
            chosen.append(point);
    return chosen;
}

double secondsPerStep(const QJsonValue& point, QLatin1String way)
{
    return point[way][u"seconds_per_step"].toDouble();
}

constexpr QLatin1String kUncached("uncached"), kCached("cached");

/// A white picture of one or several panels side by side.
class Picture {
public:
    Picture()
    {
        m_plot.plotLayout()->clear();
        m_plot.setBackground(Qt::white);
        m_plot.plotLayout()->setColumnSpacing(24);
    }
    QCPAxisRect* addPanel(const QString& title, const QString& xLabel, const QString& yLabel)
    {
        const int column = m_plot.plotLayout()->columnCount();
        auto* heading = new QCPTextElement(&m_plot, title, textFont(15, true));
        heading->setTextColor(kInk);
        m_plot.plotLayout()->addElement(0, column, heading);
        auto* panel = new QCPAxisRect(&m_plot);
        m_plot.plotLayout()->addElement(1, column, panel);
        for (QCPAxis* axis : panel->axes()) {
            axis->setTickLabelFont(textFont(13));
            axis->setLabelFont(textFont(13));
            axis->setLabelColor(kInk);
            axis->setTickLabelColor(kInk);
            axis->grid()->setPen(QPen(kGrid, 1));
            axis->grid()->setZeroLinePen(QPen(kGrid, 1));
            axis->setLayer(QStringLiteral("axes"));
            axis->grid()->setLayer(QStringLiteral("grid"));
        }
        panel->axis(QCPAxis::atBottom)->setLabel(xLabel);
        panel->axis(QCPAxis::atLeft)->setLabel(yLabel);
        auto* legend = new QCPLegend;
        panel->insetLayout()->addElement(legend, Qt::AlignLeft | Qt::AlignTop);
        legend->setLayer(QStringLiteral("legend"));
        legend->setFont(textFont(12));
        legend->setTextColor(kInk);
        legend->setBorderPen(QPen(kGrid));
        legend->setBrush(QColor(255, 255, 255, 230));
        m_legends.insert(panel, legend);
        return panel;
    }
    QCPLegend& legend(QCPAxisRect* panel) { return *m_legends[panel]; }
    QCustomPlot& plot() { return m_plot; }

    /// A line with its entry in the panel's legend; without a name none.
    QCPGraph* addLine(QCPAxisRect* panel, const QString& name, const QColor& colour, Qt::PenStyle style,
        QCPScatterStyle::ScatterShape shape, const QVector<double>& x, const QVector<double>& y)
    {
        auto* line = m_plot.addGraph(panel->axis(QCPAxis::atBottom), panel->axis(QCPAxis::atLeft));
        QPen pen(colour, 2.2, style);
        line->setPen(pen);
        if (shape != QCPScatterStyle::ssNone)
            line->setScatterStyle(QCPScatterStyle(shape, QPen(colour, 1.6), QBrush(Qt::white), 8));
        line->setData(x, y);
        line->setName(name);
        line->removeFromLegend();
        if (!name.isEmpty())
            line->addToLegend(m_legends[panel]);
        return line;
    }
    void write(const QString& path, int height = kHeight)
    {
        const QImage image = m_plot.toPixmap(kWidth, height, kSharpness).toImage();
        if (const QString error = toca::ui::writePicture(path, image); !error.isEmpty())
            std::fprintf(stderr, "%s\n", qPrintable(error));
    }

private:
    QCustomPlot m_plot;
    QHash<QCPAxisRect*, QCPLegend*> m_legends;
};

/// Ticks at the given places, as plain numbers.
void labelTicks(QCPAxis* axis, const QVector<double>& places, const QStringList& names = {})
{
    const QSharedPointer<QCPAxisTickerText> ticker(new QCPAxisTickerText);
    for (int i = 0; i < places.size(); ++i)
        ticker->addTick(places[i], names.isEmpty() ? QString::number(places[i]) : names[i]);
    axis->setTicker(ticker);
}

/// Powers of ten between, as plain numbers.
void makeLogarithmic(QCPAxis* axis, double lower, double upper)
{
    axis->setScaleType(QCPAxis::stLogarithmic);
    QVector<double> places;
    for (int power = -6; power <= 6; ++power)
        for (const int digit : {1, 2, 5}) {
            const double place = digit * std::pow(10.0, power);
            if (place >= lower * 0.999 && place <= upper * 1.001)
                places << place;
        }
    labelTicks(axis, places);
    axis->setRange(lower, upper);
}

QVector<double> valuesOf(const QJsonArray& points, const std::function<double(const QJsonValue&)>& value)
{
    QVector<double> values;
    for (const QJsonValue& point : points)
        values << value(point);
    return values;
}

double largest(const QVector<double>& values)
{
    return values.isEmpty() ? 1 : *std::max_element(values.begin(), values.end());
}

struct Kind {
    const char* dtype;
    const char* name;
    QColor colour;
};
const Kind kKinds[]{{"fp32", "float32", kBlue}, {"bf16", "bfloat16", kOrange}};

void drawTokens(const QVector<QJsonObject>& files, const QString& path)
{
    Picture picture;
    auto* times = picture.addPanel("Time per step, one pair of blocks", "tokens of the clip", "seconds per step");
    auto* gains = picture.addPanel("Gain of ToCa", "tokens of the clip", "times as fast as uncached");
    const auto tokens = [](const QJsonValue& point) { return point[u"tokens"].toDouble(); };
    double most = 1;
    double least = 1e9, slowest = 0;
    for (const Kind& kind : kKinds) {
        const auto points = ofDtype(joined(files, "tokens"), kind.dtype);
        const auto x = valuesOf(points, tokens);
        const auto gain = valuesOf(points,
            [](const auto& point) { return secondsPerStep(point, kUncached) / secondsPerStep(point, kCached); });
        const auto saved = valuesOf(points, [](const auto& point) {
            return point[kUncached][u"flops_per_step"].toDouble() / point[kCached][u"flops_per_step"].toDouble();
        });
        for (const bool isCached : {false, true}) {
            const auto y = valuesOf(
                points, [&](const auto& point) { return secondsPerStep(point, isCached ? kCached : kUncached); });
            picture.addLine(times, QString(kind.name) + (isCached ? ", ToCa" : ", uncached"), kind.colour,
                isCached ? Qt::DashLine : Qt::SolidLine,
                isCached ? QCPScatterStyle::ssDiamond : QCPScatterStyle::ssCircle, x, y);
            for (const double value : y) {
                least = std::min(least, value);
                slowest = std::max(slowest, value);
            }
        }
        picture.addLine(
            gains, QString(kind.name) + ", time", kind.colour, Qt::SolidLine, QCPScatterStyle::ssCircle, x, gain);
        picture.addLine(
            gains, QString(kind.name) + ", FLOPs", kind.colour, Qt::DotLine, QCPScatterStyle::ssNone, x, saved);
        most = std::max({most, largest(gain), largest(saved)});
    }
    for (auto* panel : {times, gains}) {
        QCPAxis* axis = panel->axis(QCPAxis::atBottom);
        axis->setScaleType(QCPAxis::stLogarithmic);
        labelTicks(axis, {256, 512, 1024, 2048, 4096, 8192, 16384}, {"256", "512", "1k", "2k", "4k", "8k", "16k"});
        axis->setRange(200, 20500);
    }
    makeLogarithmic(times->axis(QCPAxis::atLeft), least / 1.5, slowest * 1.5);
    for (auto* panel : {times, gains})
        panel->insetLayout()->setInsetAlignment(0, Qt::AlignRight | Qt::AlignBottom);
    gains->axis(QCPAxis::atLeft)->setRange(0, 1.2 * most);
    picture.write(path);
}

void drawLayersAndThreads(const QVector<QJsonObject>& files, const QString& path)
{
    Picture picture;
    auto* layers = picture.addPanel("Layers (280 tokens, float32)", "transformer blocks", "milliseconds per step");
    auto* threads = picture.addPanel("Threads (1280 tokens, 2 blocks)", "", "seconds per step");
    const auto points = ofDtype(joined(files, "layers"), "fp32");
    const auto x = valuesOf(points, [](const auto& point) { return point[u"layers"].toDouble(); });
    double most = 0;
    for (const bool isCached : {false, true}) {
        const auto y = valuesOf(
            points, [&](const auto& point) { return 1e3 * secondsPerStep(point, isCached ? kCached : kUncached); });
        picture.addLine(layers, isCached ? "ToCa" : "uncached", kBlue, isCached ? Qt::DashLine : Qt::SolidLine,
            isCached ? QCPScatterStyle::ssDiamond : QCPScatterStyle::ssCircle, x, y);
        most = std::max(most, largest(y));
    }
    labelTicks(layers->axis(QCPAxis::atBottom), x);
    layers->axis(QCPAxis::atBottom)->setRange(0, 1.06 * largest(x));
    layers->axis(QCPAxis::atLeft)->setRange(0, 1.15 * most);

    QVector<double> places;
    QStringList names;
    most = 0;
    double place = 1;
    const QColor colours[2][2]{{kBlue, kBlue.lighter(190)}, {kOrange, kOrange.lighter(190)}};
    for (int kind = 0; kind < 2; ++kind)
        for (const bool isCached : {false, true}) {
            auto* bars = new QCPBars(threads->axis(QCPAxis::atBottom), threads->axis(QCPAxis::atLeft));
            bars->setPen(Qt::NoPen);
            bars->setBrush(colours[kind][isCached ? 1 : 0]);
            bars->setWidth(0.8);
            bars->removeFromLegend();
            bars->setName(QString(kKinds[kind].name) + (isCached ? ", ToCa" : ", uncached"));
            bars->addToLegend(&picture.legend(threads));
            for (const QJsonValue& point : ofDtype(joined(files, "threads"), kKinds[kind].dtype)) {
                const double seconds = secondsPerStep(point, isCached ? kCached : kUncached);
                bars->addData(place, seconds);
                auto* label = new QCPItemText(&picture.plot());
                label->setClipToAxisRect(false);
                for (auto* position : label->positions())
                    position->setAxes(threads->axis(QCPAxis::atBottom), threads->axis(QCPAxis::atLeft));
                label->position->setCoords(place, seconds);
                label->setPositionAlignment(Qt::AlignHCenter | Qt::AlignBottom);
                label->setText(QString::number(seconds, 'f', 2));
                label->setFont(textFont(12));
                label->setColor(kInk);
                places << place;
                names << QString::number(point[u"threads"].toInt());
                most = std::max(most, seconds);
                place += 1;
            }
            place += 0.6;
        }
    labelTicks(threads->axis(QCPAxis::atBottom), places, names);
    threads->axis(QCPAxis::atBottom)->setLabel("threads");
    threads->axis(QCPAxis::atBottom)->grid()->setVisible(false);
    threads->axis(QCPAxis::atBottom)->setRange(0.2, place - 0.8);
    threads->axis(QCPAxis::atLeft)->setRange(0, 1.4 * most);
    picture.legend(threads).setVisible(true);
    threads->insetLayout()->setInsetAlignment(0, Qt::AlignRight | Qt::AlignTop);
    picture.write(path);
}

void drawRoofline(const QVector<QJsonObject>& files, const QString& path)
{
    Picture picture;
    int threads = 1;
    for (const QJsonValue& roof : joined(files, "rooflines"))
        threads = std::max(threads, roof[u"threads"].toInt());
    auto* panel =
        picture.addPanel(QString("Roofline: achieved speed against arithmetic intensity, threads: %1").arg(threads),
            "FLOP per byte of least traffic (log scale)", "GFLOP/s (log scale)");
    const double left = 4, right = 1000;
    double highest = 0;
    for (const Kind& kind : kKinds) {
        double peak = 0, bandwidth = 0;
        for (const QJsonValue& roof : ofDtype(joined(files, "rooflines"), kind.dtype)) {
            peak = std::max(peak, roof[u"flops_per_second"].toDouble() / 1e9);
            bandwidth = std::max(bandwidth, roof[u"bytes_per_second"].toDouble() / 1e9);
        }
        if (peak == 0)
            continue;
        highest = std::max(highest, peak);
        picture.addLine(panel,
            QString("%1: at most %2 GFLOP/s, %3 GB/s").arg(kind.name).arg(peak, 0, 'f', 0).arg(bandwidth, 0, 'f', 0),
            kind.colour, Qt::SolidLine, QCPScatterStyle::ssNone, {left, peak / bandwidth, right},
            {left * bandwidth, peak, peak});
        for (const bool isCached : {false, true}) {
            QVector<double> x, y;
            for (const QJsonValue& point : ofDtype(joined(files, "tokens"), kind.dtype)) {
                const QJsonValue way = point[isCached ? kCached : kUncached];
                x << way[u"flops_per_byte"].toDouble();
                y << way[u"flops_per_second"].toDouble() / 1e9;
            }
            auto* dots = picture.addLine(panel, QString(kind.name) + (isCached ? ", ToCa" : ", uncached"), kind.colour,
                Qt::NoPen, isCached ? QCPScatterStyle::ssDiamond : QCPScatterStyle::ssCircle, x, y);
            dots->setLineStyle(QCPGraph::lsNone);
        }
    }
    makeLogarithmic(panel->axis(QCPAxis::atBottom), left, right);
    makeLogarithmic(panel->axis(QCPAxis::atLeft), 30, highest * 1.5);
    panel->insetLayout()->setInsetAlignment(0, Qt::AlignRight | Qt::AlignBottom);
    picture.write(path, 520);
}

struct PartColour {
    const char* name;
    const char* title;
    QColor colour;
};
const PartColour kParts[]{{"attention", "self-attention", QColor(0x1f, 0x5f, 0xa8)},
    {"cross_attention", "cross-attention", QColor(0x6b, 0xa9, 0xdc)}, {"mlp", "MLP", QColor(0xc8, 0x5a, 0x00)},
    {"modulation", "norms, gates", QColor(0xf0, 0xb4, 0x5a)},
    {"conditioning", "embeddings, ends", QColor(0x5c, 0x8a, 0x3a)}, {"scoring", "scoring", QColor(0x8a, 0x3a, 0x8a)},
    {"", "all else", QColor(0x99, 0x99, 0x99)}};

/// Share of each part of a step, a bar for each number of tokens.
void drawParts(const QVector<QJsonObject>& files, const QString& path)
{
    Picture picture;
    const QJsonArray points = ofDtype(joined(files, "tokens"), "bf16");
    for (const QLatin1String way : {kUncached, kCached}) {
        const bool isCached = way == kCached;
        auto* panel =
            picture.addPanel(isCached ? "Where a step's time goes: ToCa" : "Where a step's time goes: uncached",
                "tokens of the clip", isCached ? "" : "% of the step's time (bfloat16)");
        QVector<double> places;
        QStringList names;
        QCPBars* below = nullptr;
        for (const PartColour& part : kParts) {
            auto* bars = new QCPBars(panel->axis(QCPAxis::atBottom), panel->axis(QCPAxis::atLeft));
            bars->setPen(Qt::NoPen);
            bars->setBrush(part.colour);
            bars->setWidth(0.8);
            bars->setName(part.title);
            bars->removeFromLegend();
            if (isCached)
                bars->addToLegend(&picture.legend(panel));
            if (below)
                bars->moveAbove(below);
            below = bars;
            places.clear();
            names.clear();
            for (int i = 0; i < points.size(); ++i) {
                const QJsonObject seconds = points[i][way][u"seconds_of_parts"].toObject();
                double whole = 0, named = 0;
                for (const QJsonValue& each : seconds)
                    whole += each.toDouble();
                for (const PartColour& each : kParts)
                    named += seconds[QLatin1String(each.name)].toDouble();
                const double value = *part.name ? seconds[QLatin1String(part.name)].toDouble() : whole - named;
                bars->addData(i + 1, 100 * value / whole);
                places << i + 1;
                const double tokens = points[i][u"tokens"].toDouble();
                names << (tokens < 1000 ? QString::number(tokens)
                                        : QString::number(tokens / 1000, 'f', tokens < 10000 ? 1 : 0) + "k");
            }
        }
        labelTicks(panel->axis(QCPAxis::atBottom), places, names);
        panel->axis(QCPAxis::atBottom)->grid()->setVisible(false);
        panel->axis(QCPAxis::atBottom)->setRange(0.4, places.size() + 0.6);
        panel->axis(QCPAxis::atLeft)->setRange(0, 100);
        picture.legend(panel).setVisible(false);
        if (isCached) { // beside the bars, not over them
            auto& legend = picture.legend(panel);
            panel->insetLayout()->take(&legend);
            auto* beside = new QCPLayoutGrid;
            picture.plot().plotLayout()->addElement(1, picture.plot().plotLayout()->columnCount(), beside);
            beside->addElement(0, 0, &legend);
            beside->addElement(1, 0, new QCPLayoutElement(&picture.plot())); // fills what the legend leaves
            beside->setRowStretchFactor(0, 0.001);
            beside->setMaximumSize(180, QWIDGETSIZE_MAX);
            legend.setVisible(true);
        }
    }
    picture.write(path);
}

} // namespace

int main(int argc, char** argv)
{
    const QApplication application(argc, argv);
    if (argc < 3) {
        std::fprintf(stderr, "usage: bench-scaling-plots FOLDER FILE.json...\n");
        return 2;
    }
    QVector<QJsonObject> files;
    for (int i = 2; i < argc; ++i) {
        QFile file(QString::fromLocal8Bit(argv[i]));
        const QJsonObject json =
            file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object() : QJsonObject();
        if (json[u"format"].toString() != QLatin1String("toca-scaling")) {
            std::fprintf(stderr, "'%s' is not a file of bench-scaling.\n", argv[i]);
            return 1;
        }
        files << json;
    }
    const QString folder = QString::fromLocal8Bit(argv[1]) + "/";
    drawTokens(files, folder + "scaling-tokens.png");
    drawLayersAndThreads(files, folder + "scaling-layers-threads.png");
    drawRoofline(files, folder + "scaling-roofline.png");
    drawParts(files, folder + "scaling-parts.png");
    return 0;
}
