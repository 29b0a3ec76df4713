// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// A small procedural world: shaded shapes that move in front of a backdrop, and the sentences that describe them. The
/// embedded models are trained and judged on it.
namespace toca::world {

enum class Colour : std::uint8_t { Red, Orange, Yellow, Green, Cyan, Blue, Purple, Pink, White, Black };
enum class Shape : std::uint8_t { Ball, Square, Triangle, Star, Ring, Heart, Cross, Flower };
enum class Size : std::uint8_t { Small, Middle, Large }; ///< a middle size has no word
enum class Motion : std::uint8_t {
    Right,
    Left,
    Up,
    Down,
    UpRight,
    UpLeft,
    DownRight,
    DownLeft,
    Bounce,
    Circle,
    Swing,
    Spin,
    Grow,
    Shrink,
    Pulse,
    Still,
};
enum class Backdrop : std::uint8_t {
    White,
    Black,
    Gray,
    Blue,
    Green,
    Pink,
    Yellow,
    Purple, ///< the last plain one
    BlueGradient,
    GreenGradient,
    PinkGradient,
    GrayGradient, ///< the last gradient
    NightSky,
    CloudySky,
    SunsetSky,
    GrassyField,
    SandyBeach,
    Checkerboard,
    Stripes,
};
/// What two objects have to do with each other.
enum class Relation : std::uint8_t {
    Orbit, ///< the first one runs around the second one, which rests
    Above, ///< the first one moves above the second one, which rests
    Below,
    Together, ///< both move side by side, whichever is on the left
};

inline constexpr std::size_t kColours = 10, kShapes = 8, kSizes = 3, kMotions = 16, kBackdrops = 19, kRelations = 4;

/// Stable names, for files and tables: "red", "ball", "middle", "up_right", "blue_gradient", "orbit".
const char* nameOf(Colour colour);
const char* nameOf(Shape shape);
const char* nameOf(Size size);
const char* nameOf(Motion motion);
const char* nameOf(Backdrop backdrop);
const char* nameOf(Relation relation);

/// "red ball", "red star" and so on: all colours, each with all shapes. Their order is that of class labels.
std::vector<std::string> objectNames();

struct ObjectDescription {
    Colour colour = Colour::Red;
    Shape shape = Shape::Ball;
    Size size = Size::Middle; ///< of one object; two have no size words

    bool operator==(const ObjectDescription&) const = default;
};

/// What a caption says.
struct Description {
    std::vector<ObjectDescription> objects; ///< one or two
    std::optional<Relation> relation; ///< of two objects
    /// Of the first object, or of both (Together). Nothing in the caption of a picture; Circle in an orbit.
    std::optional<Motion> motion;
    std::optional<Backdrop> backdrop; ///< a caption may leave it out

    bool operator==(const Description&) const = default;
};

/// True for the colours that would vanish in front of the backdrop: such pairs never occur.
bool vanishes(Colour colour, Backdrop backdrop);

/// The caption in its plainest words, `wordingSeed` empty, or in one of its wordings. Lower case, no punctuation.
///
/// Wordings differ in the verb ("rises"), in "circle" for "ball", in "plain"; 7 in 100 leave the backdrop out.
std::string captionOf(const Description& description, std::optional<std::uint64_t> wordingSeed = std::nullopt);

/// What a prompt says, if it is a sentence of the grammar. Case, white space, commas and a full stop do not count.
/// Empty for every other text.
std::optional<Description> parseCaption(std::string_view caption);

/// The caption or the description of the mirrored clip: left and right change places.
std::string mirrored(std::string_view caption);
Description mirrored(Description description);

/// Every word that a caption can contain, sorted.
const std::vector<std::string>& captionWords();

} // namespace toca::world
