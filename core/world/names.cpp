// SPDX-License-Identifier: Apache-2.0
#include "core/world/phrases.h"

#include <set>
#include <sstream>

namespace toca::world {
namespace {

constexpr std::array<const char*, kColours> kColourNames = {
    "red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink", "white", "black"};
constexpr std::array<const char*, kShapes> kShapeNames = {
    "ball", "square", "triangle", "star", "ring", "heart", "cross", "flower"};
constexpr std::array<const char*, kSizes> kSizeNames = {"small", "middle", "large"};
constexpr std::array<const char*, kMotions> kMotionNames = {"right", "left", "up", "down", "up_right", "up_left",
    "down_right", "down_left", "bounce", "circle", "swing", "spin", "grow", "shrink", "pulse", "still"};
constexpr std::array<const char*, kRelations> kRelationNames = {"orbit", "above", "below", "together"};
constexpr std::array<const char*, kBackdrops> kBackdropNames = {"white", "black", "gray", "blue", "green", "pink",
    "yellow", "purple", "blue_gradient", "green_gradient", "pink_gradient", "gray_gradient", "night_sky", "cloudy_sky",
    "sunset_sky", "grassy_field", "sandy_beach", "checkerboard", "stripes"};
constexpr std::array<std::string_view, kBackdrops> kBackdropPhrases = {"on a white background", "on a black background",
    "on a gray background", "on a blue background", "on a green background", "on a pink background",
    "on a yellow background", "on a purple background", "on a blue gradient", "on a green gradient",
    "on a pink gradient", "on a gray gradient", "in a night sky", "in a cloudy sky", "in a sunset sky",
    "over a grassy field", "over a sandy beach", "on a checkerboard", "on a striped background"};

struct Verbs {
    std::array<std::string_view, 2> one;
    std::string_view both;
};
constexpr std::array<Verbs, kMotions> kVerbs = {{
    {{"moves to the right", "slides to the right"}, "move to the right"},
    {{"moves to the left", "slides to the left"}, "move to the left"},
    {{"moves up", "rises"}, "move up"},
    {{"moves down", "falls"}, "move down"},
    {{"moves up and to the right", ""}, ""},
    {{"moves up and to the left", ""}, ""},
    {{"moves down and to the right", ""}, ""},
    {{"moves down and to the left", ""}, ""},
    {{"bounces", "bounces up and down"}, ""},
    {{"moves in a circle", "circles around"}, ""},
    {{"swings from side to side", ""}, ""},
    {{"spins", "spins around"}, ""},
    {{"grows", "gets bigger"}, ""},
    {{"shrinks", "gets smaller"}, ""},
    {{"pulses", ""}, ""},
    {{"stays still", "does not move"}, ""},
}};

template <class Enum>
std::size_t indexOf(Enum value)
{
    return static_cast<std::size_t>(value);
}

void addWords(std::set<std::string>& words, std::string_view text)
{
    std::istringstream stream{std::string(text)};
    for (std::string word; stream >> word;)
        words.insert(word);
}

} // namespace

const char* nameOf(Colour colour)
{
    return kColourNames[indexOf(colour)];
}

const char* nameOf(Shape shape)
{
    return kShapeNames[indexOf(shape)];
}

std::vector<std::string> objectNames()
{
    std::vector<std::string> names;
    for (const char* colour : kColourNames)
        for (const char* shape : kShapeNames)
            names.push_back(std::string(colour) + " " + shape);
    return names;
}

const char* nameOf(Size size)
{
    return kSizeNames[indexOf(size)];
}

const char* nameOf(Motion motion)
{
    return kMotionNames[indexOf(motion)];
}

const char* nameOf(Backdrop backdrop)
{
    return kBackdropNames[indexOf(backdrop)];
}

const char* nameOf(Relation relation)
{
    return kRelationNames[indexOf(relation)];
}

std::span<const std::string_view> phrasesOf(Motion motion)
{
    const auto& phrases = kVerbs[indexOf(motion)].one;
    return std::span(phrases).first(phrases[1].empty() ? 1 : 2);
}

std::string_view pairPhraseOf(Motion motion)
{
    return kVerbs[indexOf(motion)].both;
}

std::string_view phraseOf(Backdrop backdrop)
{
    return kBackdropPhrases[indexOf(backdrop)];
}

std::string plainPhraseOf(Backdrop backdrop)
{
    if (backdrop > Backdrop::Purple)
        return {};
    return std::string("on a plain ") + nameOf(backdrop) + " background";
}

const std::vector<std::string>& captionWords()
{
    static const std::vector<std::string> sorted = [] {
        std::set<std::string> words{std::string(kOtherBall), "a", "an", "and", "above", "below", "small", "large"};
        addWords(words, kOrbitPhrase);
        for (const char* name : kColourNames)
            words.insert(name);
        for (const char* name : kShapeNames)
            words.insert(name);
        for (const Verbs& verbs : kVerbs) {
            addWords(words, verbs.both);
            for (const std::string_view phrase : verbs.one)
                addWords(words, phrase);
        }
        for (std::size_t i = 0; i < kBackdrops; ++i) {
            addWords(words, kBackdropPhrases[i]);
            addWords(words, plainPhraseOf(numbered<Backdrop>(i)));
        }
        return std::vector<std::string>(words.begin(), words.end());
    }();
    return sorted;
}

} // namespace toca::world
