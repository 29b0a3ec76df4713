// SPDX-License-Identifier: Apache-2.0
#include "core/world/phrases.h"

#include <algorithm>

namespace toca::world {
namespace {

constexpr std::size_t kMostWords = 32; // the longest caption has 19
constexpr std::size_t kMostBytes = 1024;

std::vector<std::string> wordsOf(std::string_view text)
{
    std::vector<std::string> words(1);
    for (const char c : text) {
        const bool isSpace = c == ' ' || c == '\t' || c == '\n' || c == '\r';
        if (isSpace && !words.back().empty())
            words.emplace_back();
        else if (!isSpace && c != ',' && c != '.')
            words.back().push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    }
    if (words.back().empty())
        words.pop_back();
    std::replace(words.begin(), words.end(), std::string("grey"), std::string("gray"));
    return words;
}

/// Reads words from left to right.
class Reader {
public:
    explicit Reader(const std::vector<std::string>& words)
        : m_words(words)
    {
    }
    bool isAtEnd() const { return m_next == m_words.size(); }

    /// Takes the words of the phrase, or nothing when others come.
    bool take(std::string_view phrase)
    {
        std::size_t next = m_next;
        for (std::size_t begin = 0; begin <= phrase.size(); ++next) {
            const std::size_t end = std::min(phrase.find(' ', begin), phrase.size());
            if (next >= m_words.size() || m_words[next] != phrase.substr(begin, end - begin))
                return false;
            begin = end + 1;
        }
        m_next = next;
        return true;
    }

    /// Takes the name of an enumerator.
    template <class Enum>
    std::optional<Enum> takeName(std::size_t count)
    {
        for (std::size_t i = 0; i < count; ++i)
            if (take(nameOf(numbered<Enum>(i))))
                return numbered<Enum>(i);
        return std::nullopt;
    }

    std::optional<ObjectDescription> takeNoun()
    {
        if (!take("a") && !take("an"))
            return std::nullopt;
        ObjectDescription object;
        object.size = take("small") ? Size::Small : take("large") ? Size::Large : Size::Middle;
        const auto colour = takeName<Colour>(kColours);
        const auto shape = take(kOtherBall) ? std::optional(Shape::Ball) : takeName<Shape>(kShapes);
        if (!colour || !shape)
            return std::nullopt;
        object.colour = *colour;
        object.shape = *shape;
        return object;
    }

    /// Takes the longest phrase that fits, since some begin with others ("moves up").
    std::optional<Motion> takeMotion()
    {
        std::optional<Motion> motion;
        std::string_view longest;
        for (std::size_t i = 0; i < kMotions; ++i)
            for (const std::string_view phrase : phrasesOf(numbered<Motion>(i)))
                if (phrase.size() > longest.size() && Reader(*this).take(phrase)) {
                    longest = phrase;
                    motion = numbered<Motion>(i);
                }
        if (motion)
            take(longest);
        return motion;
    }

    std::optional<Motion> takePairMotion()
    {
        for (std::size_t i = 0; i < kMotions; ++i)
            if (const std::string_view phrase = pairPhraseOf(numbered<Motion>(i)); !phrase.empty() && take(phrase))
                return numbered<Motion>(i);
        return std::nullopt;
    }

    std::optional<Backdrop> takeBackdrop()
    {
        for (std::size_t i = 0; i < kBackdrops; ++i) {
            const auto backdrop = numbered<Backdrop>(i);
            const std::string plain = plainPhraseOf(backdrop);
            if (take(phraseOf(backdrop)) || (!plain.empty() && take(plain)))
                return backdrop;
        }
        return std::nullopt;
    }

private:
    const std::vector<std::string>& m_words;
    std::size_t m_next = 0;
};

/// The part behind the first noun, up to the backdrop. False when the second noun is missing or the motion is not one
/// that two objects make.
bool readActions(Reader& reader, Description& description)
{
    if (reader.take(kOrbitPhrase)) {
        description.relation = Relation::Orbit;
        description.motion = Motion::Circle;
    } else if (reader.take("and")) {
        description.relation = Relation::Together;
    } else {
        description.motion = reader.takeMotion();
        if (reader.take("above"))
            description.relation = Relation::Above;
        else if (reader.take("below"))
            description.relation = Relation::Below;
        if (!description.relation)
            return true;
        if (description.motion && !passesBy(*description.motion))
            return false;
    }
    const auto second = reader.takeNoun();
    if (!second)
        return false;
    description.objects.push_back(*second);
    if (description.relation == Relation::Together)
        description.motion = reader.takePairMotion();
    // sizes belong to one object
    return std::all_of(description.objects.begin(), description.objects.end(),
        [](const ObjectDescription& object) { return object.size == Size::Middle; });
}

} // namespace

std::optional<Description> parseCaption(std::string_view caption)
{
    if (caption.size() > kMostBytes)
        return std::nullopt;
    const auto words = wordsOf(caption);
    if (words.size() > kMostWords)
        return std::nullopt;
    Reader reader(words);
    Description description;
    const auto first = reader.takeNoun();
    if (!first)
        return std::nullopt;
    description.objects.push_back(*first);
    if (!readActions(reader, description))
        return std::nullopt;
    description.backdrop = reader.takeBackdrop();
    if (!reader.isAtEnd())
        return std::nullopt;
    return description;
}

} // namespace toca::world
