// SPDX-License-Identifier: Apache-2.0
#include "ui/player/token_overlay_painter.h"

#include "ui/colour/colour_map.h"
#include "ui/selection/cell_text.h"
#include "ui/theme/theme.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>
#include <cmath>

namespace toca::ui {

namespace {

constexpr double kDimming = 0.72; // of reused tokens at full opacity: their picture must stay recognisable
constexpr double kTint = 0.16; // of computed tokens
constexpr double kHeat = 0.82;

/// What this file says belongs to the overlay's model.
struct TokenOverlay {
    Q_DECLARE_TR_FUNCTIONS(toca::ui::TokenOverlay)
};

/// Pixel of the grid line before cell `index`.
int edge(std::int64_t index, std::int64_t cells, int pixels)
{
    return static_cast<int>(std::lround(static_cast<double>(index) * pixels / static_cast<double>(cells)));
}

QString number(double value)
{
    return QLocale().toString(value, 'g', 3);
}

/// Outlines where a marked token meets an unmarked one or the border, inside of the marked one.
void outline(QPainter& painter, const TokenOverlayModel& model, std::int64_t latentFrame, QSize size, double lineWidth,
    bool marked(float))
{
    const plan::TokenGrid grid = model.grid();
    const int width = std::max(1, static_cast<int>(std::lround(lineWidth)));
    const auto isMarked = [&](std::int64_t row, std::int64_t column) {
        return row >= 0 && row < grid.rows && column >= 0 && column < grid.columns
            && marked(model.value({latentFrame, row, column}));
    };
    const auto draw = [&](int inset, int thickness, const QColor& colour) {
        for (std::int64_t row = 0; row < grid.rows; ++row) {
            const int top = edge(row, grid.rows, size.height());
            const int bottom = edge(row + 1, grid.rows, size.height());
            for (std::int64_t column = 0; column < grid.columns; ++column) {
                if (!isMarked(row, column))
                    continue;
                const int left = edge(column, grid.columns, size.width());
                const int right = edge(column + 1, grid.columns, size.width());
                if (!isMarked(row - 1, column))
                    painter.fillRect(left, top + inset, right - left, thickness, colour);
                if (!isMarked(row + 1, column))
                    painter.fillRect(left, bottom - inset - thickness, right - left, thickness, colour);
                if (!isMarked(row, column - 1))
                    painter.fillRect(left + inset, top, thickness, bottom - top, colour);
                if (!isMarked(row, column + 1))
                    painter.fillRect(right - inset - thickness, top, thickness, bottom - top, colour);
            }
        }
    };
    // A dark line within the bright one keeps the outline visible on bright pictures.
    QColor shade(Qt::black);
    shade.setAlphaF(static_cast<float>(0.45 * model.opacity()));
    QColor bright = themeFor(true).computed;
    bright.setAlphaF(static_cast<float>(std::min(1.0, 0.25 + model.opacity())));
    draw(width, std::max(1, width / 2), shade);
    draw(0, width, bright);
}

} // namespace

QColor overlayColour(const TokenOverlayModel& model, float value)
{
    if (!std::isfinite(value))
        return QColor(128, 128, 128);
    const auto [low, high] = model.range();
    const double place = (value - low) / (high - low);
    // Bright stands out from a picture of any brightness better than the dark end of a light theme's map.
    if (model.mode() == OverlayMode::Age)
        return ColourMap::age(true).colour(place);
    if (model.mode() == OverlayMode::Score)
        return ColourMap::score(true).colour(place);
    return ColourMap::share(true).colour(place);
}

QImage overlayLayer(const TokenOverlayModel& model, std::int64_t latentFrame, QSize size, double lineWidth)
{
    const plan::TokenGrid grid = model.grid();
    if (!model.isVisible() || size.isEmpty() || grid.tokensPerFrame() <= 0 || latentFrame < 0
        || latentFrame >= grid.frames)
        return {};
    QImage layer(size, QImage::Format_ARGB32_Premultiplied);
    layer.fill(Qt::transparent);
    QPainter painter(&layer);
    painter.setCompositionMode(QPainter::CompositionMode_Source);
    const bool heat = model.mode() != OverlayMode::Computed;
    QColor reused(6, 8, 12);
    reused.setAlphaF(static_cast<float>(kDimming * model.opacity()));
    QColor computed = themeFor(true).computed;
    computed.setAlphaF(static_cast<float>(kTint * model.opacity()));
    for (std::int64_t row = 0; row < grid.rows; ++row) {
        const int top = edge(row, grid.rows, size.height());
        const int bottom = edge(row + 1, grid.rows, size.height());
        for (std::int64_t column = 0; column < grid.columns; ++column) {
            const float value = model.value({latentFrame, row, column});
            QColor colour = value > 0 ? computed : reused;
            if (heat) {
                colour = overlayColour(model, value);
                colour.setAlphaF(static_cast<float>(kHeat * model.opacity()));
            }
            const int left = edge(column, grid.columns, size.width());
            painter.fillRect(left, top, edge(column + 1, grid.columns, size.width()) - left, bottom - top, colour);
        }
    }
    // Outlines only where a token is large enough to keep its picture inside of them.
    const double smallest = std::min(static_cast<double>(size.width()) / static_cast<double>(grid.columns),
        static_cast<double>(size.height()) / static_cast<double>(grid.rows));
    painter.setCompositionMode(QPainter::CompositionMode_SourceOver);
    if (smallest >= 5 * lineWidth && model.mode() == OverlayMode::Computed)
        outline(painter, model, latentFrame, size, lineWidth, [](float value) { return value > 0; });
    else if (smallest >= 5 * lineWidth && model.mode() == OverlayMode::Age)
        outline(painter, model, latentFrame, size, lineWidth, [](float value) { return value == 0; });
    return layer;
}

QString overlayTitle(const TokenOverlayModel& model, std::int64_t latentFrame)
{
    switch (model.absence()) {
    case TokenOverlayModel::Absence::NoTrace:
        return TokenOverlay::tr("Tokens appear here when a run has started");
    case TokenOverlayModel::Absence::NoCell:
        return TokenOverlay::tr("Click a cell of the selection map to see its tokens here");
    case TokenOverlayModel::Absence::NotReached:
        return TokenOverlay::tr("The run has not reached this cell yet");
    case TokenOverlayModel::Absence::NoScores:
        return TokenOverlay::tr("No scores here: the trace keeps none, or nothing was selected");
    case TokenOverlayModel::Absence::None:
        break;
    }
    const QLocale locale;
    switch (model.mode()) {
    case OverlayMode::Computed:
        return TokenOverlay::tr("%1 of %2 tokens computed")
            .arg(locale.toString(qlonglong{model.count(latentFrame)}),
                locale.toString(qlonglong{model.grid().tokensPerFrame()}));
    case OverlayMode::Age:
        return TokenOverlay::tr("Age: evaluations since last computed");
    case OverlayMode::Score:
        return TokenOverlay::tr("Score: higher is computed sooner");
    case OverlayMode::Share:
        break;
    }
    return TokenOverlay::tr("Share of modules that computed a token");
}

QString overlayPlace(const TokenOverlayModel& model)
{
    if (!model.trace())
        return {};
    if (model.mode() == OverlayMode::Share)
        return model.shareStep() < 0 ? QString()
                                     : TokenOverlay::tr("step %1, all layers and modules").arg(model.shareStep());
    if (!model.cell())
        return {};
    const TraceCellPlace& cell = *model.cell();
    const int step = model.trace()->schedule().evaluations[static_cast<std::size_t>(cell.evaluation)].step;
    QString place = TokenOverlay::tr("step %1, %2, %3")
                        .arg(step)
                        .arg(layerTitle(model.trace()->geometry(), cell.layer), moduleTitle(cell.module));
    if (model.absence() == TokenOverlayModel::Absence::None)
        place += QStringLiteral(" \u00b7 ") + actionTitle(model.action());
    return place;
}

QString tokenReading(const TokenOverlayModel& model, const TokenPlace& place)
{
    const QString where = TokenOverlay::tr("token %1 \u00b7 latent frame %2, row %3, column %4")
                              .arg(model.tokenIndex(place))
                              .arg(place.latentFrame)
                              .arg(place.row)
                              .arg(place.column);
    const float value = model.value(place);
    QString state;
    switch (model.mode()) {
    case OverlayMode::Computed:
        state = value > 0 ? TokenOverlay::tr("computed") : TokenOverlay::tr("reused");
        break;
    case OverlayMode::Age:
        state = value > 0 ? TokenOverlay::tr("age %1").arg(static_cast<int>(value))
                          : TokenOverlay::tr("age 0: computed here");
        break;
    case OverlayMode::Score:
        state = TokenOverlay::tr("score %1").arg(number(value));
        break;
    case OverlayMode::Share:
        state = TokenOverlay::tr("computed by %1 % of the modules").arg(number(100 * value));
        break;
    }
    return where + QLatin1Char('\n') + state;
}

} // namespace toca::ui
