// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/selection/token_grid_view.h"
#include "ui/theme/theme.h"

#include <QByteArray>
#include <QSizeF>
#include <QString>

#include <functional>
#include <vector>

class QPaintDevice;

namespace toca::ui {

class PlotCard;
class SelectionMapModel;
class SpeedMeter;
class TokenHistogram;
class TokenMapView;

/// Something that can be drawn at any size and told as a table. Sizes are in logical pixels, 96 to the inch.
struct Figure {
    QString name; ///< of its file: "latent-error"
    QString title;
    QSizeF naturalSize{640, 360};
    /// Draws it, ground included. @param font of the labels, with a pixel size
    std::function<void(QPaintDevice& device, const QSizeF& size, const Theme& colours, const QFont& font)> paint;
    std::function<QByteArray()> csv;
};

/// All of these refer to the part that they show, which must outlive the figure.
Figure plotFigure(PlotCard& card);
Figure mapFigure(const SelectionMapModel& map);
Figure tokenFigure(const TokenGridModel& tokens, TokenGridModel::Quantity quantity);
Figure distributionFigure(const TokenHistogram& bars);
Figure speedFigure(const SpeedMeter& meter);
/// Token maps side by side.
Figure tokenMapsFigure(const QString& name, const QString& title, const std::vector<const TokenMapView*>& maps,
    std::function<QByteArray()> csv);

/// How a figure is written.
struct FigureFormat {
    QSizeF size{640, 360}; ///< logical pixels
    double fontPoints = 9;
    bool dark = false;
    int dotsPerInch = 192; ///< of PNG
    bool csvTwin = true; ///< the numbers beside it, under the same name
};

/// PNG, SVG or PDF by the file's name; each file appears whole or not at all. @return what went wrong, empty on success
QString writeFigure(const Figure& figure, const QString& path, const FigureFormat& format);
/// As `writeFigure` would make it, for the screen. @param width of the picture, device pixels
QImage figurePreview(const Figure& figure, const FigureFormat& format, int width);

} // namespace toca::ui
