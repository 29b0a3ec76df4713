// SPDX-License-Identifier: Apache-2.0
#include "core/world/phrases.h"
#include "core/world/random.h"

#include <span>
#include <sstream>

namespace toca::world {
namespace {

/// Draws a wording, or always the plainest one.
class Wording {
public:
    explicit Wording(std::optional<std::uint64_t> seed)
        : m_isPlain(!seed)
        , m_random(seed.value_or(0))
    {
    }
    bool chance(double probability) { return !m_isPlain && m_random.chance(probability); }
    std::string_view choice(std::span<const std::string_view> phrases)
    {
        return chance(0.4) ? phrases[m_random.below(phrases.size())] : phrases.front();
    }

private:
    bool m_isPlain;
    Random m_random;
};

std::string nounOf(const ObjectDescription& object, Wording& wording)
{
    const std::string colour = nameOf(object.colour);
    std::string noun = object.size != Size::Middle ? std::string("a ") + nameOf(object.size) + " " + colour
        : object.colour == Colour::Orange          ? "an " + colour
                                                   : "a " + colour;
    const bool isCircle = object.shape == Shape::Ball && wording.chance(0.4);
    return noun.append(" ").append(isCircle ? kOtherBall : std::string_view(nameOf(object.shape)));
}

std::string pairOf(const Description& description, const std::string& first, const std::string& second)
{
    const auto joined = [&](std::string_view between) { return first + " " + std::string(between) + " " + second; };
    switch (*description.relation) {
    case Relation::Orbit:
        return joined(kOrbitPhrase);
    case Relation::Together:
        return description.motion ? joined("and") + " " + std::string(pairPhraseOf(*description.motion))
                                  : joined("and");
    case Relation::Above:
    case Relation::Below:
        break;
    }
    const std::string place = nameOf(*description.relation);
    return joined(description.motion ? std::string(phrasesOf(*description.motion).front()) + " " + place : place);
}

std::string backdropPhrase(Backdrop backdrop, Wording& wording)
{
    const std::string plain = plainPhraseOf(backdrop);
    return !plain.empty() && wording.chance(0.3) ? plain : std::string(phraseOf(backdrop));
}

} // namespace

bool vanishes(Colour colour, Backdrop backdrop)
{
    switch (backdrop) {
    case Backdrop::White:
    case Backdrop::Checkerboard:
    case Backdrop::Stripes:
        return colour == Colour::White;
    case Backdrop::Black:
        return colour == Colour::Black;
    case Backdrop::Pink:
    case Backdrop::PinkGradient:
        return colour == Colour::Pink;
    case Backdrop::Yellow:
        return colour == Colour::Yellow;
    case Backdrop::BlueGradient:
        return colour == Colour::Blue || colour == Colour::Cyan;
    case Backdrop::GreenGradient:
    case Backdrop::GrassyField:
        return colour == Colour::Green;
    case Backdrop::GrayGradient:
        return colour == Colour::White || colour == Colour::Black;
    case Backdrop::NightSky:
        return colour == Colour::Black || colour == Colour::Blue;
    case Backdrop::CloudySky:
        return colour == Colour::White || colour == Colour::Cyan;
    case Backdrop::SunsetSky:
        return colour == Colour::Orange || colour == Colour::Pink;
    case Backdrop::SandyBeach:
        return colour == Colour::Cyan;
    case Backdrop::Gray:
    case Backdrop::Blue:
    case Backdrop::Green:
    case Backdrop::Purple:
        return false;
    }
    return false;
}

std::string captionOf(const Description& description, std::optional<std::uint64_t> wordingSeed)
{
    Wording wording(wordingSeed);
    const bool namesBackdrop = description.backdrop && !wording.chance(0.07);
    std::string caption = nounOf(description.objects.front(), wording);
    if (description.objects.size() > 1)
        caption = pairOf(description, caption, nounOf(description.objects[1], wording));
    else if (description.motion)
        caption.append(" ").append(wording.choice(phrasesOf(*description.motion)));
    if (namesBackdrop)
        caption.append(" ").append(backdropPhrase(*description.backdrop, wording));
    return caption;
}

std::string mirrored(std::string_view caption)
{
    std::istringstream words{std::string(caption)};
    std::string text;
    for (std::string word; words >> word;) {
        const std::string_view other = word == "left" ? "right" : word == "right" ? "left" : std::string_view(word);
        text.append(text.empty() ? "" : " ").append(other);
    }
    return text;
}

Description mirrored(Description description)
{
    if (!description.motion)
        return description;
    switch (*description.motion) {
    case Motion::Right:
        description.motion = Motion::Left;
        break;
    case Motion::Left:
        description.motion = Motion::Right;
        break;
    case Motion::UpRight:
        description.motion = Motion::UpLeft;
        break;
    case Motion::UpLeft:
        description.motion = Motion::UpRight;
        break;
    case Motion::DownRight:
        description.motion = Motion::DownLeft;
        break;
    case Motion::DownLeft:
        description.motion = Motion::DownRight;
        break;
    default:
        break;
    }
    return description;
}

} // namespace toca::world
