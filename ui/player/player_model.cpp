// SPDX-License-Identifier: Apache-2.0
#include "ui/player/player_model.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <utility>

#include "ui/player/frame_token_mapping.h"

namespace toca::ui {

namespace {

constexpr double kDefaultFps = 8; // the miniature model's rate
constexpr double kNanosecond = 1e-9;

std::int64_t steadyNanoseconds()
{
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

double usableFps(double fps)
{
    return std::isfinite(fps) && fps > 0 ? std::clamp(fps, 0.1, 240.0) : kDefaultFps;
}

} // namespace

ClipSourcePtr makeClipSource(Clip clip)
{
    static std::atomic<std::uint64_t> next{1};
    if (clip.isEmpty())
        return nullptr;
    return std::make_shared<const ClipSource>(ClipSource{next++, std::move(clip)});
}

PlayerModel::PlayerModel(QObject* parent)
    : QObject(parent)
    , m_clock(steadyNanoseconds)
{
    m_timer.setSingleShot(true);
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &PlayerModel::advance);
}

void PlayerModel::setManualClock(Clock clock)
{
    m_clock = std::move(clock);
    m_manual = true;
    m_timer.stop();
    anchor();
}

void PlayerModel::clear()
{
    m_final = nullptr;
    m_baseline = nullptr;
    m_baselinePredictions.clear();
    m_divergence = -1;
    m_previews.clear();
    m_expectedPicture = {};
    m_expectedFrames = 0;
    m_expectedFps = 0;
    m_runningStep = -1;
    m_announcedSteps = 0;
    m_following = true;
    m_timer.stop();
    moveTo(0);
    show(kNothing);
    Q_EMIT viewChanged();
    Q_EMIT contentChanged();
}

void PlayerModel::setClip(Clip clip)
{
    ClipSourcePtr source = makeClipSource(std::move(clip));
    rememberTimeline([&] {
        m_final = std::move(source);
        m_runningStep = -1;
    });
    if (m_following || isEmpty() || m_viewed == kFinal)
        show(newestStep());
    Q_EMIT contentChanged();
}

void PlayerModel::addPreview(Preview preview)
{
    std::vector<Preview> one;
    one.push_back(std::move(preview));
    addPreviews(std::move(one));
}

void PlayerModel::addPreviews(std::vector<Preview> previews)
{
    bool added = false;
    bool replaced = false;
    rememberTimeline([&] {
        for (Preview& preview : previews) {
            ClipSourcePtr source = preview.step < 0 ? nullptr : makeClipSource(std::move(preview.clip));
            if (source) {
                m_previews[preview.step] = std::move(source);
                added = true;
                replaced = replaced || m_viewed == preview.step;
            }
        }
    });
    if (!added)
        return;
    if (m_following || isEmpty())
        show(newestStep());
    else if (replaced)
        Q_EMIT shownChanged();
    Q_EMIT contentChanged();
}

void PlayerModel::setExpected(QSize picture, int frames, double fps)
{
    rememberTimeline([&] {
        m_expectedPicture = picture;
        m_expectedFrames = std::clamp(frames, 0, 1'000'000);
        m_expectedFps = fps;
    });
    Q_EMIT contentChanged();
}

void PlayerModel::setDenoising(int step, int steps)
{
    if (steps <= 0 || step < 0) {
        endRun();
        return;
    }
    m_announcedSteps = steps;
    m_runningStep = std::min(step, steps - 1);
    Q_EMIT contentChanged();
}

void PlayerModel::endRun()
{
    m_runningStep = -1;
    Q_EMIT contentChanged();
}

void PlayerModel::setBaseline(Clip clip)
{
    m_baseline = makeClipSource(std::move(clip));
    Q_EMIT contentChanged();
    Q_EMIT viewChanged();
}

void PlayerModel::setBaselinePredictions(const std::map<int, Clip>& clips)
{
    m_baselinePredictions.clear();
    for (const auto& [step, clip] : clips) {
        if (auto source = makeClipSource(clip)) {
            m_baselinePredictions[step] = std::move(source);
        }
    }
    Q_EMIT shownChanged();
}

ClipSourcePtr PlayerModel::baseline() const
{
    const auto found = m_baselinePredictions.find(m_viewed);
    return m_baseline && m_viewed >= 0 && found != m_baselinePredictions.end() ? found->second : m_baseline;
}

void PlayerModel::clearBaseline()
{
    m_baselinePredictions.clear();
    setBaseline({});
}

void PlayerModel::setDivergence(int step)
{
    if (step != m_divergence) {
        m_divergence = step;
        Q_EMIT contentChanged();
    }
}

int PlayerModel::steps() const
{
    const int needed = m_previews.empty() ? 0 : m_previews.rbegin()->first + 1;
    return std::max(m_announcedSteps, needed);
}

ClipSourcePtr PlayerModel::shown() const
{
    if (m_viewed == kFinal)
        return m_final;
    const auto found = m_previews.find(m_viewed);
    return found == m_previews.end() ? nullptr : found->second;
}

int PlayerModel::frameIn(const ClipSourcePtr& source, int frame) const
{
    if (!source || source->frameCount() == 0)
        return -1;
    // A prediction with one picture per latent frame stands for the pictures that this latent frame carries.
    return latentFrameOf(frame, frameCount(), source->frameCount());
}

QSize PlayerModel::pictureSize() const
{
    if (m_final)
        return m_final->size();
    if (!m_expectedPicture.isEmpty())
        return m_expectedPicture;
    if (m_baseline)
        return m_baseline->size();
    const ClipSourcePtr source = shown();
    return source ? source->size() : QSize();
}

std::vector<int> PlayerModel::previewSteps() const
{
    std::vector<int> steps;
    steps.reserve(m_previews.size());
    for (const auto& [step, source] : m_previews)
        steps.push_back(step);
    return steps;
}

int PlayerModel::frameCount() const
{
    if (m_final)
        return m_final->frameCount();
    if (m_previews.empty())
        return 0;
    return std::max(m_expectedFrames, m_previews.rbegin()->second->frameCount());
}

double PlayerModel::fps() const
{
    if (m_final)
        return usableFps(m_final->clip.fps);
    if (m_expectedFrames > 0)
        return usableFps(m_expectedFps);
    return usableFps(m_previews.empty() ? kDefaultFps : m_previews.rbegin()->second->clip.fps);
}

void PlayerModel::setPlaying(bool playing)
{
    if (playing == m_playing)
        return;
    if (!playing)
        advance();
    m_playing = playing;
    if (playing && !m_looping && m_frame == frameCount() - 1)
        moveTo(0);
    anchor();
    schedule();
    Q_EMIT playingChanged(m_playing);
}

void PlayerModel::setLooping(bool looping)
{
    if (looping == m_looping)
        return;
    advance();
    m_looping = looping;
    anchor(m_playing ? m_frame + position() - std::floor(position()) : m_frame);
    schedule();
    Q_EMIT playbackOptionsChanged();
}

void PlayerModel::setSpeed(double speed)
{
    speed = std::isfinite(speed) ? std::clamp(speed, 0.25, 2.0) : 1.0;
    if (speed == m_speed)
        return;
    advance();
    const double place = m_playing ? m_frame + position() - std::floor(position()) : m_frame;
    m_speed = speed;
    anchor(place);
    schedule();
    Q_EMIT playbackOptionsChanged();
}

void PlayerModel::setFrame(int frame)
{
    moveTo(std::clamp(frame, 0, std::max(0, frameCount() - 1)));
    anchor();
    schedule();
}

void PlayerModel::stepFrame(int by)
{
    const int count = frameCount();
    if (count == 0)
        return;
    setPlaying(false);
    const std::int64_t target = std::int64_t{m_frame} + by;
    setFrame(static_cast<int>(
        m_looping ? ((target % count) + count) % count : std::clamp<std::int64_t>(target, 0, count - 1)));
}

void PlayerModel::viewStep(int step)
{
    if (step < 0) {
        m_following = true;
        show(newestStep());
    } else if (!m_previews.empty()) {
        auto found = m_previews.upper_bound(step);
        if (found != m_previews.begin())
            --found;
        m_following = false;
        show(found->first);
    }
    Q_EMIT contentChanged();
}

void PlayerModel::stepPreview(int by)
{
    if (m_previews.empty())
        return;
    std::vector<int> positions = previewSteps();
    if (m_final)
        positions.push_back(kFinal);
    const auto current = std::find(positions.begin(), positions.end(), m_viewed);
    const std::int64_t last = static_cast<std::int64_t>(positions.size()) - 1;
    const std::int64_t index = current == positions.end() ? last : current - positions.begin();
    const std::int64_t target = std::clamp<std::int64_t>(index + by, 0, last);
    viewStep(target == last ? kFinal : positions[static_cast<std::size_t>(target)]);
}

void PlayerModel::setView(ClipView view)
{
    if (view == m_view)
        return;
    m_view = view;
    Q_EMIT viewChanged();
}

void PlayerModel::setGain(int gain)
{
    gain = std::clamp(gain, 1, 64);
    if (gain == m_gain)
        return;
    m_gain = gain;
    Q_EMIT viewChanged();
}

void PlayerModel::setPaced(bool paced)
{
    if (paced == m_paced)
        return;
    m_paced = paced;
    advance();
    schedule();
}

void PlayerModel::keepPlaying()
{
    if (m_paced)
        advance();
}

void PlayerModel::advance()
{
    const int count = frameCount();
    if (!m_playing || count == 0)
        return;
    const double place = std::max(0.0, position());
    if (m_looping) {
        moveTo(std::min(static_cast<int>(std::fmod(place, count)), count - 1));
    } else if (place >= count) { // the last frame was shown for its whole time
        moveTo(count - 1);
        m_playing = false;
        anchor();
        Q_EMIT playingChanged(false);
    } else {
        moveTo(static_cast<int>(place));
    }
    schedule();
}

/// Frames that have passed since the anchor was at frame 0, with a fraction; not yet wrapped around.
double PlayerModel::position() const
{
    return m_anchorPosition + static_cast<double>(now() - m_anchorTime) * kNanosecond * fps() * m_speed;
}

void PlayerModel::anchor(double position)
{
    m_anchorTime = now();
    m_anchorPosition = position;
}

/// One wake-up per frame, at the moment the next one is due: nothing runs while paused or with a single frame.
void PlayerModel::schedule()
{
    if (m_manual)
        return;
    if (m_paced) {
        m_timer.stop();
        return;
    }
    if (!m_playing || frameCount() == 0 || (frameCount() < 2 && m_looping)) {
        m_timer.stop();
        return;
    }
    const double perSecond = fps() * m_speed;
    const double place = position();
    const double wait = (std::floor(place) + 1 - place) / perSecond;
    m_timer.start(std::max(1, static_cast<int>(std::ceil(wait * 1000))));
}

void PlayerModel::moveTo(int frame)
{
    if (frame == m_frame)
        return;
    m_frame = frame;
    Q_EMIT frameChanged(frame);
}

void PlayerModel::show(int step)
{
    const bool otherStep = step != m_viewed;
    m_viewed = step;
    Q_EMIT shownChanged();
    if (otherStep)
        Q_EMIT stepChanged(step);
}

/// Applies a change that may alter the time line's length or rate, staying at the same place of the clip.
void PlayerModel::rememberTimeline(const std::function<void()>& change)
{
    const int countBefore = frameCount();
    const double fpsBefore = fps();
    advance();
    change();
    const int count = frameCount();
    if (count == countBefore && fps() == fpsBefore)
        return;
    if (countBefore == 0 || count == 0)
        moveTo(0);
    else if (count != countBefore)
        moveTo(std::clamp(static_cast<int>((m_frame + 0.5) / countBefore * count), 0, count - 1));
    anchor();
    schedule();
}

int PlayerModel::newestStep() const
{
    if (m_final)
        return kFinal;
    return m_previews.empty() ? kNothing : m_previews.rbegin()->first;
}

} // namespace toca::ui
