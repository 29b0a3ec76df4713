// SPDX-License-Identifier: Apache-2.0
#include "ui/player/picture_operations.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <vector>

namespace toca::ui {

namespace {

/// Weights of the four neighbours at fraction `t`: Catmull-Rom, which passes through the samples.
std::array<float, 4> cubicWeights(float t)
{
    const float t2 = t * t;
    const float t3 = t2 * t;
    return {-0.5F * t3 + t2 - 0.5F * t, 1.5F * t3 - 2.5F * t2 + 1, -1.5F * t3 + 2 * t2 + 0.5F * t, 0.5F * (t3 - t2)};
}

struct Tap {
    std::array<int, 4> index;
    std::array<float, 4> weight;
};

std::vector<Tap> tapsFor(int from, int factor)
{
    std::vector<Tap> taps(static_cast<std::size_t>(from) * static_cast<std::size_t>(factor));
    for (std::size_t i = 0; i < taps.size(); ++i) {
        const float position = (static_cast<float>(i) + 0.5F) / static_cast<float>(factor) - 0.5F;
        const int base = static_cast<int>(std::floor(position));
        taps[i].weight = cubicWeights(position - static_cast<float>(base));
        for (int k = 0; k < 4; ++k)
            taps[i].index[static_cast<std::size_t>(k)] = std::clamp(base - 1 + k, 0, from - 1);
    }
    return taps;
}

int rounded(float value)
{
    return static_cast<int>(std::clamp(value, 0.0F, 255.0F) + 0.5F);
}

} // namespace

QImage toImage(const Frame& frame)
{
    if (frame.width <= 0 || frame.height <= 0)
        return {};
    const std::size_t stride = static_cast<std::size_t>(frame.width) * 3;
    if (frame.rgb.size() % stride != 0 || frame.rgb.size() / stride != static_cast<std::size_t>(frame.height))
        return {};
    const QImage view(
        frame.rgb.data(), frame.width, frame.height, static_cast<qsizetype>(stride), QImage::Format_RGB888);
    return view.convertToFormat(QImage::Format_RGB32);
}

QImage softlyEnlarged(const QImage& image, int longSide)
{
    if (image.isNull())
        return image;
    const int factor = longSide / std::max(image.width(), image.height());
    if (factor < 2)
        return image;
    const QImage source = image.convertToFormat(QImage::Format_RGB32);
    const std::vector<Tap> across = tapsFor(source.width(), factor);
    const std::vector<Tap> down = tapsFor(source.height(), factor);

    // Across first: (height, width * factor, 3) floats.
    const std::size_t wide = across.size() * 3;
    std::vector<float> rows(static_cast<std::size_t>(source.height()) * wide);
    for (int y = 0; y < source.height(); ++y) {
        const auto* in = reinterpret_cast<const QRgb*>(source.constScanLine(y));
        float* out = rows.data() + static_cast<std::size_t>(y) * wide;
        for (const Tap& tap : across) {
            float r = 0, g = 0, b = 0;
            for (std::size_t k = 0; k < 4; ++k) {
                const QRgb pixel = in[tap.index[k]];
                r += tap.weight[k] * static_cast<float>(qRed(pixel));
                g += tap.weight[k] * static_cast<float>(qGreen(pixel));
                b += tap.weight[k] * static_cast<float>(qBlue(pixel));
            }
            *out++ = r;
            *out++ = g;
            *out++ = b;
        }
    }
    QImage result(source.width() * factor, source.height() * factor, QImage::Format_RGB32);
    std::vector<float> mixed(wide);
    for (int y = 0; y < result.height(); ++y) {
        const Tap& tap = down[static_cast<std::size_t>(y)];
        std::array<const float*, 4> in{};
        for (std::size_t k = 0; k < 4; ++k)
            in[k] = rows.data() + static_cast<std::size_t>(tap.index[k]) * wide;
        for (std::size_t x = 0; x < wide; ++x)
            mixed[x] = tap.weight[0] * in[0][x] + tap.weight[1] * in[1][x] + tap.weight[2] * in[2][x]
                + tap.weight[3] * in[3][x];
        auto* out = reinterpret_cast<QRgb*>(result.scanLine(y));
        for (std::size_t x = 0; x < across.size(); ++x)
            out[x] = qRgb(rounded(mixed[3 * x]), rounded(mixed[3 * x + 1]), rounded(mixed[3 * x + 2]));
    }
    return result;
}

QImage absoluteDifference(const QImage& a, const QImage& b, int gain)
{
    if (a.isNull() || b.isNull())
        return {};
    gain = std::clamp(gain, 1, 255);
    const QImage first = a.convertToFormat(QImage::Format_RGB32);
    const QImage second =
        (a.size() == b.size() ? b : b.scaled(a.size(), Qt::IgnoreAspectRatio, Qt::SmoothTransformation))
            .convertToFormat(QImage::Format_RGB32);
    QImage result(first.size(), QImage::Format_RGB32);
    const auto difference = [gain](int x, int y) { return std::min(255, std::abs(x - y) * gain); };
    for (int y = 0; y < first.height(); ++y) {
        const auto* p = reinterpret_cast<const QRgb*>(first.constScanLine(y));
        const auto* q = reinterpret_cast<const QRgb*>(second.constScanLine(y));
        auto* out = reinterpret_cast<QRgb*>(result.scanLine(y));
        for (int x = 0; x < first.width(); ++x)
            out[x] = qRgb(difference(qRed(p[x]), qRed(q[x])), difference(qGreen(p[x]), qGreen(q[x])),
                difference(qBlue(p[x]), qBlue(q[x])));
    }
    return result;
}

QRectF fittedRect(const QSizeF& picture, const QRectF& area)
{
    if (picture.isEmpty() || area.isEmpty())
        return {};
    const QSizeF size = picture.scaled(area.size(), Qt::KeepAspectRatio);
    return {area.center().x() - size.width() / 2, area.center().y() - size.height() / 2, size.width(), size.height()};
}

} // namespace toca::ui
