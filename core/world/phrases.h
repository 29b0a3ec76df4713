// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/world/grammar.h"

#include <span>

/// The words of the grammar: what captions are made of and what they are read by.
namespace toca::world {

/// The ways to say that one object moves so; the first one is the plainest.
std::span<const std::string_view> phrasesOf(Motion motion);
/// How two objects do it together ("move up"); empty for a motion that only one object makes.
std::string_view pairPhraseOf(Motion motion);
/// "on a blue background".
std::string_view phraseOf(Backdrop backdrop);
/// "on a plain blue background"; empty for a backdrop that is not plain.
std::string plainPhraseOf(Backdrop backdrop);

/// The word for a ball that is not "ball".
inline constexpr std::string_view kOtherBall = "circle";
inline constexpr std::string_view kOrbitPhrase = "orbits around";

/// True for motions that the first object can make above or below a second one.
constexpr bool passesBy(Motion motion)
{
    return motion == Motion::Right || motion == Motion::Left || motion == Motion::Still;
}

/// The enumerators of one type, by number.
template <class Enum>
constexpr Enum numbered(std::size_t index)
{
    return static_cast<Enum>(index);
}

} // namespace toca::world
