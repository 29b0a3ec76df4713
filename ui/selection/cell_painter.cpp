// SPDX-License-Identifier: Apache-2.0
#include "ui/selection/cell_painter.h"

#include "ui/theme/theme.h"

#include <algorithm>
#include <cmath>

namespace toca::ui {

namespace {

/// Fast mix for single pixels, where Oklab would cost too much.
QRgb blended(QRgb under, QRgb over, int share256)
{
    const auto channel = [share256](int from, int to) { return from + (to - from) * share256 / 256; };
    return qRgb(
        channel(qRed(under), qRed(over)), channel(qGreen(under), qGreen(over)), channel(qBlue(under), qBlue(over)));
}

} // namespace

CellPainter::CellPainter(QImage& image, double pixelRatio)
    : m_image(image)
    , m_map(ColourMap::share(theme().dark))
    , m_pixelRatio(pixelRatio)
    , m_background(theme().panel.rgb())
    , m_unknown(blended(theme().panel.rgb(), theme().grid.rgb(), 110))
    , m_skipped(theme().skipped.rgb())
    , m_skippedInk(theme().planned.rgb())
    , m_bright(m_map.at(1.0))
    , m_dark(theme().dark)
{
}

void CellPainter::fill(const QRect& rect, QRgb colour)
{
    const QRect inside = rect & m_image.rect();
    for (int y = inside.top(); y <= inside.bottom(); ++y) {
        auto* line = reinterpret_cast<QRgb*>(m_image.scanLine(y));
        std::fill(line + inside.left(), line + inside.right() + 1, colour);
    }
}

void CellPainter::hatch(const QRect& rect, const MapCellState& state, QRgb ink)
{
    const QRect inside = rect & m_image.rect();
    const int pitch = std::max(4, static_cast<int>(std::lround(5 * m_pixelRatio)));
    const bool crossed = state.action == plan::Action::Skip;
    for (int y = inside.top(); y <= inside.bottom(); ++y) {
        auto* line = reinterpret_cast<QRgb*>(m_image.scanLine(y));
        for (int x = inside.left(); x <= inside.right(); ++x) {
            if ((x + y) % pitch == 0 || (crossed && (x - y + (1 << 20)) % pitch == 0)) {
                line[x] = ink;
            }
        }
    }
}

void CellPainter::paint(const QRect& rect, const MapCellState& state)
{
    using Source = MapCellState::Source;
    if (state.source == Source::Unknown) {
        fill(rect, m_unknown);
        return;
    }
    const bool planned = state.source == Source::Planned;
    if (state.action == plan::Action::Skip) {
        fill(rect, planned ? m_unknown : m_skipped);
        hatch(rect, state, blended(m_skipped, m_skippedInk, planned ? 100 : 190));
        return;
    }
    QRgb ground = m_map.at(state.freshRatio());
    if (planned) {
        ground = blended(m_background, ground, m_dark ? 88 : 96);
        fill(rect, ground);
        hatch(rect, state, blended(ground, m_background, 150));
        return;
    }
    fill(rect, ground);
    if (rect.width() >= 7 * m_pixelRatio && rect.height() >= 6 * m_pixelRatio) {
        mark(rect, state, ground);
    }
}

void CellPainter::mark(const QRect& rect, const MapCellState& state, QRgb ground)
{
    const auto pixels = [this](double logical) {
        return std::max(1, static_cast<int>(std::lround(logical * m_pixelRatio)));
    };
    const int smaller = std::min(rect.width(), rect.height());
    const QRgb ink = oklabFromRgb(ground).lightness > 0.62 ? qRgb(0, 0, 0) : qRgb(255, 255, 255);
    const int stroke = pixels(smaller >= 24 * m_pixelRatio ? 2 : 1);
    const int dash = std::min(pixels(10), rect.width() * 2 / 5);
    const auto dashAt = [&](int y, int strength) {
        fill({rect.left() + (rect.width() - dash) / 2, y, dash, stroke}, blended(ground, ink, strength));
    };
    const int middle = rect.top() + (rect.height() - stroke) / 2;
    // A subset of no tokens is a reuse for the eye.
    const bool none = state.action == plan::Action::Subset && state.computedTokens == 0;
    switch (none ? plan::Action::Reuse : state.action) {
    case plan::Action::Full: {
        const int side = std::clamp(smaller * 3 / 10, pixels(2), pixels(7));
        fill({rect.left() + (rect.width() - side) / 2, rect.top() + (rect.height() - side) / 2, side, side},
            blended(ground, ink, 150));
        break;
    }
    case plan::Action::Subset:
    case plan::Action::Blend: {
        const int height = std::clamp(rect.height() / 6, pixels(1), pixels(4));
        const int length = static_cast<int>(std::lround(state.freshRatio() * rect.width()));
        const QRect track(rect.left(), rect.bottom() + 1 - height, rect.width(), height);
        fill(track, blended(ground, m_background, 110));
        fill({track.left(), track.top(), std::max(length, 1), height}, m_bright);
        if (state.action == plan::Action::Blend) {
            dashAt(middle - height / 2, 120);
        }
        break;
    }
    case plan::Action::Reuse:
        dashAt(middle, m_dark ? 70 : 80);
        break;
    case plan::Action::Forecast:
        dashAt(middle - stroke, 110);
        dashAt(middle + 2 * stroke, 110);
        break;
    case plan::Action::Skip:
        break;
    }
}

} // namespace toca::ui
