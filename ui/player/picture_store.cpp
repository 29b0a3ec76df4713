// SPDX-License-Identifier: Apache-2.0
#include "ui/player/picture_store.h"

#include "ui/player/picture_operations.h"

#include <QPainter>

#include <algorithm>

namespace toca::ui {

namespace {

// Above this many pixels a cubic enlargement would be felt; bilinear finishes the rest.
constexpr int kSoftSide = 384;
// A cubic curve through so many points of each pixel is smooth: the small pictures of predictions need no more.
constexpr int kSoftFactor = 8;

} // namespace

QImage scaledPicture(const QImage& image, QSize size, bool smooth)
{
    if (image.isNull() || size.isEmpty() || image.size() == size)
        return image;
    if (!smooth)
        return image.scaled(size, Qt::IgnoreAspectRatio, Qt::FastTransformation);
    const bool enlarges = size.width() > image.width() && size.height() > image.height();
    if (!enlarges)
        return image.scaled(size, Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
    const int finest = std::min(kSoftSide, kSoftFactor * std::max(image.width(), image.height()));
    const QImage soft = softlyEnlarged(image, std::min(finest, std::max(size.width(), size.height())));
    QImage result(size, QImage::Format_RGB32);
    QPainter painter(&result);
    painter.setCompositionMode(QPainter::CompositionMode_Source);
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    painter.drawImage(QRect(QPoint(), size), soft);
    return result;
}

PictureStore::PictureStore(int budgetKiB)
    : m_pictures(budgetKiB)
{
}

template <class Make>
QImage PictureStore::cached(const Key& key, Make&& make)
{
    if (const QImage* found = m_pictures.object(key))
        return *found;
    const QImage image = make();
    m_pictures.insert(key, new QImage(image), static_cast<int>(std::max<qsizetype>(1, image.sizeInBytes() / 1024)));
    return image;
}

QImage PictureStore::exact(const ClipSourcePtr& source, int frame, bool grey)
{
    if (!source || frame < 0 || frame >= source->frameCount())
        return {};
    return cached({.source = source->id, .frame = frame, .detail = grey ? 1 : 0}, [&] {
        const QImage image = toImage(source->clip.frames[static_cast<std::size_t>(frame)]);
        return grey && !image.isNull()
            ? image.convertToFormat(QImage::Format_Grayscale8).convertToFormat(QImage::Format_RGB32)
            : image;
    });
}

QImage PictureStore::scaled(const ClipSourcePtr& source, int frame, QSize size, Look look)
{
    if (!source || frame < 0 || frame >= source->frameCount())
        return {};
    const Key key{.source = source->id,
        .frame = frame,
        .width = size.width(),
        .height = size.height(),
        .detail = (look.smooth ? 1 : 0) + (look.grey ? 2 : 0),
        .kind = Kind::Scaled};
    return cached(key, [&] { return scaledPicture(exact(source, frame, look.grey), size, look.smooth); });
}

QImage PictureStore::difference(
    const ClipSourcePtr& run, int runFrame, const ClipSourcePtr& baseline, int baselineFrame, int gain)
{
    if (!run || !baseline)
        return {};
    const Key key{.source = run->id,
        .other = baseline->id,
        .frame = runFrame,
        .otherFrame = baselineFrame,
        .detail = gain,
        .kind = Kind::Difference};
    return cached(key, [&] {
        QImage a = exact(run, runFrame);
        QImage b = exact(baseline, baselineFrame);
        if (a.isNull() || b.isNull())
            return QImage();
        if (a.width() < b.width())
            a = scaledPicture(a, b.size(), true);
        else if (b.width() < a.width())
            b = scaledPicture(b, a.size(), true);
        return absoluteDifference(a, b, gain);
    });
}

QImage PictureStore::scaledDifference(const ClipSourcePtr& run, int runFrame, const ClipSourcePtr& baseline,
    int baselineFrame, int gain, QSize size, bool smooth)
{
    if (!run || !baseline)
        return {};
    const Key key{.source = run->id,
        .other = baseline->id,
        .frame = runFrame,
        .otherFrame = baselineFrame,
        .width = size.width(),
        .height = size.height(),
        .detail = gain * 2 + (smooth ? 1 : 0),
        .kind = Kind::ScaledDifference};
    return cached(
        key, [&] { return scaledPicture(difference(run, runFrame, baseline, baselineFrame, gain), size, smooth); });
}

} // namespace toca::ui
